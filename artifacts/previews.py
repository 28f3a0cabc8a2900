"""What a file looks like, read with care: bounded bytes, nothing executed, and never HTML of the file's own (C21, T26, T27)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from artifacts.models import ManifestEntry
from common.errors import NotFoundError
from common.highlight import highlight_lines
from projects import values
from storage.models import Blob
from storage.stores import store

TEXT_BYTES = 256 * 1024
COLOURED_BYTES = 64 * 1024  # beyond it a lexer may be slow
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 200, 50, 500
IMAGE_BYTES = 64 * 2**20
IMAGE_PIXELS = 32_000_000  # 128 MB while it is decoded
IMAGE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
THUMBNAIL = (1280, 1280)
UNREADABLE = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError)


@dataclass(frozen=True)
class Preview:
    """`kind` is text, markdown, table, image, reference or none; `is_cut` says that there is more than is shown."""

    kind: str
    lines: Sequence[str] = ()
    text: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    is_cut: bool = False


def preview(entry: ManifestEntry) -> Preview:
    """How to show a file, decided by its bytes; the name only chooses among what the bytes allow."""
    if entry.blob is None:
        return Preview("reference" if entry.reference_uri else "none")
    name = entry.path.lower()
    if name.endswith(IMAGE_SUFFIXES) and _is_image(entry.blob):
        return Preview("image")
    with store().open(entry.blob.sha256) as file:
        data = file.read(TEXT_BYTES + 1)
    text = _text(data)
    if text is None:
        return Preview("none")
    return _show_text(name, text, is_cut=len(data) > TEXT_BYTES)


def _text(data: bytes) -> str | None:
    """The data as UTF-8 text, or None; a character that the limit cut in two is left out."""
    cut = data[:TEXT_BYTES]
    for missing in range(4 if len(data) > TEXT_BYTES else 1):
        try:
            text = cut[: len(cut) - missing].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _show_text(name: str, text: str, *, is_cut: bool) -> Preview:
    if name.endswith((".md", ".markdown")):
        return Preview("markdown", text=text, is_cut=is_cut)
    if name.endswith((".csv", ".tsv")):
        return _show_rows(text, "\t" if name.endswith(".tsv") else ",", is_cut=is_cut)
    parsed = _parse(text) if name.endswith(".json") and not is_cut else None
    if isinstance(parsed, dict) and isinstance(parsed.get("columns"), list) and isinstance(parsed.get("data"), list):
        return _grid(parsed["columns"], parsed["data"], is_cut=False)
    if isinstance(parsed, dict | list) and "\n" not in text.strip():
        text = json.dumps(parsed, indent=2, ensure_ascii=False)
    if len(text) > COLOURED_BYTES:
        return Preview("text", lines=highlight_lines(text, language="text"), is_cut=is_cut)
    return Preview("text", lines=highlight_lines(text, filename=name.rpartition("/")[2]), is_cut=is_cut)


def _parse(text: str) -> Any:
    try:
        return values.storable(values.loads(text))
    except ValueError:
        return None


def _show_rows(text: str, delimiter: str, *, is_cut: bool) -> Preview:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MAX_ROWS + 1:
                break
    except csv.Error:
        return Preview("text", lines=highlight_lines(text, language="text"), is_cut=is_cut)
    if is_cut and len(rows) > 1 and len(rows) <= MAX_ROWS + 1:
        rows.pop()  # the limit may have cut it in two
    return _grid(rows[0], rows[1:], is_cut=is_cut) if rows else Preview("text")


def _grid(head: list[Any], rows: list[Any], *, is_cut: bool) -> Preview:
    def cells(row: Any) -> list[str]:
        values = row if isinstance(row, list) else [row]
        return [_cell(value) for value in values[:MAX_COLUMNS]]

    more = is_cut or len(rows) > MAX_ROWS or len(head) > MAX_COLUMNS
    return Preview("table", head=cells(head), rows=[cells(row) for row in rows[:MAX_ROWS]], is_cut=more)


def _cell(value: Any) -> str:
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
    refused = NotFoundError("This file is no picture that can be shown; download it instead.")
    if not _is_image(blob):
        raise refused
    try:
        with store().open(blob.sha256) as file, Image.open(file, formats=IMAGE_FORMATS) as image:
            image.draft("RGB", THUMBNAIL)
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail(THUMBNAIL)
            written = io.BytesIO()
            upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(written, "WEBP", quality=88)
    except UNREADABLE as error:
        raise refused from error
    return written.getvalue()
