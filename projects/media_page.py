"""The Media tab of a run: which step, which keys, and what of each is shown."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from access.models import User
from access.policy import can
from access.roles import Action
from common.data import PageData
from common.pagination import whole
from projects import media
from projects.models import Run


def context(run: Run, user: User, query: QueryDict, find_sources: media.FindSources) -> dict[str, Any]:
    """Of `?step=7`, by default the last one; `?key=examples` shows one alone. `find_sources` knows the tables in versions."""
    keys = media.media_keys(run)
    chosen = query.get("key", "")
    found = media.logged(run, [chosen] if chosen in keys else keys)
    steps = media.steps_of(found)
    at = _position(steps, query)
    alone = chosen in keys
    items = media.at_step(found, steps[at]) if steps else []
    may_see = can(user, Action.DOWNLOAD_FILE, run.project)
    rows = media.MORE_ROWS if alone else media.FIRST_ROWS
    return {
        "keys": keys,
        "key": chosen if alone else "",
        "items": _with_files(run, items, rows, find_sources) if may_see else [],
        "may_see": may_see,
        "steps": steps,
        "step": steps[at] if steps else None,
        "before": steps[at - 1] if at > 0 else None,
        "after": steps[at + 1] if at + 1 < len(steps) else None,
    }


def _position(steps: list[int], query: QueryDict) -> int:
    """The place of the step that is asked for, or of the last one before it."""
    if not query.get("step"):
        return len(steps) - 1
    return max(0, bisect_right(steps, whole(query, "step")) - 1)


def _with_files(run: Run, items: list[media.Item], rows: int, find_sources: media.FindSources) -> list[media.Item]:
    paths = [item.path or picture.path for item in items for picture in item.pictures or [media.Picture("", "")]]
    blobs = media.blobs_of(run, paths)
    held = find_sources(run, [item.held for item in items if item.held and item.kind == media.TABLE])
    shown = []
    for item in items:
        here = [picture for picture in item.pictures if picture.path in blobs]
        blob = blobs.get(item.path)
        grid = None
        if blob and item.kind == media.TABLE:
            grid = media.grid(held.get(item.held) or media.own_source(run, item.path, blob), rows)
        shown.append(replace(item, pictures=here, grid=grid, is_here=bool(here or blob)))
    return shown


def data(run: Run, context: dict[str, Any]) -> PageData:
    """What is shown, a row for each file."""
    rows = [
        {"key": item.key, "kind": item.kind, "step": item.step, "file": path}
        for item in context["items"]
        for path in [item.path or None, *(picture.path for picture in item.pictures)]
        if path
    ]
    return PageData("media", {"run": run.name, "step": context["step"], "steps": context["steps"]}, rows)
