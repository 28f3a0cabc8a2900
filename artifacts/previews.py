"""What a file looks like, read with care: bounded bytes, nothing executed, and never HTML of the file's own (C21, T26, T27)."""

from __future__ import annotations

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
from artifacts.parquet import NotInstalledError
from artifacts.sheets import read_sheet
from artifacts.tensors import GGUF, HEAD_BYTES, DamagedError, begins_as_code, is_named_code, read_gguf, read_safetensors
from common.errors import NotFoundError
from common.formatting import numeric_columns
from common.highlight import highlight_lines
from common.sheets.names import PARQUET, is_sheet
from common.sheets.sheet import Sheet
from projects import values
from storage.models import Blob
from storage.stores import store

TEXT_BYTES = 256 * 1024  # one part
MOST_PARTS = 8
NOTEBOOK_BYTES = 4 * 2**20  # can only be shown whole
HEADED = (".safetensors", ".gguf")
NUMBER = re.compile(r"\d{1,3}\Z", re.ASCII)
NO_PICTURE = gettext_lazy("This file is no picture that can be shown; download it instead.")
COLOURED_BYTES = 64 * 1024  # beyond it a lexer may be slow
IMAGE_BYTES = 64 * 2**20
IMAGE_PIXELS = 32_000_000  # 128 MB while it is decoded
IMAGE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
LARGE, SMALL = 1280, 192
UNREADABLE = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError)


@dataclass(frozen=True)
class Look:
    """How a file is looked at: as `raw` text or by its kind, and how many parts of 256 KiB."""

    raw: bool = False
    parts: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Look:
        """From `?raw=1&parts=2`; what is no number counts as not given."""
        text = query.get("parts", "")
        parts = int(text) if NUMBER.match(text) else 1
        return cls(query.get("raw") == "1", min(max(parts, 1), MOST_PARTS))


@dataclass(frozen=True)
class Preview:
    """`kind` is text, markdown, sheet, joined, parts, table, image, notebook, reference, code, damaged, missing or none.

    A `sheet` is looked through (artifacts/grids.py); a `table` is a few rows about a file. `is_cut` says that there is more
    than is shown, `more` which part of a text comes next, `has_source` that it can be seen as plain text as well, `note`
    what there is to say about it, `paths` where in the same version its tables lie.
    """

    kind: str
    lines: Sequence[str] = ()
    text: str = ""
    sheet: Sheet | None = None
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    facts: Mapping[str, str] = field(default_factory=dict)
    notebook: Notebook | None = None
    is_cut: bool = False
    more: int = 0
    has_source: bool = False
    note: str = ""
    paths: Sequence[str] = ()

    @cached_property
    def numeric(self) -> set[int]:
        """The columns, from 1, that hold numbers alone in the rows shown, or nothing in some."""
        return numeric_columns(self.rows)


def preview(entry: ManifestEntry, look: Look = Look()) -> Preview:
    """How to show a file of a version."""
    if entry.blob is None:
        return Preview("reference" if entry.reference_uri else "none")
    return preview_blob(entry.path, entry.blob, look)


def preview_blob(path: str, blob: Blob, look: Look = Look()) -> Preview:
    """How to show bytes, decided by themselves; the name only chooses among what they allow."""
    name = path.lower()
    if name.endswith(IMAGE_SUFFIXES) and _is_image(blob):
        return Preview("image")
    if name.endswith(PARQUET):
        return _show_parquet(path, blob)
    length = NOTEBOOK_BYTES if name.endswith(".ipynb") and not look.raw else TEXT_BYTES * look.parts
    with store().open(blob.sha256) as file:
        data = file.read(max(length, HEAD_BYTES if name.endswith(HEADED) else 0) + 1)
    if name.endswith(HEADED) or data.startswith(GGUF):
        return _show_head(name, data, blob.size)
    if is_named_code(name):
        return Preview("code")
    text = _text(data, length)
    if text is None:
        return Preview("code" if begins_as_code(data) else "none")
    shown = None if look.raw else _show_kind(path, blob, text, is_cut=len(data) > length)
    if shown is not None:
        return replace(shown, has_source=True)
    return _show_text(name, text, look, is_cut=len(data) > length)


