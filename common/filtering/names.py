"""Dotted names: `metadata.train.lr`, and `metadata."a.b".c` where a part holds a dot."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

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
            raise FilterError(
                _("%(name)r is no name: its parts, at most %(max_parts)s, are joined by single dots")
                % {"name": name[:80], "max_parts": MAX_PARTS}
            )
        parts.append(match[1] if match[1] is not None else match[2])
        place = match.end()
        if place == len(name):
            return tuple(parts)
        if name[place] != ".":
            raise FilterError(_("%(name)r is no name: a part in quotes is followed by a dot") % {"name": name[:80]})
        place += 1
