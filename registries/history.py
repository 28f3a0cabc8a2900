"""What happened in a collection (F92)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from events.models import Event
from registries.models import Collection, Link


def collection_events(collection: Collection) -> QuerySet[Event]:
    """Events of the collection, of its links, and of edits that were made to its versions from this registry; newest first."""
    here = Q(object_type="collection", object_id=collection.pk) | Q(object_type="link", parent_id=collection.pk)
    versions = Link.objects.filter(collection=collection).values("version")
    through = Q(object_type="version", container=collection.registry_id, object_id__in=versions)
    return (
        Event.objects.filter(here | through, container=collection.registry_id).select_related("actor").order_by("-pk")
    )
