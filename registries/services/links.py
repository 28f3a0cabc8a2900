"""Linking versions into collections, unlinking them, and moving the aliases of links."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Namespace, User
from access.policy import require
from access.roles import Action
from artifacts.lifetimes import FOR_GOOD
from artifacts.models import Version
from artifacts.services.aliases import LATEST
from artifacts.services.values import check_aliases, check_room
from common import names
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from events.services import record
from events.types import EventType
from registries.models import AcceptedType, Collection, Link, LinkAlias, Registry
from registries.services.collections import check_type, create_collection
from registries.services.counts import count
from registries.services.protection import require_aliases, require_links, require_unprotected


def link_version(
    *, actor: User, registry: Registry, collection_name: str, version: Version, aliases: Iterable[str] = ()
) -> Link:
    """Place `version` in a collection, which is made when it is missing (F40), with the next number and `latest` (F55).

    A version that is linked there already keeps its number and gets the aliases (C14). Member of the registry, and able
    to download the version. Raises InvalidInputError for a personal source (F51), another organization's version, or a
    type that registry or collection do not take (F52); NotFoundError for what the actor may not see.
    """
    require(actor, Action.LINK_VERSION, registry)
    wanted = check_aliases(aliases)
    require_aliases(actor, registry, wanted)
    _require_linkable(actor, registry, version)
    check_type(registry, version.artifact.type)
    collection = _collection(actor, registry, names.collection_name(collection_name), version.artifact.type)
    with transaction.atomic():
        alive = Version.objects.committed().select_for_update(of=("self",)).only("pk")
        if alive.filter(pk=version.pk).first() is None:
            raise NotFoundError(_("There is no such version, or you may not see it."))
        locked = Collection.objects.select_for_update().get(pk=collection.pk)
        if locked.deleted_at is not None:
            raise ConflictError(_("The collection was deleted meanwhile; link again."))
        link = Link.objects.filter(collection=locked, version=version, deleted_at=None).first()
        if link is None:
            link = _place(actor, registry, locked, version)
            wanted = [*dict.fromkeys([*wanted, LATEST])]
        link.collection, link.version = locked, version
        _point(actor, registry, link, wanted)
    locked.registry = registry
    return link


def _require_linkable(actor: User, registry: Registry, version: Version) -> None:
    if not Version.objects.readable_by(actor).filter(pk=version.pk).exists():
        if Version.objects.visible_to(actor).filter(pk=version.pk).exists():
            raise ForbiddenError(_("You may see this version but not download it, so you cannot link it elsewhere."))
        raise NotFoundError(_("There is no such version, or you may not see it."))
    project = version.artifact.project
    if project.namespace.kind == Namespace.Kind.PERSONAL:
        raise InvalidInputError(
            _(
                "'%(version)s' lies in the personal project '%(namespace)s/%(project)s', and only versions of a "
                "team of the organization can be linked. Log it again with wandb.init(entity='<your team>'), or "
                "make a team your default entity in your profile and run the script again."
            )
            % {"version": version, "namespace": project.namespace.name, "project": project.name}
        )
    if project.organization_id != registry.organization_id:
        raise InvalidInputError(
            _(
                "'%(version)s' belongs to another organization than the registry '%(registry)s'; log it in a team"
                " of this one."
            )
            % {"version": version, "registry": registry.name}
        )


def _collection(actor: User, registry: Registry, name: str, kind: str) -> Collection:
    existing = Collection.objects.filter(registry=registry, name_key=names.fold(name), deleted_at=None)
    collection = existing.first()
    if collection is None:
        try:
            collection = create_collection(actor=actor, registry=registry, name=name, type=kind)
        except ConflictError:  # another link made it at the same time
            collection = existing.get()
    if collection.type != kind:
        raise InvalidInputError(
            _(
                "The collection '%(collection)s' holds versions of the type '%(type)s', not '%(kind)s'. Link into"
                " another collection."
            )
            % {"collection": collection.name, "type": collection.type, "kind": kind}
        )
    return collection


def _place(actor: User, registry: Registry, collection: Collection, version: Version) -> Link:
    now = timezone.now()
    link = Link.objects.create(
        collection=collection, version=version, index=collection.next_index, created_by=actor, created_at=now
    )
    collection.next_index += 1
    collection.link_count += 1
    collection.newest_link = link
    collection.updated_at = now
    collection.save(update_fields=["next_index", "link_count", "newest_link", "updated_at"])
    AcceptedType.objects.get_or_create(registry=registry, name=collection.type)
    Version.objects.filter(pk=version.pk).exclude(ttl_seconds=FOR_GOOD).update(ttl_seconds=FOR_GOOD)  # F134
    record(
        actor=actor,
        type=EventType.VERSION_LINKED,
        object=link,
        container=registry,
        parent=collection,
        after={"version": link.label, "collection": collection.name, "source": version.pk},
    )
    return link


def _point(actor: User, registry: Registry, link: Link, aliases: Iterable[str]) -> None:
    collection = link.collection
    known = LinkAlias.objects.select_related("link").filter(
        models.Q(collection=collection, name__in=list(aliases))
        | models.Q(link=link)  # two indexes, whatever else is here
    )
    present = {alias.name: alias for alias in known}
    held = {alias.name for alias in known if alias.link_id == link.pk}
    check_room(held - {LATEST}, {*aliases} - {LATEST}, what="aliases")
    for name in aliases:
        alias = present.get(name)
        if alias is not None and alias.link_id == link.pk:
            continue
        LinkAlias.objects.update_or_create(
            collection=collection, name=name, defaults={"link": link, "updated_at": timezone.now()}
        )
        record(
            actor=actor,
            type=EventType.ALIAS_MOVED if alias else EventType.ALIAS_ADDED,
            object=link,
            container=registry,
            parent=collection,
            before={"alias": name, "version": alias.link.label} if alias else None,
            after={"alias": name, "version": link.label, "collection": collection.name},
        )


def add_aliases(*, actor: User, link: Link, names: Iterable[str]) -> None:
    """Give the link those aliases, taking them from other links of the collection (F6). Member of the registry, admin
    where one is protected (F57).
    """
    registry = link.collection.registry
    wanted = check_aliases(names)
    require_aliases(actor, registry, wanted)
    with transaction.atomic():
        Collection.objects.select_for_update().get(pk=link.collection_id)
        if not Link.objects.alive().filter(pk=link.pk).exists():
            raise NotFoundError(_("There is no such version, or you may not see it."))
        _point(actor, registry, link, wanted)


def remove_aliases(*, actor: User, collection: Collection, names: Iterable[str]) -> None:
    """Take those aliases away; ones that are not there are no error. Member of the registry, admin for protected ones."""
    unwanted = list(names)
    require_aliases(actor, collection.registry, unwanted)
    with transaction.atomic():
        Collection.objects.select_for_update().get(pk=collection.pk)
        for alias in collection.aliases.select_related("link").filter(name__in=unwanted):
            record(
                actor=actor,
                type=EventType.ALIAS_REMOVED,
                object=alias.link,
                container=collection.registry,
                parent=collection,
                before={"alias": alias.name, "version": alias.link.label, "collection": collection.name},
            )
            alias.delete()


def unlink_version(*, actor: User, link: Link) -> None:
    """Take a version out of its collection (F135); source and other links stay. A second time changes nothing.

    Member of the registry, admin where it carries a protected alias (F57).
    """
    with transaction.atomic():
        Collection.objects.select_for_update().get(pk=link.collection_id)
        require_links(actor, link.collection.registry, Action.UNLINK_VERSION, pk=link.pk)
        _unlink(actor, link)


def relink_version(*, actor: User, link: Link, aliases: Iterable[str] = ()) -> Link:
    """Bring an unlinked version back with the number it had, and with those aliases (C15). One that is there stays as it is.

    Member of the registry, admin where one of the aliases is protected. Raises NotFoundError where its source or collection
    is gone, ConflictError where the version is linked there again under another number.
    """
    registry, wanted = link.collection.registry, check_aliases(aliases)
    require(actor, Action.LINK_VERSION, registry)
    require_aliases(actor, registry, wanted)
    with transaction.atomic():
        alive = Version.objects.committed().select_for_update(of=("self",)).only("pk")
        if alive.filter(pk=link.version_id).first() is None:
            raise NotFoundError(_("The source of this version is deleted, so it cannot be linked again."))
        collection = Collection.objects.select_for_update().get(pk=link.collection_id)
        if collection.deleted_at is not None:
            raise NotFoundError(_("The collection is deleted, so nothing can be linked into it."))
        link.refresh_from_db(fields=["deleted_at"])
        if link.deleted_at is None:
            return link
        other = collection.links.filter(version=link.version_id, deleted_at=None).first()
        if other is not None:
            raise ConflictError(
                _("The version is linked again as %(other)s; unlink that one first.") % {"other": other.label}
            )
        link.deleted_at, link.collection.next_index = None, collection.next_index
        link.save(update_fields=["deleted_at"])
        count(collection.pk, 1)
        Version.objects.filter(pk=link.version_id).exclude(ttl_seconds=FOR_GOOD).update(ttl_seconds=FOR_GOOD)  # F134
        record(
            actor=actor,
            type=EventType.VERSION_RELINKED,
            object=link,
            container=registry,
            parent=collection,
            after={"version": link.label, "collection": collection.name, "aliases": wanted},
        )
        _point(actor, registry, link, wanted)
    return link


def let_go(actor: User | None, versions: models.QuerySet[Version]) -> None:
    """Unlink `versions`, whose sources are being deleted, one event each (C13). Raises ConflictError: one is protected."""
    # Locked, versions before collections: no link and no alias comes while they go.
    going = list(versions.select_for_update().only("pk").order_by("pk"))
    held = Collection.objects.filter(links__version__in=going, links__deleted_at=None)
    list(Collection.objects.select_for_update().filter(pk__in=held.values("pk")).order_by("pk"))
    require_unprotected(actor, versions)
    links = Link.objects.alive().filter(version__in=versions).select_related("collection__registry")
    for link in links.order_by("collection", "pk"):
        _unlink(actor, link)


def _unlink(actor: User | None, link: Link) -> None:
    aliases = list(link.aliases.values_list("name", flat=True))
    if not Link.objects.filter(pk=link.pk, deleted_at=None).update(deleted_at=timezone.now()):
        return
    link.aliases.all().delete()
    count(link.collection_id, -1)
    record(
        actor=actor,
        type=EventType.VERSION_UNLINKED,
        object=link,
        container=link.collection.registry,
        parent=link.collection,
        before={"version": link.label, "collection": link.collection.name, "aliases": aliases},
    )
