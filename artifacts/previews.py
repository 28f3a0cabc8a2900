"""What a file looks like, read with care: bounded bytes, nothing executed, and never HTML of the file's own (C21, T26, T27)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, BinaryIO

from django.http import QueryDict
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps, UnidentifiedImageError

from artifacts.models import ManifestEntry
from artifacts.notebooks import Notebook, decode_image, read_notebook
from artifacts.parquet import NotInstalledError, read_parquet
from artifacts.tensors import GGUF, HEAD_BYTES, DamagedError, begins_as_code, is_named_code, read_gguf, read_safetensors
from common.errors import NotFoundError
from common.formatting import numeric_columns
from common.highlight import highlight_lines
from projects import values
from storage.models import Blob
from storage.stores import store

TEXT_BYTES = 256 * 1024  # one part
MOST_PARTS = 8
JSON_BYTES = 4 * 2**20  # of what can only be shown whole
WHOLE_SUFFIXES = (".ipynb", ".table.json")
HEADED = (".safetensors", ".gguf")
NUMBER = re.compile(r"-?\d{1,3}\Z", re.ASCII)
NO_PICTURE = gettext_lazy("This file is no picture that can be shown; download it instead.")
COLOURED_BYTES = 64 * 1024  # beyond it a lexer may be slow
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 200, 50, 500
IMAGE_BYTES = 64 * 2**20
IMAGE_PIXELS = 32_000_000  # 128 MB while it is decoded
IMAGE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
THUMBNAIL = (1280, 1280)
UNREADABLE = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError)


@dataclass(frozen=True)
class Look:
    """How a file is looked at: as `raw` text or by its kind, how many parts of 256 KiB, by which column (`-2`) sorted."""

    raw: bool = False
    parts: int = 1
    sort: int = 0

    @classmethod
    def read(cls, query: QueryDict) -> Look:
        """From `?raw=1&parts=2&sort=-3`; what is no number counts as not given."""
        numbers = {name: query.get(name, "") for name in ("parts", "sort")}
        parts, sort = (int(text) if NUMBER.match(text) else 0 for text in numbers.values())
        return cls(query.get("raw") == "1", min(max(parts, 1), MOST_PARTS), sort if abs(sort) <= MAX_COLUMNS else 0)


@dataclass(frozen=True)
class Column:
    """A head of a table that sorts the rows shown: `sort` is what following it asks for."""

    name: str
    sort: int
    order: str


@dataclass(frozen=True)
class Preview:
    """`kind` is text, markdown, table, image, notebook, reference, code, damaged, missing or none.

    `is_cut` says that there is more than is shown, `more` which part of a text comes next, `has_source` that it can be
    seen as plain text as well, `note` what there is to say about it.
    """

    kind: str
    lines: Sequence[str] = ()
    text: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    facts: Mapping[str, str] = field(default_factory=dict)
    notebook: Notebook | None = None
    is_cut: bool = False
    more: int = 0
    sort: int = 0
    has_source: bool = False
    note: str = ""

    @cached_property
    def numeric(self) -> set[int]:
        """The columns, from 1, that hold numbers alone in the rows shown, or nothing in some."""
        return numeric_columns(self.rows)

    @property
    def columns(self) -> list[Column]:
        """The heads, each with the order it has or would give."""
        orders = {self.sort: "ascending" if self.sort > 0 else "descending"}
        return [
            Column(name, -number if self.sort == number else number, orders.get(number) or orders.get(-number, ""))
            for number, name in enumerate(self.head, 1)
        ]


def preview(entry: ManifestEntry, look: Look = Look()) -> Preview:
    """How to show a file, decided by its bytes; the name only chooses among what the bytes allow."""
    if entry.blob is None:
        return Preview("reference" if entry.reference_uri else "none")
    name, blob = entry.path.lower(), entry.blob
    if name.endswith(IMAGE_SUFFIXES) and _is_image(blob):
        return Preview("image")
    if name.endswith(".parquet"):
        return _show_parquet(blob, look)
    length = JSON_BYTES if name.endswith(WHOLE_SUFFIXES) and not look.raw else TEXT_BYTES * look.parts
    with store().open(blob.sha256) as file:
        data = file.read(max(length, HEAD_BYTES if name.endswith(HEADED) else 0) + 1)
    if name.endswith(HEADED) or data.startswith(GGUF):
        return _show_head(name, data, blob.size)
    if is_named_code(name):
        return Preview("code")
    text = _text(data, length)
    if text is None:
        return Preview("code" if begins_as_code(data) else "none")
    return _show_text(name, text, look, is_cut=len(data) > length)


def _show_head(name: str, data: bytes, size: int) -> Preview:
    """Tensors of a safetensors file, notes of a GGUF file."""
    try:
        found = read_gguf(data) if data.startswith(GGUF) else read_safetensors(data[:HEAD_BYTES], size)
    except DamagedError as error:
        return Preview("damaged", note=str(error))
    return Preview("table", head=found.columns, rows=found.rows, facts=found.facts, is_cut=found.is_cut)


def _show_parquet(blob: Blob, look: Look) -> Preview:
    try:
        found = read_parquet(blob, rows=MAX_ROWS, columns=MAX_COLUMNS)
    except NotInstalledError:
        return Preview("missing")
    except DamagedError as error:
        return Preview("damaged", note=str(error))
    shown = _grid(found.columns, [list(row) for row in found.rows], look, is_cut=found.is_cut)
    return replace(shown, facts=found.facts)


def _text(data: bytes, length: int) -> str | None:
    """The data as UTF-8 text, or None; a character that the limit cut in two is left out."""
    cut = data[:length]
    for missing in range(4 if len(data) > length else 1):
        try:
            text = cut[: len(cut) - missing].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _show_text(name: str, text: str, look: Look, *, is_cut: bool) -> Preview:
    """By the kind that its name promises, where it keeps the promise; else, or where asked, as plain text."""
    shown = None if look.raw else _show_kind(name, text, look, is_cut=is_cut)
    if shown is not None:
        return replace(shown, has_source=True)
    if len(text) > TEXT_BYTES * look.parts:  # more was read than is shown, for a kind that it was not
        text, is_cut = text[: TEXT_BYTES * look.parts], True
    more = look.parts + 1 if is_cut and look.parts < MOST_PARTS else 0
    if name.endswith(".json") and not look.raw and not is_cut:
        parsed = _parse(text)
        if isinstance(parsed, dict | list) and "\n" not in text.strip():
            text = json.dumps(parsed, indent=2, ensure_ascii=False)
    if len(text) > COLOURED_BYTES:
        return Preview("text", lines=highlight_lines(text, language="text"), is_cut=is_cut, more=more)
    lines = highlight_lines(text, filename=name.rpartition("/")[2])
    return Preview("text", lines=lines, is_cut=is_cut, more=more, has_source=look.raw)


def _show_kind(name: str, text: str, look: Look, *, is_cut: bool) -> Preview | None:
    if name.endswith((".md", ".markdown")):
        return Preview("markdown", text=text, is_cut=is_cut)
    if name.endswith((".csv", ".tsv")):
        return _show_rows(text, "\t" if name.endswith(".tsv") else ",", look, is_cut=is_cut)
    parsed = _parse(text) if name.endswith((".json", ".ipynb")) and not is_cut else None
    if name.endswith(".ipynb"):
        notebook = read_notebook(parsed)
        return Preview("notebook", notebook=notebook, is_cut=notebook.is_cut) if notebook else None
    if isinstance(parsed, dict) and isinstance(parsed.get("columns"), list) and isinstance(parsed.get("data"), list):
        return _grid(parsed["columns"], parsed["data"], look, is_cut=False)
    return None


def _parse(text: str) -> Any:
    try:
        return values.storable(values.loads(text))
    except ValueError:
        return None


def _show_rows(text: str, delimiter: str, look: Look, *, is_cut: bool) -> Preview | None:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MAX_ROWS + 1:
                break
    except csv.Error:
        return None
    if is_cut and len(rows) > 1 and len(rows) <= MAX_ROWS + 1:
        rows.pop()  # the limit may have cut it in two
    return _grid(rows[0], rows[1:], look, is_cut=is_cut) if rows else None


def _grid(head: list[Any], rows: list[Any], look: Look, *, is_cut: bool) -> Preview:
    """A table of the first rows, in the order of one of its columns if so asked."""

    def cells(row: Any) -> list[str]:
        found = row if isinstance(row, list) else [row]
        return [_cell(value) for value in found[:MAX_COLUMNS]]

    more = is_cut or len(rows) > MAX_ROWS or len(head) > MAX_COLUMNS
    shown = [cells(row) for row in rows[:MAX_ROWS]]
    if look.sort:
        shown.sort(key=lambda row: _rank(row, abs(look.sort) - 1), reverse=look.sort < 0)
    return Preview("table", head=cells(head), rows=shown, is_cut=more, sort=look.sort)


def _rank(row: list[str], index: int) -> tuple[int, float, str]:
    """Where a row comes by one of its cells: numbers by their size, then texts, then what is empty."""
    text = row[index] if index < len(row) else ""
    try:
        number = float(text)
    except ValueError:
        return (1 if text else 2), 0.0, text
    return (2, 0.0, text) if number != number else (0, number, "")


def _cell(value: Any) -> str:
    """A value as text; a picture or sound that the SDK put into a table is named, and lies among the files."""
    if isinstance(value, dict) and isinstance(value.get("_type"), str) and isinstance(value.get("path"), str):
        value = f"{value['_type'].removesuffix('-file')}: {value['path']}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"


def _is_image(blob: Blob) -> bool:
    """Whether the bytes begin as a picture of bearable size; only the header is read."""
    if blob.size > IMAGE_BYTES:
        return False
    try:
        with store().open(blob.sha256) as file, Image.open(file, formats=IMAGE_FORMATS) as image:
            return 0 < image.width * image.height <= IMAGE_PIXELS
    except UNREADABLE:
        return False


def thumbnail(blob: Blob) -> bytes:
    """The picture drawn anew as WebP of at most 1280 pixels a side: nothing but its pixels survives.

    Raises NotFoundError for what is no picture, is broken, or is too large to be decoded.
    """
    if not _is_image(blob):
        raise NotFoundError(NO_PICTURE)
    with store().open(blob.sha256) as file:
        return _drawn(file)


def notebook_picture(entry: ManifestEntry, number: int) -> bytes:
    """A picture among the outputs of a notebook, drawn anew. Raises NotFoundError."""
    if entry.blob is None or not entry.path.lower().endswith(".ipynb") or entry.blob.size > JSON_BYTES:
        raise NotFoundError(NO_PICTURE)
    with store().open(entry.blob.sha256) as file:
        text = _text(file.read(JSON_BYTES + 1), JSON_BYTES)
    notebook = read_notebook(_parse(text or ""))
    if notebook is None or not 0 <= number < len(notebook.images):
        raise NotFoundError(NO_PICTURE)
    return _drawn(io.BytesIO(decode_image(notebook.images[number])))


def _drawn(file: BinaryIO) -> bytes:
    try:
        with Image.open(file, formats=IMAGE_FORMATS) as image:
            if not 0 < image.width * image.height <= IMAGE_PIXELS:
                raise NotFoundError(NO_PICTURE)
            image.draft("RGB", THUMBNAIL)
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail(THUMBNAIL)
            written = io.BytesIO()
            upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(written, "WEBP", quality=88)
    except UNREADABLE as error:
        raise NotFoundError(NO_PICTURE) from error
    return written.getvalue()
