"""What happened in a collection and in a registry (F92, C24): the events, each source by an index of its own."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from artifacts.feed import Subjects
from common.addresses import address
from events.models import Event
from registries.models import Collection, Link, ProtectedAlias, Registry
from registries.queries import collection_names, collection_url


def collection_events(collection: Collection) -> list[QuerySet[Event]]:
    """Events of the collection, of its links, and of edits that were made to its versions from this registry."""
    linked = Link.objects.filter(collection=collection, version=OuterRef("object_id"))
    return [
        # Without their registry, which goes without saying: by it the database would read all that ever happened there.
        Event.objects.filter(object_type="collection", parent_id=collection.pk),
        Event.objects.filter(object_type="link", parent_id=collection.pk),
        Event.objects.filter(Exists(linked), container=collection.registry_id, object_type="version"),
    ]


def registry_events(registry: Registry) -> list[QuerySet[Event]]:
    """Everything that happened in the registry, settings and roles included; what its runs used stays with the versions."""
    return [Event.objects.filter(container=registry.pk)]


def subjects_of(events: Iterable[Event]) -> Subjects:
    """The collections and the linked versions that events of registries are about: a query each, none where there is none."""
    events = list(events)
    wanted = {event.parent_id or 0 for event in events if event.object_type in {"link", "collection"}}
    rows = Collection.objects.filter(pk__in=wanted).select_related("registry__organization") if wanted else []
    return {
        **{row.pk: (row.name, "" if row.deleted_at else collection_url(row)) for row in rows},
        **versions_of(events),
    }


def guarded_in(events: Iterable[Event]) -> set[tuple[int | None, str]]:
    """The aliases that the registries of those events protect: one query, none where there is no event."""
    wanted = {event.container_id for event in events}
    rows = ProtectedAlias.objects.filter(registry__in=wanted).values_list("registry_id", "name") if wanted else []
    return set(rows)


def versions_of(events: Iterable[Event]) -> Subjects:
    """The versions that events of registries are about, as they are linked there: one query, none where there is none."""
    wanted = {(event.container_id or 0, event.object_id) for event in events if event.object_type == "version"}
    if not wanted:
        return {}
    registries, versions = ({pair[side] for pair in wanted} for side in (0, 1))
    links = Link.objects.filter(version__in=versions, collection__registry__in=registries)
    rows = links.select_related("collection__registry__organization").order_by("pk")
    return {
        (row.collection.registry_id, row.version_id): (
            f"{row.collection.name} {row.label}",
            "" if row.deleted_at or row.collection.deleted_at else _version_url(row),
        )
        for row in rows
    }


def _version_url(link: Link) -> str:
    return address("registries:version", *collection_names(link.collection), link.label)
