"""Sheets from files: `wandb.Table` JSON, CSV, TSV and JSON lines; so many bytes, rows and cells, and no more (T25-T29). Pure.

A file is read as it comes, a row at a time, so that what is kept is what is shown: one that is damaged later than
the bounds is shown as far as they go, one that is damaged before is no table.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from common.sheets.sheet import (
    MAX_COLUMNS,
    READ_BYTES,
    Cell,
    Media,
    Nested,
    Row,
    Sheet,
    even,
    give_types,
    most_rows,
)

CHUNK = 256 * 1024
VALUE_BYTES = 2**20  # of one row, or of anything else that lies beside the rows
DECODER = json.JSONDecoder(parse_constant=float)
LONGEST = 64  # bits of a number that is calculated with
PLAIN = {type(None), bool, int, float}


class EndError(ValueError):
    """The bound was reached, or a row is too long: what came before is shown."""


class _Text:
    """JSON in pieces, decoded value by value."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._left = file, most
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._buffer, self._at = "", 0

    def _more(self) -> None:
        """Read on. Raises EndError at the bound, ValueError at the end of the file."""
        if not self._left:
            raise EndError
        data = self._file.read(min(CHUNK, self._left))
        self._left -= len(data)
        self._buffer, self._at = self._buffer[self._at :] + self._decode(data, final=not data), 0
        if not data:
            raise ValueError("it ends too early")

    def sign(self) -> str:
        """The next character that is no space; it stays the next one."""
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in " \t\r\n":
                    return self._buffer[self._at]
                self._at += 1
            self._more()

    def take(self, sign: str) -> bool:
        """Whether `sign` is what comes next; it is passed then."""
        found = self.sign() == sign
        self._at += found
        return found

    def expect(self, sign: str) -> None:
        """Pass `sign`. Raises ValueError where it is not what comes next."""
        if not self.take(sign):
            raise ValueError(f"{sign} is missing")

    def value(self) -> Any:
        """The next value. Raises ValueError where there is none, EndError where it is too long or beyond the bound."""
        self.sign()
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise ValueError("nested too deeply") from error
            except json.JSONDecodeError:
                if len(self._buffer) - self._at > VALUE_BYTES:
                    raise EndError from None
            else:
                if end < len(self._buffer):  # a number may go on, as long as nothing follows it
                    self._at = end
                    return value
            self._more()


@dataclass
class _Found:
    """What was found of a table so far."""

    columns: list[Any] | None = None
    rows: list[Row] | None = None
    types: Any = None
    is_cut: bool = False


def read_table(file: BinaryIO, most: int = READ_BYTES) -> Sheet | None:
    """The JSON that the SDK makes of a `wandb.Table`: `{"columns": […], "data": [[…], …]}`. None for any other."""
    found, text = _Found(), _Text(file, most)
    try:
        text.expect("{")
        while not text.take("}"):
            _member(text, found)
            if found.rows is not None and (found.is_cut or found.columns is not None):
                break
            text.take(",")
    except ValueError:
        if found.rows is None:
            return None
    if found.rows is None or (found.columns is None and not found.is_cut):
        return None
    sheet = even([_name(column) for column in found.columns or []], found.rows, is_cut=found.is_cut)
    _date(sheet, found.columns or [], found.types)
    return sheet


def _member(text: _Text, found: _Found) -> None:
    key = text.value()
    text.expect(":")
    if key == "data":
        text.expect("[")
        found.rows, found.is_cut = _rows(text, most_rows(len(found.columns or [None] * MAX_COLUMNS)))
        return
    value = text.value()
    if key == "columns":
        if not isinstance(value, list):
            raise ValueError("columns are no list")
        found.columns = value
    elif key == "column_types":
        found.types = value


def _rows(text: _Text, most: int) -> tuple[list[Row], bool]:
    """Rows up to the end of their list, and whether they stop before it. Raises ValueError for what is damaged."""
    rows: list[Row] = []
    try:
        while not text.take("]"):
            if len(rows) == most:
                return rows, True
            value = text.value()
            rows.append([cell_of(cell) for cell in (value if isinstance(value, list) else [value])[:MAX_COLUMNS]])
            if text.sign() != "]":
                text.expect(",")
    except EndError:
        return rows, True
    return rows, False


def cell_of(value: Any) -> Cell:
    """A value of JSON as a cell: media by where they lie, anything else that is nested as JSON again."""
    if type(value) is int and value.bit_length() > LONGEST:
        return str(value)
    if type(value) in PLAIN:
        return value  # type: ignore[no-any-return]  # one of these
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict) and isinstance(value.get("_type"), str) and isinstance(value.get("path"), str):
        caption = value.get("caption")
        kind = value["_type"].removesuffix("-file")
        return Media(clean(kind), clean(value["path"]), clean(caption) if isinstance(caption, str) else "")
    return Nested(clean(json.dumps(value, ensure_ascii=False)))


