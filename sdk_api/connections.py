"""Lists on the wire: pages with opaque cursors, from keyset paging."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Prefetch
from graphql import GraphQLResolveInfo

from common.errors import InvalidInputError
from common.pagination import clamp, cursor_of, paginate
from sdk_api.context import Context

ORDERS = {"name": "name", "created_at": "created_at", "updated_at": "updated_at"}
Reach = Callable[[Any], Any]


@dataclass(frozen=True)
class Edge:
    """One node of a page; `version` is its number in the collection that was asked, where there is one."""

    node: Any
    cursor: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class PageInfo:
    """Where the page ends."""

    has_next_page: bool = False
    end_cursor: str | None = None


@dataclass(frozen=True)
class Connection:
    """A page; `count` says how many rows all pages have, and is asked only if the client wants to know."""

    edges: Sequence[Edge]
    page_info: PageInfo = PageInfo()
    count: Callable[[], int] | None = None

    def total_count(self, info: GraphQLResolveInfo) -> int:
        """All rows."""
        return self.count() if self.count else len(self.edges)


def whole(nodes: Sequence[Any]) -> Connection:
    """A list that is complete as it is."""
    return Connection([Edge(node) for node in nodes])


def page(
    queryset: models.QuerySet[Any],
    order: tuple[str, ...],
    *,
    after: str | None = None,
    first: int | None = None,
    most: int = 1000,
    node: Reach = lambda row: row,
    version: Reach = lambda row: None,
    prepare: Callable[[list[Any]], object] = lambda rows: None,
) -> Connection:
    """The page of `queryset` after the cursor; `prepare` may look up at once what its rows will need.

    Raises InvalidInputError for a damaged cursor.
    """
    found = paginate(queryset, order=order, cursor=after or "", size=clamp(first, most=most))
    prepare(found.items)
    edges = [Edge(node(row), cursor_of(row, order), version(row)) for row in found.items]
    return Connection(edges, _ending(edges, more=bool(found.next)), queryset.order_by().count)


def nested_page(
    request: Context,
    parent: Any,
    relation: str,
    queryset: models.QuerySet[Any],
    order: tuple[str, ...],
    *,
    after: str | None = None,
    first: int | None = None,
    node: Reach = lambda row: row,
    version: Reach = lambda row: None,
    prepare: Callable[[list[Any]], object] = lambda rows: None,
) -> Connection:
    """A page of those rows of `queryset` to which `relation` leads; the first one is fetched for all siblings at once."""
    if after:
        rows = getattr(parent, relation).all() & queryset
        return page(rows, order, after=after, first=first, node=node, version=version, prepare=prepare)
    size = clamp(first)
    name = f"first_{relation}_{size}"
    if not hasattr(parent, name):
        cut = Prefetch(relation, queryset.order_by(*order)[: size + 1], to_attr=name)
        prepare([row for sibling in request.load(parent, **{name: lambda: cut}) for row in getattr(sibling, name)])
    rows = getattr(parent, name)
    edges = [Edge(node(row), cursor_of(row, order), version(row)) for row in rows[:size]]
    return Connection(edges, _ending(edges, more=len(rows) > size), (getattr(parent, relation).all() & queryset).count)


def _ending(edges: list[Edge], *, more: bool) -> PageInfo:
    return PageInfo(more, edges[-1].cursor if edges else None)


def order_of(text: str | None, default: tuple[str, ...], fields: Mapping[str, str] = ORDERS) -> tuple[str, ...]:
    """`+name`, `-created_at` and the like as fields to page by. Raises InvalidInputError for other fields."""
    if not text:
        return default
    name = fields.get(text.lstrip("+-"))
    if name is None:
        raise InvalidInputError(
            f"Cannot order by '{text[:80]}'; the orders are {', '.join(fields)}, with + or - before."
        )
    sign = "-" if text.startswith("-") else ""
    return (f"{sign}{name}", f"{sign}pk")
