"""Dotted names: `metadata.train.lr`, and `metadata."a.b".c` where a part holds a dot."""

from __future__ import annotations

import re

from common.filtering.tree import FilterError

PART = re.compile(r'"([^"]*)"|([^."]+)')
MAX_PARTS = 10


def split_name(name: str) -> tuple[str, ...]:
    """The parts of a name. Raises FilterError."""
    parts: list[str] = []
    place = 0
    while True:
        match = PART.match(name, place)
        if match is None or len(parts) == MAX_PARTS:
            raise FilterError(f"{name[:80]!r} is no name: its parts, at most {MAX_PARTS}, are joined by single dots")
        parts.append(match[1] if match[1] is not None else match[2])
        place = match.end()
        if place == len(name):
            return tuple(parts)
        if name[place] != ".":
            raise FilterError(f"{name[:80]!r} is no name: a part in quotes is followed by a dot")
        place += 1
