"""Working through much with little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to `size` items, in order (what itertools does from Python 3.12 on)."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def keys_of(rows: QuerySet[Any, Any], size: int) -> Iterator[list[Any]]:
    """The primary keys of `rows` in their order, up to `size` at a time.

    Each list is a statement of its own, so that the rows may be changed in between: an open cursor would keep SQLite from
    writing once others have.
    """
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:size])
    while keys:
        yield keys
        keys = list(rows.filter(pk__gt=keys[-1]).order_by("pk").values_list("pk", flat=True)[:size])