def _show_head(name: str, data: bytes, size: int) -> Preview:
    """Tensors of a safetensors file, notes of a GGUF file."""
    try:
        found = read_gguf(data) if data.startswith(GGUF) else read_safetensors(data[:HEAD_BYTES], size)
    except DamagedError as error:
        return Preview("damaged", note=str(error))
    return Preview("table", head=found.columns, rows=found.rows, facts=found.facts, is_cut=found.is_cut)


def _show_parquet(path: str, blob: Blob) -> Preview:
    try:
        sheet = read_sheet(path, blob)
        return Preview("sheet", sheet=sheet, facts=sheet.facts) if sheet else Preview("none")
    except NotInstalledError:
        return Preview("missing")
    except DamagedError as error:
        return Preview("damaged", note=str(error))


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
    """As plain text, coloured where its name says how."""
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


def _show_kind(path: str, blob: Blob, text: str, *, is_cut: bool) -> Preview | None:
    """By the kind that its name promises, where it keeps the promise."""
    name = path.lower()
    if name.endswith((".md", ".markdown")):
        return Preview("markdown", text=text, is_cut=is_cut)
    if name.endswith(".ipynb"):
        notebook = None if is_cut else read_notebook(_parse(text))
        return Preview("notebook", notebook=notebook, is_cut=notebook.is_cut) if notebook else None
    if name.endswith((".joined-table.json", ".partitioned-table.json")):
        return None if is_cut else _show_assembled(_parse(text))
    if is_sheet(path) or name.endswith(".json"):
        sheet = read_sheet(path, blob)
        return Preview("sheet", sheet=sheet) if sheet else None
    return None


def _show_assembled(parsed: Any) -> Preview | None:
    """A table that the SDK makes of others when it loads them: which ones these are."""
    found = parsed if isinstance(parsed, dict) else {}
    if found.get("_type") == "joined-table":
        key = found.get("join_key")
        note = " = ".join(key) if isinstance(key, list) and all(isinstance(name, str) for name in key) else key
        paths = [found.get("table1"), found.get("table2")]
    elif found.get("_type") == "partitioned-table":
        note, paths = "", [found.get("parts_path")]
    else:
        return None
    named = [path for path in paths if isinstance(path, str) and path]
    if len(named) < len(paths) or not isinstance(note, str):
        return None
    return Preview("parts" if len(named) == 1 else "joined", note=note, paths=named)


def _parse(text: str) -> Any:
    try:
        return values.storable(values.loads(text))
    except ValueError:
        return None


def _is_image(blob: Blob) -> bool:
    """Whether the bytes begin as a picture of bearable size; only the header is read."""
    if blob.size > IMAGE_BYTES:
        return False
    try:
        with store().open(blob.sha256) as file, Image.open(file, formats=IMAGE_FORMATS) as image:
            return 0 < image.width * image.height <= IMAGE_PIXELS
    except UNREADABLE:
        return False


def thumbnail(blob: Blob, side: int = LARGE) -> bytes:
    """The picture drawn anew as WebP of at most `side` pixels a side: nothing but its pixels survives.

    Raises NotFoundError for what is no picture, is broken, or is too large to be decoded.
    """
    if not _is_image(blob):
        raise NotFoundError(NO_PICTURE)
    with store().open(blob.sha256) as file:
        return _drawn(file, side)


def notebook_picture(entry: ManifestEntry, number: int) -> bytes:
    """A picture among the outputs of a notebook, drawn anew. Raises NotFoundError."""
    if entry.blob is None or not entry.path.lower().endswith(".ipynb") or entry.blob.size > NOTEBOOK_BYTES:
        raise NotFoundError(NO_PICTURE)
    with store().open(entry.blob.sha256) as file:
        text = _text(file.read(NOTEBOOK_BYTES + 1), NOTEBOOK_BYTES)
    notebook = read_notebook(_parse(text or ""))
    if notebook is None or not 0 <= number < len(notebook.images):
        raise NotFoundError(NO_PICTURE)
    return _drawn(io.BytesIO(decode_image(notebook.images[number])))


def _drawn(file: BinaryIO, side: int = LARGE) -> bytes:
    try:
        with Image.open(file, formats=IMAGE_FORMATS) as image:
            if not 0 < image.width * image.height <= IMAGE_PIXELS:
                raise NotFoundError(NO_PICTURE)
            image.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((side, side))
            written = io.BytesIO()
            upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(written, "WEBP", quality=88)
    except UNREADABLE as error:
        raise NotFoundError(NO_PICTURE) from error
    return written.getvalue()
