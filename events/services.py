"""record(): the one writer of events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.utils import timezone

from events.models import Event
from events.types import EventType

current_door: ContextVar[Event.Door] = ContextVar("current_door", default=Event.Door.COMMAND)
_listeners: ContextVar[tuple[list[Event], ...]] = ContextVar("listeners", default=())
_undone: ContextVar[int | None] = ContextVar("undone", default=None)
UNDOES = "undoes"


@contextmanager
def heard() -> Iterator[list[Event]]:
    """The events that are recorded within the block, in their order."""
    events: list[Event] = []
    token = _listeners.set((*_listeners.get(), events))
    try:
        yield events
    finally:
        _listeners.reset(token)


@contextmanager
def undoing(event: Event) -> Iterator[None]:
    """What is recorded within the block says in `after` that it undoes `event`."""
    token = _undone.set(event.pk)
    try:
        yield
    finally:
        _undone.reset(token)


def record(
    *,
    actor: Any,
    type: EventType,
    object: models.Model,
    container: Any = None,
    organization: Any = None,
    parent: models.Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Write one event in the caller's transaction.

    `object` is what changed, `parent` the collection, artifact or run below which its history is read, `container` the
    registry or project through which it was changed; the organization is the container's unless given.
    """
    if organization is None and container is not None:
        organization_id = container.organization_id
    else:
        organization_id = getattr(organization, "pk", None)
    if (undone := _undone.get()) is not None:
        after = {**(after or {}), UNDOES: undone}
    event = Event.objects.create(
        organization_id=organization_id,
        container_id=getattr(container, "pk", None),
        actor_id=getattr(actor, "pk", None),
        door=current_door.get(),
        type=type,
        object_type=object._meta.model_name or "",
        object_id=object.pk,
        parent_id=getattr(parent, "pk", None),
        before=before,
        after=after,
        created_at=timezone.now(),
    )
    for events in _listeners.get():
        events.append(event)
    return event
