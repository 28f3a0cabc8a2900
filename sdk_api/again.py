"""A request that arrives twice: what the first delivery made is what the second one answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from common.errors import ConflictError

T = TypeVar("T")


def find_or_make(find: Callable[[], T | None], make: Callable[[], T]) -> T:
    """What `find` finds, else what `make` makes; of two at once, the later one finds what the other made.

    Raises what both raise; the ConflictError of `make` where there is still nothing to be found.
    """
    found = find()
    if found is not None:
        return found
    try:
        return make()
    except ConflictError:
        found = find()
        if found is None:
            raise
        return found
