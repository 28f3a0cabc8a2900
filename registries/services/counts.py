"""What a collection keeps about its links: how many live, and which is the newest. Called by whatever writes links."""

from __future__ import annotations

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from registries.models import Collection, Link


def count(collection_id: int, change: int) -> None:
    """One link of the collection, whose row is locked, has just come back (1) or gone (-1)."""
    Collection.objects.filter(pk=collection_id).update(link_count=F("link_count") + change, newest_link=_newest())


def recount(collections: QuerySet[Collection]) -> None:
    """Count the living links of these anew, in the caller's transaction; costs what there are of them."""
    living = Link.objects.alive().filter(collection=OuterRef("pk")).order_by()
    total = living.values("collection").annotate(total=Count("pk")).values("total")
    collections.update(link_count=Coalesce(Subquery(total, output_field=IntegerField()), 0), newest_link=_newest())


def _newest() -> Subquery:
    return Subquery(Link.objects.alive().filter(collection=OuterRef("pk")).order_by("-index").values("pk")[:1])
