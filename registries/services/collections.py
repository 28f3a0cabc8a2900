"""Creating, editing, tagging and deleting collections."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.services.values import check_description, check_room, check_tags, tag_rows
from common import names
from common.errors import ConflictError, InvalidInputError
from common.locking import lock
from events.services import record
from events.types import EventType
from registries.models import AcceptedType, Collection, FormerCollectionName, Link, LinkAlias, Registry
from registries.services.counts import recount
from registries.services.protection import require_links


def check_type(registry: Registry, kind: str) -> None:
    """Raises InvalidInputError when `registry` does not accept artifacts of that type (F16, F52)."""
    if registry.accepts_all_types:
        return
    accepted = list(registry.accepted_types.values_list("name", flat=True))
    if kind not in accepted:
        raise InvalidInputError(
            _(
                "The registry '%(registry)s' accepts the types %(choices)s, not '%(kind)s'. Link into a registry "
                "that accepts it, or have the type added in the registry's settings."
            )
            % {"registry": registry.name, "choices": ", ".join(accepted), "kind": kind}
        )


def create_collection(
    *, actor: User, registry: Registry, name: str, type: str, description: str = "", tags: Iterable[str] = ()
) -> Collection:
    """An empty collection of one type, fixed from now on (F38, F39). Member of the registry.

    Raises ConflictError when one of that name exists, InvalidInputError for a name or type that is not accepted.
    """
    require(actor, Action.CREATE_COLLECTION, registry)
    names.collection_name(name)
    check_type(registry, names.artifact_type(type))
    wanted = check_tags(tags)
    try:
        with transaction.atomic():
            collection = Collection.objects.create(
                registry=registry,
                name=name,
                name_key=names.fold(name),
                type=type,
                description=check_description(description),
                created_by=actor,
            )
            collection.tags.set(tag_rows(wanted))
            AcceptedType.objects.get_or_create(registry=registry, name=type)
            _record(EventType.COLLECTION_CREATED, actor, collection, None, {"name": name, "type": type})
    except IntegrityError as error:
        raise ConflictError(
            _("The registry '%(registry)s' has a collection named '%(name)s' already.")
            % {"registry": registry.name, "name": name}
        ) from error
    return collection


def edit_collection(
    *, actor: User, collection: Collection, name: str | None = None, description: str | None = None
) -> Collection:
    """Rename a collection or write its card; None leaves (F42, F43). Member of the registry. ConflictError: name taken."""
    require(actor, Action.EDIT_COLLECTION, collection.registry)
    try:
        with transaction.atomic():
            lock(collection, "name", "description")
            before = {"name": collection.name, "description": collection.description}
            if name is not None:
                collection.name, collection.name_key = names.collection_name(name), names.fold(name)
            if description is not None:
                collection.description = check_description(description)
            after = {"name": collection.name, "description": collection.description}
            changed = [field for field in after if after[field] != before[field]]
            if not changed:
                return collection
            collection.updated_at = timezone.now()
            collection.save(update_fields=[*changed, "updated_at", *(["name_key"] if "name" in changed else [])])
            if "name" in changed:
                FormerCollectionName.objects.update_or_create(
                    registry=collection.registry,
                    name_key=names.fold(before["name"]),
                    defaults={"collection": collection},
                )
            was, now = ({field: values[field] for field in changed} for values in (before, after))
            _record(EventType.COLLECTION_EDITED, actor, collection, was, now)
    except IntegrityError as error:
        raise ConflictError(
            _("The registry has another collection named '%(name)s'; choose another name.") % {"name": name}
        ) from error
    return collection


def tag_collection(
    *, actor: User, collection: Collection, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> Collection:
    """Add and remove tags (F58); what is there or gone already is no error. Member of the registry."""
    require(actor, Action.TAG_COLLECTION, collection.registry)
    wanted, unwanted = check_tags(add), list(remove)
    with transaction.atomic():
        lock(collection)
        present = set(collection.tags.values_list("name", flat=True))
        check_room(present, wanted, unwanted)
        collection.tags.remove(*collection.tags.filter(name__in=unwanted))
        collection.tags.add(*tag_rows(wanted))
        for tag in sorted(present & set(unwanted)):
            _record(EventType.TAG_REMOVED, actor, collection, {"tag": tag}, None)
        for tag in sorted(set(wanted) - present):
            _record(EventType.TAG_ADDED, actor, collection, None, {"tag": tag})
    return collection


def delete_collection(*, actor: User, collection: Collection) -> None:
    """Mark a collection and its links as deleted; the sources stay (F44). A second time changes nothing.

    Member of the registry, admin where one of the links carries a protected alias (F57).
    """
    now = timezone.now()
    with transaction.atomic():
        Collection.objects.select_for_update().get(pk=collection.pk)
        require_links(actor, collection.registry, Action.DELETE_COLLECTION, collection=collection)
        if not Collection.objects.filter(pk=collection.pk, deleted_at=None).update(deleted_at=now):
            return
        LinkAlias.objects.filter(collection=collection).delete()
        Link.objects.filter(collection=collection, deleted_at=None).update(deleted_at=now)
        recount(Collection.objects.filter(pk=collection.pk))
        _record(EventType.COLLECTION_DELETED, actor, collection, {"name": collection.name}, None)
    collection.deleted_at = now


def _record(
    kind: EventType, actor: User, collection: Collection, before: dict[str, str] | None, after: dict[str, str] | None
) -> None:
    record(
        actor=actor,
        type=kind,
        object=collection,
        container=collection.registry,
        parent=collection,
        before=before,
        after=after,
    )
