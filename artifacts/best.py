"""The best value of each metric over a whole series, whatever page is shown."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Exists, Max, Min, OuterRef, Subquery

from artifacts.models import VersionMetric
from artifacts.series import Series

Ends = dict[str, float]


def ends_of(series: Series, ways: Mapping[str, bool]) -> Ends:
    """By metric the highest or the lowest value, whichever `ways` calls better: one query."""
    if not ways:
        return {}
    return _along_index(series, ways) if series.is_large else _by_reading(series, ways)


def _by_reading(series: Series, ways: Mapping[str, bool]) -> Ends:
    numbers = VersionMetric.objects.filter(version=OuterRef(f"{series.path}pk"))
    places = {f"of_{place}": key for place, key in enumerate(ways)}
    rows = series.rows.annotate(
        **{name: Subquery(numbers.filter(key=key).values("value")) for name, key in places.items()}
    )
    found = rows.aggregate(**{f"best_{name}": (Max if ways[key] else Min)(name) for name, key in places.items()})
    return _known({key: found[f"best_{name}"] for name, key in places.items()})


def _along_index(series: Series, ways: Mapping[str, bool]) -> Ends:
    """The first number from the better end of the index (key, value) that belongs to the series."""
    mine = series.rows.filter(**{f"{series.path}pk": OuterRef("version")})
    numbers = VersionMetric.objects.filter(Exists(mine))
    firsts = {
        f"best_{place}": Subquery(numbers.filter(key=key).order_by("-value" if up else "value").values("value")[:1])
        for place, (key, up) in enumerate(ways.items())
    }
    found = series.home.values_list(*firsts.values()).first() or ()
    return _known(dict(zip(ways, found, strict=False)))


def _known(found: Mapping[str, float | None]) -> Ends:
    return {key: value for key, value in found.items() if value is not None}
