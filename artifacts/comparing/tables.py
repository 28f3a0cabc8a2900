"""Two tables beside each other: columns, numbers of rows, changed cells. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

ROWS, COLUMNS, MAX_TEXT = 50, 30, 200


@dataclass(frozen=True)
class Grid:
    """Column names and rows; `total` rows in all, of which the first ones are here; `is_more`: at least so many."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    total: int
    is_more: bool = False


@dataclass(frozen=True)
class Cell:
    """A value before and after, as text, and whether it changed, maybe beyond what is shown."""

    old: str
    new: str
    differs: bool


@dataclass(frozen=True)
class TableDiff:
    """Rows are compared by their place. `columns` are the ones of both (at most 30); `rows` are (number from 1, cells)."""

    old: Grid
    new: Grid
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    changed: int = 0

    @property
    def is_cut(self) -> bool:
        """Whether more rows changed than are shown."""
        return self.changed > len(self.rows)


def diff_tables(old: Grid, new: Grid) -> TableDiff:
    """`old` against `new`; only columns that both have are compared cell by cell."""
    places = [{name: place for place, name in reversed(list(enumerate(grid.columns)))} for grid in (old, new)]
    both = [name for name in places[0] if name in places[1]][::-1]
    both.sort(key=places[0].__getitem__)
    found: list[tuple[int, list[Cell]]] = []
    changed = 0
    for number, rows in enumerate(zip(old.rows, new.rows, strict=False), 1):
        cells = [_cell(*(_text(row, place[name]) for row, place in zip(rows, places, strict=True))) for name in both]
        if any(cell.differs for cell in cells):
            changed += 1
            if len(found) < ROWS:
                found.append((number, cells[:COLUMNS]))
    return TableDiff(
        old,
        new,
        added=[name for name in dict.fromkeys(new.columns) if name not in places[0]],
        removed=[name for name in dict.fromkeys(old.columns) if name not in places[1]],
        columns=both[:COLUMNS],
        rows=found,
        changed=changed,
    )


def _text(row: Sequence[Any], place: int) -> str:
    value = row[place] if place < len(row) else ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cell(old: str, new: str) -> Cell:
    return Cell(_cut(old), _cut(new), old != new)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