def clean(text: str) -> str:
    """The text with a mark in place of what no page can be sent with: NUL, and halves of characters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _name(column: Any) -> str:
    return clean(column if isinstance(column, str) else json.dumps(column, ensure_ascii=False))


def _date(sheet: Sheet, columns: list[Any], types: Any) -> None:
    """Write moments, which the SDK counts in milliseconds, as moments."""
    try:
        known = types["params"]["type_map"]
        dated = [index for index, name in enumerate(columns[:MAX_COLUMNS]) if _is_moment(known.get(str(name), {}))]
    except (KeyError, TypeError, AttributeError):
        return
    for row in sheet.rows:
        for index in dated:
            row[index] = _moment(row[index])


def _is_moment(kind: Any) -> bool:
    if kind.get("wb_type") == "union":
        return any(_is_moment(each) for each in kind["params"]["allowed_types"] if each.get("wb_type") != "union")
    return bool(kind.get("wb_type") == "timestamp")


def _moment(cell: Cell) -> Cell:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    try:
        moment = datetime.fromtimestamp(cell / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return cell
    return f"{moment:%Y-%m-%d %H:%M:%S}" + (f".{moment.microsecond // 1000:03}" if moment.microsecond else "")


class _Bounded(io.RawIOBase):
    """The first bytes of a file; `is_cut` once somebody wanted more of them."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._left, self.is_cut = file, most, False

    def readable(self) -> bool:
        """Nothing else."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """As many bytes as are left and fit."""
        data = self._file.read(min(len(buffer), self._left))
        if not data and not self._left:
            self.is_cut = bool(self._file.read(1))
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def _lines(bounded: _Bounded) -> Iterator[str]:
    """Lines as they are; what the bound leaves of a character ends them. Raises ValueError for what is no UTF-8."""
    text = io.TextIOWrapper(io.BufferedReader(bounded), "utf-8-sig", newline="")
    while True:
        try:
            line = text.readline(VALUE_BYTES)
        except UnicodeDecodeError:
            if bounded.is_cut:
                return
            raise
        if not line:
            return
        yield line


def read_sheet_of_lines(file: BinaryIO, delimiter: str, most: int = READ_BYTES) -> Sheet | None:
    """CSV or TSV with a head; columns of numbers and of truth values get these. None for what is neither."""
    bounded, rows = _Bounded(file, most), list[Row]()
    columns: list[str] | None = None
    stopped = False
    try:
        for line in csv.reader(_lines(bounded), delimiter=delimiter):
            if columns is None:
                columns = [clean(name) for name in line] or None
            elif line:
                if stopped := len(rows) >= most_rows(len(columns)):
                    break
                rows.append([clean(cell) for cell in line[:MAX_COLUMNS]])
    except (csv.Error, ValueError):
        return None
    if columns is None:
        return None
    if bounded.is_cut and rows and not stopped:
        rows.pop()  # the bound may have cut it in two
    sheet = even(columns, rows, is_cut=bounded.is_cut or stopped)
    give_types(rows, len(sheet.columns))
    return sheet


def read_json_lines(file: BinaryIO, most: int = READ_BYTES) -> Sheet | None:
    """An object a line, whose keys are the columns, in the order in which they first come. None for what is none."""
    bounded, rows = _Bounded(file, most), list[Row]()
    columns: dict[str, int] = {}
    stopped = False
    try:
        for line in _lines(bounded):
            if not line.strip():
                continue
            if stopped := len(rows) >= most_rows(MAX_COLUMNS):
                break
            record = _record(line, bounded)
            if record is None:
                stopped = True
                break
            for key in record:
                columns.setdefault(key, len(columns))
            row: Row = [None] * min(len(columns), MAX_COLUMNS)
            for key, value in record.items():
                if columns[key] < MAX_COLUMNS:
                    row[columns[key]] = cell_of(value)
            rows.append(row)
    except ValueError:
        return None
    if not rows:
        return None
    names = [clean(name) for name in columns]
    return even(names[:MAX_COLUMNS], rows, is_cut=bounded.is_cut or stopped or len(names) > MAX_COLUMNS)


def _record(line: str, bounded: _Bounded) -> dict[str, Any] | None:
    """The object in a line; None where the bound cut it in two. Raises ValueError for what is no object."""
    try:
        record = DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        if bounded.is_cut or len(line) >= VALUE_BYTES:
            return None
        raise ValueError("a line is no JSON") from error
    if not isinstance(record, dict):
        raise ValueError("a line is no object")
    return record
