"""The few filters this release knows: equality of named fields, alone or joined by `$and`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from common.errors import InvalidInputError
from projects import values

MAX_LENGTH = 10_000
MAX_DEPTH = 5


def read(text: str | None, **fields: type) -> list[tuple[str, Any]]:
    """The (field, value) pairs that must all hold; `fields` are the known ones and the type of their values.

    Raises InvalidInputError, naming what is supported, for anything else.
    """
    if not text:
        return []
    if len(text) > MAX_LENGTH:
        raise InvalidInputError(f"A filter has at most {MAX_LENGTH} characters.")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The filter is not JSON.") from error
    return list(_pairs(tree, fields, 0))


def _pairs(tree: Any, fields: dict[str, type], depth: int) -> Iterator[tuple[str, Any]]:
    if tree is None or tree == {}:
        return
    if not isinstance(tree, dict) or depth > MAX_DEPTH:
        raise _unknown(fields)
    for name, value in tree.items():
        if name == "$and" and isinstance(value, list):
            for inner in value:
                yield from _pairs(inner, fields, depth + 1)
            continue
        if isinstance(value, dict) and value.keys() == {"$eq"}:
            value = value["$eq"]
        wanted = fields.get(name)
        if wanted is None or isinstance(value, bool) or not isinstance(value, wanted):
            raise _unknown(fields)
        yield name, values.text(value) if isinstance(value, str) else value


def _unknown(fields: dict[str, type]) -> InvalidInputError:
    known = ", ".join(f'{{"{name}": {"1" if kind is int else "…"}}}' for name, kind in fields.items())
    return InvalidInputError(f"This server filters by equality only, of {known}, and by $and of these.")
