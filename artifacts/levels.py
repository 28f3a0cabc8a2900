"""One folder of a version's manifest, read by jumping from child to child: what lies inside the folders is never read.

A level of 100,000 files in ten folders costs ten look-ups in the index of (version, path). Paths are compared byte by
byte, whatever order the database has for texts; a migration gives PostgreSQL the index for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from artifacts.models import ManifestEntry, Version

AFTER_SLASH = chr(ord("/") + 1)
FIRST = "\x01"  # no path holds a NUL, so nothing lies between a path and itself followed by this


@dataclass(frozen=True)
class Child:
    """A file with what the manifest says of it, or, with `name` ending in a slash, a folder."""

    name: str
    size: int | None = None
    reference: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether there is more below it."""
        return self.name.endswith("/")


def children(version: Version, folder: str, after: str, most: int) -> list[Child]:
    """At most `most` children of `folder` ("" is the root) by name, those behind the child named `after`: one query."""
    prefix = f"{folder}/" if folder else ""
    start = prefix + (after[:-1] + AFTER_SLASH if after.endswith("/") else after + FIRST if after else "")
    values: dict[str, Any] = {
        "version": version.pk,
        "start": start,
        "end": folder + AFTER_SLASH,
        "length": len(prefix),
        "most": most,
        "first": FIRST,
        "beyond": AFTER_SLASH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(is_bounded=bool(folder)), values)
        rows = cursor.fetchall()
    return [_child(path.removeprefix(prefix), size, reference) for path, size, reference in rows]


def _child(rest: str, size: int | None, reference: str) -> Child:
    name, slash, _ = rest.partition("/")
    return Child(name + slash) if slash else Child(name, size, reference)


def _statement(*, is_bounded: bool) -> str:
    table = connection.ops.quote_name(ManifestEntry._meta.db_table)
    postgres = connection.vendor == "postgresql"
    path = 'path COLLATE "C"' if postgres else "path"
    cut = f"{'strpos' if postgres else 'instr'}(substr(level.path, %(length)s + 1), '/')"
    until = f"AND {path} < %(end)s" if is_bounded else ""

    def first(start: str) -> str:
        return (
            f"(SELECT path FROM {table} WHERE version_id = %(version)s AND {path} >= {start} {until} "  # noqa: S608
            f"ORDER BY {path} LIMIT 1)"
        )

    found = table
    if postgres:  # by itself each, whatever a planner without statistics thinks of the version
        found = f"LATERAL (SELECT * FROM {table} e WHERE e.version_id = %(version)s AND e.path = level.path OFFSET 0)"  # noqa: S608
    beyond = (
        f"CASE WHEN {cut} = 0 THEN level.path || %(first)s "
        f"ELSE substr(level.path, 1, %(length)s + {cut} - 1) || %(beyond)s END"
    )
    # Texts of ours alone are put together here: every value is a parameter.
    return (
        f"WITH RECURSIVE level (number, path) AS (SELECT 1, {first('%(start)s')} UNION ALL "  # noqa: S608
        f"SELECT number + 1, {first(beyond)} FROM level WHERE level.path IS NOT NULL AND number < %(most)s) "
        f"SELECT entry.path, entry.size, entry.reference_uri FROM level CROSS JOIN {found} entry "
        "WHERE entry.version_id = %(version)s AND entry.path = level.path ORDER BY level.number"
    )
