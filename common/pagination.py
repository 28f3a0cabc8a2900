"""Keyset paging: pages by the values of the last row, so a deep page costs what the first one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from common.errors import InvalidInputError

M = TypeVar("M", bound=models.Model)
Order = tuple[str, ...]
MAX_SIZE = 1000
SALT = "common.pagination"  # signed, so that whatever comes back can be compared with the columns it was read from


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows of one page; `next` and `previous` are opaque cursors, or empty at an end."""

    items: list[M]
    next: str
    previous: str


def clamp(size: int | None, *, default: int = 50, most: int = MAX_SIZE) -> int:
    """A page size between 1 and `most`."""
    return min(max(size or default, 1), most)


def paginate(
    queryset: models.QuerySet[M], *, order: Order, cursor: str = "", size: int = 50, ids_first: bool = False
) -> Page[M]:
    """The page of `queryset` after (or before) `cursor`, in `order`: field names, `-` for descending, the last one unique.

    Where no index has the order, `ids_first` lets the database sort ids, and not whole rows. Raises InvalidInputError for a
    cursor that this function did not make for the same order.
    """
    return paginate_parts([(queryset, order)], cursor=cursor, size=size, ids_first=ids_first)


def paginate_parts(
    parts: Sequence[tuple[models.QuerySet[M], Order]], *, cursor: str = "", size: int = 50, ids_first: bool = False
) -> Page[M]:
    """The same through several sets of rows, one after another, each in its order; no two orders are the same.

    A page may hold the end of one part and the beginning of the next: one query for each part that it touches.
    """
    at, backwards, values = _decode(cursor, [order for _, order in parts])
    starts = values is None
    found: list[tuple[M, Order]] = []
    for queryset, order in reversed(parts[: at + 1]) if backwards else parts[at:]:
        keys = tuple(_flip(key) for key in order) if backwards else order
        rows = queryset.order_by(*keys)
        if values is not None:
            rows = rows.filter(_beyond(keys, values))
            values = None
        rows = rows[: size + 1 - len(found)]
        found += [
            (row, order) for row in (queryset.filter(pk__in=rows.values("pk")).order_by(*keys) if ids_first else rows)
        ]
        if len(found) > size:
            break
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    return _page(found, more, backwards=backwards, is_first=starts)


def paginate_merged(
    whole: models.QuerySet[M],
    sources: Sequence[models.QuerySet[M]],
    *,
    order: Order,
    cursor: str = "",
    size: int = 50,
) -> Page[M]:
    """The page of all `sources` together, each read by its own index and no further than a page; `whole` reads the rows.

    Raises as `paginate` does.
    """
    _, backwards, values = _decode(cursor, [order])
    keys = tuple(_flip(key) for key in order) if backwards else order
    ahead = Q() if values is None else _beyond(keys, values)
    if len(sources) == 1:
        rows = sources[0].filter(ahead)
    else:
        heads = [source.filter(ahead).order_by(*keys).values("pk")[: size + 1] for source in sources]
        rows = whole.filter(reduce(or_, (Q(pk__in=head) for head in heads), Q()))
    items = list(rows.order_by(*keys)[: size + 1])
    more = len(items) > size
    items = items[:size]
    if backwards:
        items.reverse()
    return _page([(row, order) for row in items], more, backwards=backwards, is_first=values is None)


def _page(found: list[tuple[M, Order]], more: bool, *, backwards: bool, is_first: bool) -> Page[M]:
    """The rows, each with the order of its part; `more` come in the direction of reading, `is_first` has none behind it."""
    has_next = more if not backwards else not is_first
    has_previous = more if backwards else not is_first
    return Page(
        items=[row for row, _ in found],
        next=_encode(*found[-1], backwards=False) if found and has_next else "",
        previous=_encode(*found[0], backwards=True) if found and has_previous else "",
    )


def cursor_of(item: models.Model, order: Order) -> str:
    """The cursor that continues after `item`."""
    return _encode(item, order, backwards=False)


def _flip(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _beyond(keys: Order, values: list[Any]) -> Q:
    """Rows after `values`: greater in the first key, or equal there and greater in the second, and so on.

    That none is less in the first key follows, and is said all the same: databases enter an index by it, not by an OR.
    """
    condition = Q()
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        name = key.removeprefix("-")
        step = "lt" if key.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{step}": value})
        equal &= Q(**{name: value})
    name, step = keys[0].removeprefix("-"), "lte" if keys[0].startswith("-") else "gte"
    return Q(**{f"{name}__{step}": values[0]}) & condition


def _plain(value: Any) -> Any:
    return {"t": value.isoformat()} if isinstance(value, datetime) else value


def _encode(item: Any, order: Order, *, backwards: bool) -> str:
    values = [_plain(_attribute(item, key.removeprefix("-"))) for key in order]
    return Signer(salt=SALT).sign_object([int(backwards), list(order), values])


def _attribute(item: Any, name: str) -> Any:
    if isinstance(item, dict):
        return item[name]
    for part in name.split("__"):
        item = getattr(item, part)
    return item


def _decode(cursor: str, orders: list[Order]) -> tuple[int, bool, list[Any] | None]:
    """Which part the cursor leads into, whether backwards, and the values of its row."""
    if not cursor:
        return 0, False, None
    try:
        backwards, made_for, values = Signer(salt=SALT).unsign_object(cursor)
    except (BadSignature, ValueError) as error:
        raise InvalidInputError(_("This page address is damaged; start from the first page.")) from error
    if tuple(made_for) not in orders:
        raise InvalidInputError(_("This page address belongs to another order; start from the first page."))
    read = [datetime.fromisoformat(v["t"]) if isinstance(v, dict) else v for v in values]
    return orders.index(tuple(made_for)), bool(backwards), read


def whole(query: QueryDict, name: str) -> int:
    """A whole number of the address, 0 when absent. Raises InvalidInputError."""
    text = query.get(name) or "0"
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise InvalidInputError(
            _("'%(name)s' in this address is not a whole number; start from the first page.") % {"name": name}
        )
    return int(text)
