"""From a tree to a condition of Django: by an explicit map from fields to columns, never by what somebody wrote."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from common.filtering.expressions import ItemCondition, JsonCondition, TextCondition
from common.filtering.tree import ORDERED, And, Comparison, Kind, Node, Not, Operator
from common.names import fold

EVERYTHING = ~Q(pk__in=[])
NOTHING = Q(pk__in=[])
LOOKUPS = {
    Operator.EQUAL: "exact",
    Operator.GREATER: "gt",
    Operator.GREATER_OR_EQUAL: "gte",
    Operator.LESS: "lt",
    Operator.LESS_OR_EQUAL: "lte",
    Operator.IN: "in",
    Operator.CONTAINS: "icontains",
}


class Source(Protocol):
    """Where the values of a field are."""

    def condition(self, comparison: Comparison) -> Q:
        """The rows for which the comparison holds; for no row is it unknown, so that it can be denied."""


def condition(tree: Node, sources: Mapping[str, Source]) -> Q:
    """The rows for which `tree` holds; `sources` say by the name of each field where its values are."""
    if isinstance(tree, Comparison):
        return sources[tree.field.name].condition(tree)
    if isinstance(tree, Not):
        return ~condition(tree.child, sources)
    children = [condition(child, sources) for child in tree.children]
    if isinstance(tree, And):
        return reduce(operator.and_, children, EVERYTHING)
    return reduce(operator.or_, children, NOTHING)


@dataclass(frozen=True)
class Column:
    """A column of texts, numbers or dates, named by its path.

    `key` is the column that holds `common.names.fold` of it: parts are then found in upper and lower case of any letter,
    else of a to z at least.
    """

    path: str
    key: str = ""

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        known = Q(**{f"{self.path}__isnull": False})
        kind, how, value = comparison.field.kind, comparison.operator, comparison.value
        if how is Operator.EXISTS:
            return known & ~Q(**{self.path: ""}) if kind is Kind.TEXT else known
        if how is Operator.CONTAINS and self.key:
            return Q(**{f"{self.key}__contains": fold(value)})
        if how is Operator.MATCHES or (kind is Kind.TEXT and how in ORDERED):
            return Q(TextCondition(F(self.path), how, value))
        return known & Q(**{f"{self.path}__{LOOKUPS[how]}": value})


@dataclass(frozen=True)
class Labels:
    """Rows with a name each (`name`), which belong to ours by their `owner`; ours are known by `row`.

    From a name one gets to the rows that carry it; where only a few rows are asked about, `one_by_one` asks each.
    """

    rows: QuerySet[Any]
    name: str
    owner: str
    row: str = "pk"
    one_by_one: bool = False

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        # `name` holds a text for every label, so it needs no care for absent values.
        rows = self.rows
        if comparison.operator is not Operator.EXISTS:
            rows = rows.filter(self._named(comparison))
        if self.one_by_one:
            return Q(Exists(rows.filter(**{self.owner: OuterRef(self.row)})))
        return Q(**{f"{self.row}__in": rows.order_by().values(self.owner)})

    def _named(self, comparison: Comparison) -> Q:
        """A name that is another row's, such as a tag's, is looked for among the few names first."""
        holder, _, name = self.name.rpartition("__")
        fits = Column(name).condition(comparison)
        if not holder:
            return fits
        names = self.rows.model._meta.get_field(holder).related_model._default_manager.filter(fits)
        return Q(**{f"{holder}__in": names.order_by().values("pk")})


@dataclass(frozen=True)
class Numbers:
    """Rows with a number each (`value`) under a name (`key`), which belong to ours by their `owner`, such as metrics."""

    rows: QuerySet[Any]
    key: str
    value: str
    owner: str
    row: str = "pk"

    def condition(self, comparison: Comparison) -> Q:
        """See Source. Asked row by row: half of all versions may have a number in the range, few labels are that common."""
        rows = self.rows.filter(**{self.owner: OuterRef(self.row), self.key: comparison.key[0]})
        if comparison.operator is not Operator.EXISTS:
            rows = rows.filter(**{f"{self.value}__{LOOKUPS[comparison.operator]}": comparison.value})
        return Q(Exists(rows))


@dataclass(frozen=True)
class AnyOf:
    """Several places for one field: a row is meant when one of them fits."""

    sources: tuple[Source, ...]

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        return reduce(operator.or_, [source.condition(comparison) for source in self.sources], NOTHING)


@dataclass(frozen=True)
class Items:
    """A column of JSON lists of texts, such as the tags of runs."""

    path: str

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        return Q(ItemCondition(F(self.path), comparison.operator, comparison.value))


@dataclass(frozen=True)
class Document:
    """A column of JSON documents; a part of a key is a name within an object, never an index."""

    path: str

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        return Q(JsonCondition(F(self.path), comparison.key, comparison.operator, comparison.value))
