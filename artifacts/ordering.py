"""Pages of a series in the order of a number, metric or size, that lies in another table than the rows (F84).

Sorting the rows of a series takes as long as it has rows. In a large one they are found along an index of the numbers
instead, which ends with the page; in a small one that would pass by the numbers of all other series.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from artifacts.models import VersionMetric
from artifacts.selection import METRIC, PAGE
from artifacts.series import Series
from common.errors import InvalidInputError
from common.pagination import Page, paginate, paginate_parts


def sorted_page(series: Series, rows: QuerySet[Any], sort: str, cursor: str, size: int = PAGE) -> Page[Any]:
    """The page of `rows` in the order that `sort` names. Raises InvalidInputError for another one, or a wrong cursor."""
    down, name = ("-" if sort.startswith("-") else ""), sort.removeprefix("-")
    if name == "version":
        return paginate(rows, order=(f"{down}index",), cursor=cursor, size=size)
    if name == "size":
        return paginate(rows, order=(f"{down}{series.path}size", f"{down}index"), cursor=cursor, size=size)
    if not name.startswith(METRIC):
        raise InvalidInputError(
            _("Sort by version, size or metric:<name>, with '-' in front for descending; not by %(name)r.")
            % {"name": name}
        )
    by_metric = _along_index if series.is_large else _by_sorting
    return by_metric(series, rows, name.removeprefix(METRIC), down, cursor, size)


def _by_sorting(series: Series, rows: QuerySet[Any], key: str, down: str, cursor: str, size: int) -> Page[Any]:
    """One query; versions without the metric stay, at the end."""
    number = Subquery(VersionMetric.objects.filter(version=OuterRef(f"{series.path}pk"), key=key).values("value")[:1])
    rows = rows.annotate(number=number).annotate(
        is_missing=Case(When(number=None, then=Value(1)), default=Value(0)), sort_number=Coalesce("number", Value(0.0))
    )
    return paginate(rows, order=("is_missing", f"{down}sort_number", "-index"), cursor=cursor, size=size)


def _along_index(series: Series, rows: QuerySet[Any], key: str, down: str, cursor: str, size: int) -> Page[Any]:
    """One query along the index (key, value), and one more for versions without the metric where the page reaches them."""
    relation = f"{series.path}metrics"
    having = rows.annotate(found=FilteredRelation(relation, condition=Q(**{f"{relation}__key": key}))).filter(
        found__isnull=False
    )
    having = having.annotate(sort_number=F("found__value"), sort_pk=F("found__pk"))
    metric = VersionMetric.objects.filter(version=OuterRef(f"{series.path}pk"), key=key)
    parts = [(having, (f"{down}sort_number", f"{down}sort_pk")), (rows.filter(~Exists(metric)), ("-index",))]
    return paginate_parts(parts, cursor=cursor, size=size)
