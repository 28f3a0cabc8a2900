"""T26, T27, T29: no file acts on the page that shows it, by its kind, as text, sorted, or beside another version's."""

from __future__ import annotations

import csv
import io
import json
import struct
from collections.abc import Callable
from typing import Any

import pyarrow
import pytest
from django.test import Client
from pyarrow import parquet

from access.models import User
from registries.models import Link
from tests.cast import Cast
from tests.registries import shelves
from tests.security.markup import HOSTILE, acting

SHELF = "/orgs/Acme/registry/Shelf/collections/net/"
ALL = "\n\n".join(HOSTILE)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF<script>alert(1)</script>"


def grid(dialect: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, dialect).writerows(
        [HOSTILE, *([text] * len(HOSTILE) for text in HOSTILE), ["=cmd()|' /C calc'!A0"]]
    )
    return file.getvalue().encode()


def notebook() -> bytes:
    rich = {"text/html": ALL, "application/javascript": "alert(1)", "image/svg+xml": SVG.decode(), "text/latex": ALL}
    outputs: list[Any] = [
        {"output_type": "display_data", "data": {**rich, kind: ALL}} for kind in ("text/plain", "image/png")
    ]
    outputs += [{"output_type": "stream", "text": HOSTILE}, {"output_type": "error", "traceback": HOSTILE}]
    cells = [{"cell_type": kind, "source": ALL, "outputs": outputs} for kind in ("markdown", "code", "raw")]
    return json.dumps({"cells": cells, "metadata": {"kernelspec": {"language": ALL}}, "nbformat": 4}).encode()


def tensors() -> bytes:
    lines = {text: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for text in HOSTILE}
    head = json.dumps({"__metadata__": dict.fromkeys(HOSTILE, ALL), **lines}).encode()
    return len(head).to_bytes(8, "little") + head + b"\0" * 4


def notes() -> bytes:
    texts = [text.encode() for text in HOSTILE]
    pairs = [struct.pack("<Q", len(text)) + text + struct.pack("<IQ", 8, len(text)) + text for text in texts]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs)


def columns() -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(dict.fromkeys(HOSTILE, HOSTILE)), file)
    return file.getvalue()


FILES = {
    **{
        f"page.{suffix}": ALL.encode()
        for suffix in ("html", "xhtml", "xml", "yaml", "md", "py", "js", "css", "txt", "rst")
    },
    **{f"picture.{suffix}": ALL.encode() for suffix in ("png", "jpg", "webp", "gif", "ico", "avif")},
    "picture.svg": SVG,
    "paper.pdf": PDF,
    "polyglot.gif": b"GIF89a/*" + ALL.encode(),
    "rows.csv": grid("excel"),
    "rows.tsv": grid("excel-tab"),
    "logged.table.json": json.dumps(
        {"columns": HOSTILE, "data": [HOSTILE, [{text: [text]} for text in HOSTILE]]}
    ).encode(),
    "values.json": json.dumps({text: [text, {text: None}] for text in HOSTILE}).encode(),
    "note.ipynb": notebook(),
    "net.safetensors": tensors(),
    "net.gguf": notes(),
    "rows.parquet": columns(),
    "net.onnx": b"\x08\x07\x12\x04" + ALL.encode(),
}


@pytest.fixture
def shelf(cast: Cast) -> list[Link]:
    """Two versions of hostile files; the second has each with a line more, so that all differ."""
    changed = {name: data + b"\n" + HOSTILE[0].encode() for name, data in FILES.items()}
    return [shelves.link(cast, shelves.log(cast, number, files=files)) for number, files in enumerate((FILES, changed))]


def test_no_file_acts_however_it_is_looked_at(
    cast: Cast, shelf: list[Link], signed_in: Callable[[User], Client]
) -> None:
    client, shown = signed_in(cast.vera), 0
    for name in FILES:
        for address in (
            *(f"{SHELF}versions/v0/files/{name}{query}" for query in ("?sort=-1", "?raw=1&parts=3")),
            f"{SHELF}compare/?v=v0&v=v1&section=files&file={name}",
        ):
            answer = client.get(address)
            page = answer.content.decode()
            assert answer.status_code == 200, address
            assert acting(page) == [], address
            assert "unsafe" not in answer["Content-Security-Policy"], address
            shown += "evil.example" in page or "alert(1)" in page
    assert shown > len(FILES), "it is shown nowhere"


def test_no_bytes_are_sent_as_what_their_name_or_their_beginning_says(
    cast: Cast, shelf: list[Link], signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(cast.vera)
    for name, data in FILES.items():
        saved = client.get(f"{SHELF}versions/v0/download/{name}")
        assert b"".join(saved) == data
        assert saved["Content-Type"] == "application/octet-stream", name
        assert saved["Content-Disposition"].startswith("attachment"), name
        assert saved["X-Content-Type-Options"] == "nosniff", name
        assert "sandbox" in saved["Content-Security-Policy"], name
        assert client.get(f"{SHELF}versions/v0/thumbnail/{name}").status_code == 404, name
