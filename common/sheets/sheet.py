"""A table that was read from a file, as far as it was read: its columns, what kind each is of, and its rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import count

MAX_COLUMNS = 50
READ_BYTES = 8 * 2**20
READ_ROWS = 50_000
READ_CELLS = 500_000  # at most some 80 MB, and a second of work, for a page
FIGURE = re.compile(
    r"[-+]?(0|[1-9]\d{0,30}|0?\.\d+|(0|[1-9]\d{0,30})\.\d*)(e[-+]?\d{1,4})?\Z", re.ASCII | re.IGNORECASE
)
LOGICAL = {"true": True, "false": False}
NOT_FINITE = {"nan", "inf", "-inf", "infinity", "-infinity"}


@dataclass(frozen=True, slots=True)
class Media:
    """What a cell has in a file of its own; `kind` is `image`, `audio`, `html`, …, `path` where the table's maker put it."""

    kind: str
    path: str
    caption: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.caption or self.path}"


class Nested(str):
    """A list or an object in a cell, as JSON."""

    __slots__ = ()


Cell = None | bool | int | float | str | Media
Row = list[Cell]


class Kind(StrEnum):
    """What a column holds, apart from cells that hold nothing."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    MEDIA = "media"
    TEXT = "text"


@dataclass(frozen=True)
class Sheet:
    """Rows are as long as there are columns. `is_cut` says that the file has more than was read, `facts` more about it."""

    columns: Sequence[str]
    rows: list[Row]
    is_cut: bool = False
    facts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def kinds(self) -> list[Kind]:
        """The kind of each column; one of several kinds is text."""
        return [_kind({type(row[index]) for row in self.rows}) for index in range(len(self.columns))]

    @cached_property
    def names(self) -> list[str]:
        """The columns by names of which no two are the same, and none is empty."""
        taken: set[str] = set()
        names = []
        for number, column in enumerate(self.columns, 1):
            tries = (f"{column} ({again})" for again in count(2))
            name = column or f"column {number}"
            while name in taken:
                name = next(tries)
            taken.add(name)
            names.append(name)
        return names


def _kind(types: set[type]) -> Kind:
    found = types - {type(None)}
    if found and found <= {int, float}:
        return Kind.NUMBER
    if found == {bool}:
        return Kind.BOOLEAN
    return Kind.MEDIA if found == {Media} else Kind.TEXT


def most_rows(width: int) -> int:
    """How many rows of so many columns are read at most."""
    return min(READ_ROWS, READ_CELLS // max(1, min(width, MAX_COLUMNS)))


def even(columns: Sequence[str], rows: list[Row], *, is_cut: bool, facts: dict[str, str] | None = None) -> Sheet:
    """A sheet of rows of any length: as wide as the widest, up to `MAX_COLUMNS`."""
    width = max(len(columns), max(map(len, rows), default=0))
    shown = min(width, MAX_COLUMNS)
    for row in rows:
        del row[shown:]
        row.extend([None] * (shown - len(row)))
    heads = [*columns, *[""] * (width - len(columns))][:shown]
    return Sheet(heads, rows, is_cut or width > shown, facts or {})


def give_types(rows: list[Row], width: int) -> None:
    """Turn texts into numbers and truth values in each column that holds nothing else; CSV knows only texts."""
    for index in range(width):
        texts = {row[index] for row in rows}
        made = {"": None, **_typed(texts - {None, ""})}
        if made.keys() & texts:
            for row in rows:
                row[index] = made.get(row[index], row[index])


def _typed(texts: Iterable[Cell]) -> dict[Cell, Cell]:
    """What each text means if all mean the same kind of value; nothing otherwise."""
    for meaning in (_number, LOGICAL.get):
        made: dict[Cell, Cell] = {}
        for text in texts:
            value = meaning(str(text).strip().casefold())
            if value is None:
                break
            made[text] = value
        else:
            return made
    return {}


def _number(text: str) -> int | float | None:
    """The number that a text is; what begins with needless zeros is a name, and none."""
    if text in NOT_FINITE:
        return float(text)
    if not FIGURE.match(text):
        return None
    return int(text) if text.lstrip("+-").isdecimal() else float(text)
