"""Which changes can be taken back, by whom, and for how long; registries/services/undo.py takes them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from access.models import Container, User
from access.policy import role_on
from access.roles import Action, allows
from events.models import Event
from events.services import UNDOES
from events.types import EventType as Type

WINDOW = timedelta(minutes=10)
ALIASES = frozenset({Type.ALIAS_ADDED, Type.ALIAS_MOVED, Type.ALIAS_REMOVED})
TAGS = frozenset({Type.TAG_ADDED, Type.TAG_REMOVED})
UNDOABLE = ALIASES | TAGS | {Type.VERSION_UNLINKED}
ACTION = {"link": Action.MOVE_ALIAS, "version": Action.MOVE_ALIAS, "collection": Action.TAG_COLLECTION}


def undoable(user: User, container: Container, events: Iterable[Event]) -> dict[int, int]:
    """Which of `events`, in `container`, `user` may undo, with the minutes left: at most two queries, none for old events.

    What was changed again since is left out, so that no button is offered in vain.
    """
    now = timezone.now()
    young = [event for event in events if event.type in UNDOABLE and event.created_at > now - WINDOW]
    young = [event for event in young if event.container_id == container.pk and UNDOES not in (event.after or {})]
    role = role_on(user, container) if young else None
    allowed = {event.pk for event in young if allows(role, action_of(event))}
    if not allowed:
        return {}
    if not allows(role, Action.MOVE_PROTECTED_ALIAS):
        names = Container.objects.filter(pk=container.pk).values_list("registry__protected_aliases__name", flat=True)
        guarded = {name for name in names if name}
        allowed = {
            event.pk for event in young if event.pk in allowed and not guarded & {event.label, *lost_aliases(event)}
        }
    later = _later(young)
    return {
        event.pk: 1 + (event.created_at + WINDOW - now) // timedelta(minutes=1)
        for event in young
        if event.pk in allowed and not any(pk > event.pk for pk in later.get(subject_of(event), ()))
    }


def action_of(event: Event) -> Action:
    """What one must be allowed to do to take `event` back: the opposite of it."""
    if event.type == Type.VERSION_UNLINKED:
        return Action.LINK_VERSION
    if event.type in TAGS and event.object_type != "collection":
        return Action.TAG_VERSION
    return ACTION.get(event.object_type, Action.TAG_VERSION)


def subject_of(event: Event) -> tuple[Any, ...]:
    """What the change was about: one alias of a series, one tag of a thing, one link."""
    if event.type in ALIASES:
        return "alias", event.object_type, event.parent_id, event.label
    if event.type in TAGS:
        return "tag", event.object_type, event.object_id, event.label
    return "link", event.object_id


def lost_aliases(event: Event) -> list[str]:
    """The aliases that went with an unlinked version."""
    return [str(name) for name in (event.before or {}).get("aliases") or []]


def _later(events: list[Event]) -> dict[tuple[Any, ...], list[int]]:
    """The ids of the changes to each subject of `events` since the oldest of them."""
    oldest = min(event.pk for event in events)
    same = models.Q()
    for event in events:
        same |= about(event)
    found: dict[tuple[Any, ...], list[int]] = {}
    for event in Event.objects.filter(same, pk__gte=oldest)[:1000]:
        found.setdefault(subject_of(event), []).append(event.pk)
    return found


def about(event: Event) -> models.Q:
    """The condition on events of the same subject."""
    if event.type in ALIASES:
        return models.Q(object_type=event.object_type, parent_id=event.parent_id, label=event.label, type__in=ALIASES)
    kinds = TAGS if event.type in TAGS else {Type.VERSION_UNLINKED, Type.VERSION_RELINKED}
    label = {"label": event.label} if event.type in TAGS else {}
    return models.Q(object_type=event.object_type, object_id=event.object_id, type__in=kinds, **label)
