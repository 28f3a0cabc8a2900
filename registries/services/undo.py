"""Taking back a change within ten minutes: by the service that does its opposite, so with its permission and its event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Container, User
from access.policy import require
from artifacts.models import Artifact, Version
from artifacts.services import aliases as source_aliases
from artifacts.services.aliases import LATEST
from artifacts.services.artifacts import tag_artifact
from artifacts.services.versions import Edit, edit_version
from artifacts.undoing import ALIASES, UNDOABLE, WINDOW, about, action_of, lost_aliases
from common.errors import ConflictError, NotFoundError
from common.formatting import relative_time
from events.models import Event
from events.services import UNDOES, heard, undoing
from events.types import EventType as Type
from registries.models import Collection, Link, LinkAlias
from registries.services import links
from registries.services.collections import tag_collection

GONE = "There is no such change, or you may not see it."


def undo(*, actor: User, event: Event) -> Event:
    """The event that took `event` back; a second time answers the same.

    Whoever may do the opposite may. Raises NotFoundError for a change that `actor` does not see, ForbiddenError where the role
    is too low, and ConflictError after ten minutes, for a change of another kind, and where something has changed since:
    the message says what is there now.
    """
    container = Container.objects.visible_to(actor).filter(pk=event.container_id).first()
    if container is None:
        raise NotFoundError(GONE)
    if event.type not in UNDOABLE:
        raise ConflictError(_("A change of this kind cannot be undone; its history says what was there before."))
    require(actor, action_of(event), container)
    with transaction.atomic():
        reverse = _prepare(actor, event)
        done = _undone(event)
        if done is not None:
            return done
        if event.created_at <= timezone.now() - WINDOW:
            raise ConflictError(
                _("A change can be undone for ten minutes, and these are over; make the opposite change.")
            )
        _refuse_later(event)
        with undoing(event), heard() as told:
            reverse()
    if not told:
        raise ConflictError(_("What this change did is not there any more, so there is nothing to undo."))
    return told[0]


def _undone(event: Event) -> Event | None:
    """The event that took `event` back already."""
    later = Event.objects.filter(about(event), pk__gt=event.pk).order_by("pk")[:100]
    return next((row for row in later if (row.after or {}).get(UNDOES) == event.pk), None)


def _refuse_later(event: Event) -> None:
    newest = Event.objects.filter(about(event)).select_related("actor").order_by("-pk").first()
    if newest is None or newest.pk == event.pk:
        return
    place = (newest.after or {}).get("version")
    words = {
        "who": newest.actor.display_name if newest.actor else _("Somebody"),
        "when": relative_time(newest.created_at, timezone.now()),
        "name": event.label or (event.before or {}).get("version"),
        "version": place,
    }
    if event.type in ALIASES and place:
        raise ConflictError(
            _("%(who)s changed %(name)s %(when)s, and it points at %(version)s now; move it by hand if that is wrong.")
            % words
        )
    raise ConflictError(_("%(who)s changed %(name)s %(when)s, after this; change it by hand if that is wrong.") % words)


def _prepare(actor: User, event: Event) -> Callable[[], object]:
    """Lock what `event` changed, and how to take the change back."""
    if event.type == Type.VERSION_UNLINKED:
        return _relink(actor, event)
    if event.type in ALIASES:
        return _realias_link(actor, event) if event.object_type == "link" else _realias_version(actor, event)
    return _retag(actor, event)


def _relink(actor: User, event: Event) -> Callable[[], object]:
    link = _one(Link.objects.select_related("collection__registry"), pk=event.object_id)
    collection = Collection.objects.select_for_update().get(pk=link.collection_id)

    def reverse() -> object:
        names = lost_aliases(event)
        taken = LinkAlias.objects.filter(collection=collection, name__in=names).select_related("link")
        held = {alias.name: alias.link.label for alias in taken}
        held.pop(LATEST, None)  # it has moved on by itself
        if held:
            name, label = next(iter(held.items()))
            raise ConflictError(
                _("%(name)s points at %(version)s now; take it away there first, or link the version anew.")
                % {"name": name, "version": label}
            )
        kept = [name for name in names if name not in {alias.name for alias in taken}]
        return links.relink_version(actor=actor, link=link, aliases=kept)

    return reverse


def _realias_link(actor: User, event: Event) -> Callable[[], object]:
    collection = _one(
        Collection.objects.select_for_update(of=("self",)).select_related("registry"),
        pk=event.parent_id,
        deleted_at=None,
    )

    def reverse() -> None:
        if event.type == Type.ALIAS_ADDED:
            links.remove_aliases(actor=actor, collection=collection, names=[str(event.label)])
            return
        _require_place(event, collection.aliases.filter(name=event.label).values_list("link", flat=True).first())
        links.add_aliases(actor=actor, link=_holder(event, collection.links), names=[str(event.label)])

    return reverse


def _realias_version(actor: User, event: Event) -> Callable[[], object]:
    artifact = _one(
        Artifact.objects.select_for_update(of=("self",)).select_related("project"), pk=event.parent_id, deleted_at=None
    )

    def reverse() -> None:
        if event.type == Type.ALIAS_ADDED:
            source_aliases.remove_aliases(actor=actor, artifact=artifact, names=[str(event.label)])
            return
        _require_place(event, artifact.aliases.filter(name=event.label).values_list("version", flat=True).first())
        held_by = _holder(event, artifact.versions.filter(state=Version.State.COMMITTED))
        source_aliases.add_aliases(actor=actor, version=held_by, names=[str(event.label)])

    return reverse


def _require_place(event: Event, place: int | None) -> None:
    """Refuse where an alias is not where the event left it, which unlinking and deleting do without an event of its own."""
    if place != (None if event.type == Type.ALIAS_REMOVED else event.object_id):
        raise ConflictError(
            _("%(name)s is not where this change left it any more; set it by hand.") % {"name": event.label}
        )


def _holder(event: Event, rows: Any) -> Any:
    """The row of the version that held the alias before `event`, if it is still there."""
    label = str((event.before or {}).get("version", ""))
    row = rows.filter(index=int(label.removeprefix("v")), deleted_at=None).first()
    if row is None:
        raise ConflictError(_("%(version)s is gone, so the alias cannot return to it.") % {"version": label})
    return row


def _retag(actor: User, event: Event) -> Callable[[], object]:
    name = str(event.label)
    change: dict[str, Any] = (
        {"add": [], "remove": [name]} if event.type == Type.TAG_ADDED else {"add": [name], "remove": []}
    )
    if event.object_type == "collection":
        rows = Collection.objects.select_for_update(of=("self",)).select_related("registry")
        collection = _one(rows, pk=event.object_id, deleted_at=None)
        return lambda: tag_collection(actor=actor, collection=collection, **change)
    if event.object_type == "artifact":
        rows_of = Artifact.objects.select_for_update(of=("self",)).select_related("project")
        artifact = _one(rows_of, pk=event.object_id, deleted_at=None)
        return lambda: tag_artifact(actor=actor, artifact=artifact, **change)
    version = _one(Version.objects.visible_to(actor).select_for_update(of=("self",)), pk=event.object_id)
    edit = Edit(add_tags=change["add"], remove_tags=change["remove"])
    through = Container.objects.get(events=event)
    return lambda: edit_version(actor=actor, version=version, through=through, edit=edit)


def _one(rows: Any, **lookup: Any) -> Any:
    row = rows.filter(**lookup).first()
    if row is None:
        raise ConflictError(_("What this change was made to is deleted, so it cannot be undone."))
    return row
