"""What changed inside one file: bounded bytes of both sides, nothing executed, nothing of the file's own markup (T27, T29)."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from artifacts.comparing.tables import Grid, TableDiff, diff_tables
from artifacts.comparing.texts import TextDiff, diff_texts
from artifacts.models import ManifestEntry
from artifacts.previews import IMAGE_SUFFIXES, preview
from projects import values
from storage.models import Blob
from storage.stores import store

TEXT_BYTES = 256 * 1024
TABLE_BYTES = 4 * 2**20
ROWS = 5000


@dataclass(frozen=True)
class FileDiff:
    """`kind` is text, table, image, same, reference, large or binary; `old` and `new` are None where there is no such file."""

    kind: str
    old: ManifestEntry | None
    new: ManifestEntry | None
    text: TextDiff | None = None
    table: TableDiff | None = None


def diff_contents(old: ManifestEntry | None, new: ManifestEntry | None) -> FileDiff:
    """One file before and after, as its name and its bytes allow it; one that is only on one side is laid against nothing."""
    sides = [entry for entry in (old, new) if entry]
    blobs = [entry.blob for entry in sides]
    if None in blobs:
        return FileDiff("reference", old, new)
    name = sides[-1].path.lower()
    if name.endswith(IMAGE_SUFFIXES) and all(preview(entry).kind == "image" for entry in sides):
        return FileDiff("image", old, new)
    if len(set(blobs)) == 1 and len(sides) == 2:
        return FileDiff("same", old, new)
    grids = [_grid(name, blob) for blob in blobs if blob]
    if all(grids) and len(grids) == 2:
        return FileDiff("table", old, new, table=diff_tables(*grids))  # type: ignore[arg-type]  # none of them is None
    texts = [_read(entry.blob, TEXT_BYTES) if entry and entry.blob else "" for entry in (old, new)]
    if any(blob and blob.size > TEXT_BYTES for blob in blobs):
        return FileDiff("large", old, new)
    if None in texts:
        return FileDiff("binary", old, new)
    return FileDiff("text", old, new, text=diff_texts(*(_pretty(name, text or "") for text in texts)))


def _read(blob: Blob, most: int) -> str | None:
    """The bytes as UTF-8 text without a character that the limit cut in two, or None."""
    with store().open(blob.sha256) as file:
        data = file.read(most)
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=blob.size <= most)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _parsed(text: str) -> Any:
    try:
        return values.storable(values.loads(text))
    except ValueError:
        return None


def _pretty(name: str, text: str) -> str:
    """JSON in one line reads, and compares, better in many."""
    if not name.endswith(".json") or "\n" in text.strip():
        return text
    value = _parsed(text)
    return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict | list) else text


def _grid(name: str, blob: Blob) -> Grid | None:
    """The file as a table, if it is one: CSV, TSV, or the JSON that the SDK makes of a logged table.

    To the letter, unlike a sheet to look at (artifacts/sheets.py): there `1.50` is `1.5`, a picture is what its path
    says, and columns beyond the fiftieth are left out.
    """
    if name.endswith((".csv", ".tsv")):
        text = _read(blob, TABLE_BYTES)
        return None if text is None else _sheet(text, "\t" if name.endswith(".tsv") else ",", blob.size > TABLE_BYTES)
    if not name.endswith(".json") or blob.size > TABLE_BYTES:
        return None
    value = _parsed(_read(blob, TABLE_BYTES) or "")
    if not isinstance(value, dict) or not all(isinstance(value.get(part), list) for part in ("columns", "data")):
        return None
    rows = [row if isinstance(row, list) else [row] for row in value["data"]]
    return Grid([str(column) for column in value["columns"]], rows[:ROWS], len(rows))


def _sheet(text: str, delimiter: str, is_cut: bool) -> Grid | None:
    rows: list[list[str]] = []
    total = -1
    try:
        for row in _rows(text, delimiter):
            total += 1
            if total <= ROWS:
                rows.append(row)
    except csv.Error:
        return None
    if is_cut and len(rows) == total + 1:
        rows.pop()  # the limit may have cut it in two
    return Grid(rows[0], rows[1:], total - is_cut, is_cut) if rows else None


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
