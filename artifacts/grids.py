"""A page of a table as its template wants it: heads that sort, cells by their kind, what may be chosen; and all of it as data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.data import PageData
from common.formatting import MISSING, column_format, metric
from common.sheets.choosing import PAGE_ROWS, Choice, Wish, choices, chosen_rows
from common.sheets.sheet import Cell, Kind, Media, Nested, Sheet
from projects import values

MAX_SHOWN, MAX_TITLE = 160, 2000
SAMPLE = 200  # rows by which numbers are written
MAX_FILES, MAX_PICTURES = 500, 100  # of a page; each picture is a request


@dataclass(frozen=True)
class File:
    """Where a file that a cell names is looked at, and the small picture of it, if it is one."""

    url: str
    thumbnail: str


Find = Callable[[Sequence[str]], Mapping[str, File]]  # the files of some paths that are there


@dataclass(frozen=True)
class Head:
    """A column: `sort` is what following its head asks for, `order` how the table is sorted now, if by this."""

    name: str
    kind: Kind
    sort: int
    order: str


@dataclass(frozen=True)
class Shown:
    """A cell: `look` is number, boolean, nested, text, media or none; `title` is all of a text that is cut."""

    text: str
    look: str
    title: str = ""
    file: File | None = None


@dataclass(frozen=True)
class Grid:
    """Rows `first` to `last` of the `total` that were wished for, each with its number in the file."""

    path: str
    heads: list[Head]
    rows: list[tuple[int, list[Shown]]]
    wish: Wish
    choices: list[Choice]
    total: int
    read: int
    is_cut: bool
    first: int
    earlier: int | None
    later: int | None

    @property
    def last(self) -> int:
        """Of the rows shown, counted from 1."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True)
class Table:
    """A sheet with the rows of it that are wished for."""

    path: str
    sheet: Sheet
    wish: Wish
    rows: list[int]

    @classmethod
    def of(cls, path: str, sheet: Sheet, wish: Wish) -> Table:
        """The rows that `wish` leaves."""
        return cls(path, sheet, wish, chosen_rows(sheet, wish))

    def grid(self, find: Find) -> Grid:
        """The page that is asked for, or the last one."""
        first = min(self.wish.first, max(0, len(self.rows) - 1)) // PAGE_ROWS * PAGE_ROWS
        places = self.rows[first : first + PAGE_ROWS]
        shown = [self.sheet.rows[place] for place in places]
        files = find(_media_paths(shown))
        columns = [
            self._column(index, [row[index] for row in shown], files) for index in range(len(self.sheet.columns))
        ]
        lines = [list(line) for line in zip(*columns, strict=True)] if columns else [[] for _ in shown]
        return Grid(
            path=self.path,
            heads=self._heads(),
            rows=[(place + 1, line) for place, line in zip(places, lines, strict=True)],
            wish=self.wish,
            choices=choices(self.sheet, self.wish),
            total=len(self.rows),
            read=len(self.sheet.rows),
            is_cut=self.sheet.is_cut,
            first=first + 1,
            earlier=max(0, first - PAGE_ROWS) if first else None,
            later=first + PAGE_ROWS if first + PAGE_ROWS < len(self.rows) else None,
        )

    def _heads(self) -> list[Head]:
        """Numbers start with the smallest, as texts do; a second click turns the order round."""
        orders = {self.wish.sort: "ascending" if self.wish.sort > 0 else "descending"}
        return [
            Head(
                name,
                kind,
                -number if self.wish.sort == number else number,
                orders.get(number) or orders.get(-number, ""),
            )
            for number, (name, kind) in enumerate(zip(self.sheet.columns, self.sheet.kinds, strict=True), 1)
        ]

    def _column(self, index: int, cells: list[Cell], files: Mapping[str, File]) -> list[Shown]:
        """The cells of a column on this page; numbers have as many decimals as each other, and whole ones none."""
        if self.sheet.kinds[index] != Kind.NUMBER:
            return [_cell(cell, "", files) for cell in cells]
        sample = [*(row[index] for row in self.sheet.rows[:SAMPLE]), *cells]  # so that pages are like each other
        numbers = [cell for cell in sample if isinstance(cell, int | float)]
        spec = "d" if all(isinstance(cell, int) for cell in numbers) else column_format(numbers).replace(",", "")
        return [_cell(cell, spec, files) for cell in cells]

    def data(self) -> PageData:
        """Every row that is wished for, whichever page is shown; files are given by their paths."""
        sheet = self.sheet
        facts = {
            "file": self.path,
            "columns": [{"name": name, "kind": kind} for name, kind in zip(sheet.names, sheet.kinds, strict=True)],
            "rows_found": len(self.rows),
            "rows_read": len(sheet.rows),
            "is_whole": not sheet.is_cut,
        }
        rows = (
            {name: _value(cell) for name, cell in zip(sheet.names, sheet.rows[place], strict=True)}
            for place in self.rows
        )
        return PageData("table", facts, rows, sheet.names)


def _media_paths(rows: list[list[Cell]]) -> list[str]:
    paths = (cell.path for row in rows for cell in row if isinstance(cell, Media))
    return list(dict.fromkeys(paths))


def _cell(cell: Cell, spec: str, files: Mapping[str, File]) -> Shown:
    """One cell; `spec` writes the numbers of a column that has nothing else, others are texts."""
    if cell is None:
        return Shown(MISSING, "none")
    if isinstance(cell, bool):
        return Shown("true" if cell else "false", "boolean")
    if isinstance(cell, int | float) and spec:
        return Shown(metric(cell, spec), "number", "" if float(format(cell, spec)) == cell else str(cell))
    if isinstance(cell, Media):
        return Shown(cell.caption or cell.path, "media", str(cell), files.get(cell.path))
    whole = str(cell)
    text = whole if len(whole) <= MAX_SHOWN else f"{whole[:MAX_SHOWN]}…"
    return Shown(text, "nested" if isinstance(cell, Nested) else "text", whole[:MAX_TITLE] if text != whole else "")


def _value(cell: Cell) -> Any:
    if isinstance(cell, Media):
        return cell.path
    if isinstance(cell, Nested):
        return values.loads(cell)
    return values.storable(cell) if isinstance(cell, float) and not math.isfinite(cell) else cell
