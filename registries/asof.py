"""The past from what was recorded: who held an alias, which tags and texts there were, who had which role. Pure.

Two ways lead back. What began with an event is replayed from it (aliases, roles); what may have begun without one, such as the
tags that a collection was made with, is the present with every later change taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ADDED, MOVED, REMOVED = "alias:added", "alias:moved", "alias:removed"
UNLINKED = "version:unlinked"


@dataclass(frozen=True)
class Step:
    """A recorded change of an alias, or the unlinking of a link; `who` did it, `place` is the link."""

    pk: int
    at: datetime
    type: str
    place: int
    label: str = ""
    who: Any = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Holding:
    """A span of time in which a link held an alias; `until` is None while it still does, `end` what ended it."""

    start: Step
    until: datetime | None
    end: Step | None

    @property
    def place(self) -> int:
        """The link."""
        return self.start.place

    @property
    def label(self) -> str:
        """The version: `v3`."""
        return str((self.start.after or {}).get("version", ""))


def holdings(steps: Sequence[Step], unlinked: Iterable[Step], newer: Step | None = None) -> list[Holding]:
    """The spans that begin in `steps`, the changes of one alias with the newest first; `newer` is the change after those.

    `unlinked` are the unlinkings of the links in question: an alias goes with its link, without a step of its own.
    """
    ends: dict[int, list[Step]] = {}
    for step in sorted(unlinked, key=lambda step: step.pk):
        ends.setdefault(step.place, []).append(step)
    found = []
    for step, follower in zip(steps, [newer, *steps], strict=False):
        if step.type == REMOVED:
            continue
        gone = next((end for end in ends.get(step.place, ()) if end.pk > step.pk), None)
        end = gone if gone and (follower is None or gone.pk < follower.pk) else follower
        found.append(Holding(step, end.at if end else None, end))
    return found


def held(steps: Iterable[Step]) -> dict[str, int]:
    """The link that holds each alias after all `steps` in their order."""
    state: dict[str, int] = {}
    for step in sorted(steps, key=lambda step: step.pk):
        if step.type in {ADDED, MOVED}:
            state[step.label] = step.place
        elif step.type == REMOVED:
            state.pop(step.label, None)
        elif step.type == UNLINKED:
            state = {name: place for name, place in state.items() if place != step.place}
    return state


def labels_before(now: Iterable[str], later: Iterable[tuple[str, bool]]) -> list[str]:
    """The labels that there were before `later`, changes of labels in their order: each a label, and whether it came."""
    state, seen = set(now), set()
    for label, came in later:
        if label not in seen:
            seen.add(label)
            (state.discard if came else state.add)(label)
    return sorted(state)


def fields_before(now: Mapping[str, Any], later: Iterable[Mapping[str, Any] | None]) -> dict[str, Any]:
    """The values of fields before `later`, the `before` of later edits in their order."""
    state, seen = dict(now), set()
    for before in later:
        for name, value in (before or {}).items():
            if name in state and name not in seen:
                seen.add(name)
                state[name] = value
    return state


Principal = tuple[str, int]
SET, TAKEN, PAUSED, RESUMED = "set", "taken", "paused", "resumed"


def roles_after(steps: Iterable[tuple[Principal, str, str]]) -> dict[Principal, str]:
    """Who has which role after `steps` in their order: each a person or team, what happened, and the role that was set."""
    state: dict[Principal, str] = {}
    paused: dict[Principal, str] = {}
    for who, what, role in steps:
        if what == SET:
            state[who] = role
        elif what == RESUMED and who in paused:
            state.setdefault(who, paused.pop(who))
        elif what in {TAKEN, PAUSED} and who in state:
            had = state.pop(who)
            if what == PAUSED:
                paused[who] = had
    return state
