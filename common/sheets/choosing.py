"""Which rows of a sheet one asks to see, and in which order: what its address says, and what that means. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.sheets.sheet import FIGURE, MAX_COLUMNS, Cell, Kind, Media, Sheet

PAGE_ROWS = 50
MAX_WORDS, MAX_VALUE = 200, 500
MAX_CHOICES, MAX_VALUES, MAX_LABEL = 4, 12, 60
NULL = "null"


@dataclass(frozen=True)
class Wish:
    """Rows with `words` in any column, or in that with the number `within`, and exactly these texts in some columns;
    sorted by a column (`-2`: the second, largest first); from which row on. Columns count from 1.
    """

    words: str = ""
    within: int = 0
    values: Mapping[int, str] = field(default_factory=dict)
    sort: int = 0
    first: int = 0

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> Wish:
        """From `?find=cat&within=2&c3=true&sort=-3&from=50`; what is no number counts as not given."""
        within, sort = _whole(query.get("within")), _whole(query.get("sort"))
        values = {number: str(query.get(f"c{number}", ""))[:MAX_VALUE] for number in range(1, MAX_COLUMNS + 1)}
        return cls(
            words=str(query.get("find", "")).strip()[:MAX_WORDS],
            within=within if 0 < within <= MAX_COLUMNS else 0,
            values={number: value for number, value in values.items() if value},
            sort=sort if abs(sort) <= MAX_COLUMNS else 0,
            first=max(0, _whole(query.get("from"))),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves rows out."""
        return bool(self.words or self.values)


@dataclass(frozen=True)
class Choice:
    """A column of which one may choose a value: its number, name, values, and the one that is chosen, if any."""

    number: int
    name: str
    values: list[str]
    chosen: str


def _whole(text: Any) -> int:
    digits = str(text or "").removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        return 0
    return int(str(text))


def text_of(cell: Cell) -> str:
    """What a filter compares: numbers as JSON has them, `true`, `false`, `null`."""
    if cell is None:
        return NULL
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def chosen_rows(sheet: Sheet, wish: Wish) -> list[int]:
    """The places of the rows that `wish` leaves, in its order. Missing ones come last, whichever way it is sorted."""
    width = len(sheet.columns)
    rows = list(range(len(sheet.rows)))
    for number, value in wish.values.items():
        rows = [place for place in rows if number <= width and text_of(sheet.rows[place][number - 1]) == value]
    if wish.words:
        words = wish.words.casefold()
        columns = [wish.within - 1] if 0 < wish.within <= width else range(width)
        rows = [place for place in rows if _has(sheet.rows[place], columns, words)]
    if 0 < abs(wish.sort) <= width:
        rows = _sorted(sheet, rows, abs(wish.sort) - 1, wish.sort < 0)
    return rows


def _has(row: Sequence[Cell], columns: Sequence[int], words: str) -> bool:
    cells = (row[index] for index in columns)
    return any(cell is not None and words in text_of(cell).casefold() for cell in cells)


def _sorted(sheet: Sheet, rows: list[int], column: int, down: bool) -> list[int]:
    ranks = {place: _rank(sheet.rows[place][column]) for place in rows}
    present = [place for place in rows if ranks[place] is not None]
    present.sort(key=lambda place: ranks[place] or (0, 0), reverse=down)
    return present + [place for place in rows if ranks[place] is None]


def _rank(cell: Cell) -> tuple[int, Any] | None:
    """Numbers by their size, then texts by their letters; None for what is missing, or no number at all."""
    if cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, int | float):
        return 0, cell
    if isinstance(cell, Media):
        return 1, (cell.caption or cell.path).casefold()
    return (0, float(cell)) if len(cell) < MAX_LABEL and FIGURE.match(cell) else (1, cell.casefold())


def choices(sheet: Sheet, wish: Wish) -> list[Choice]:
    """The first columns with few values, each of them several times, and those of which one is chosen already."""
    found: list[Choice] = []
    for number, kind in enumerate(sheet.kinds, 1):
        chosen = wish.values.get(number, "")
        values = _values(sheet, number - 1, kind) if len(found) < MAX_CHOICES or chosen else []
        if chosen or (len(found) < MAX_CHOICES and values):
            offered = values if not chosen or chosen in values else [*values, chosen]
            found.append(Choice(number, sheet.names[number - 1], offered, chosen))
    return found


def _values(sheet: Sheet, index: int, kind: Kind) -> list[str]:
    """The values of a column in their order, where they are few and come back; else none."""
    found: set[Cell] = set()
    for row in sheet.rows:
        cell = row[index]
        found.add(cell)
        if len(found) > MAX_VALUES or isinstance(cell, float | Media):
            return []
    if len(found) < 2 or len(sheet.rows) < 2 * len(found) or any(len(text_of(cell)) > MAX_LABEL for cell in found):
        return []
    known = sorted(found - {None}, key=lambda cell: _rank(cell) or (2, ""))
    return [text_of(cell) for cell in [*known, *found & {None}] if cell != ""]
