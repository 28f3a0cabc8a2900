"""Moving a protected alias, or taking it away: what is shown before that is done (F57)."""

from __future__ import annotations

from typing import Any

from artifacts.metrics_tab import differences
from artifacts.places import Place
from registries import asof, impact, past
from registries.models import Link, LinkAlias


def holder_elsewhere(place: Place, name: str) -> Link | None:
    """The other link of the collection that holds `name`, if that is protected."""
    held = LinkAlias.objects.protected().filter(collection=place.row.collection_id, name=name)
    alias = held.exclude(link=place.row.pk).select_related("link__version__produced_by").first()
    return alias.link if alias else None


def holds(place: Place, name: str) -> bool:
    """Whether the link itself holds `name`, and that is protected."""
    return LinkAlias.objects.protected().filter(link=place.row.pk, name=name).exists()


def consequences(place: Place, holder: Link, name: str) -> dict[str, Any]:
    """Since when the holder has it, how the two compare, and who used the holder through the registry."""
    collection = place.row.collection
    spans = past.alias_holdings(list(past.alias_events(collection, name).order_by("-pk")[:1]), None)
    span: asof.Holding | None = spans[0] if spans and spans[0].place == holder.pk else None
    rows = differences(place, holder)
    return {
        "span": span,
        "differences": rows,
        "better": sum(row.verdict == "better" for row in rows),
        "worse": sum(row.verdict == "worse" for row in rows),
        "uses": impact.uses_through(collection.registry, [holder.version_id]),
    }
