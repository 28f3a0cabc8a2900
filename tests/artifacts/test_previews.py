"""Previews are bounded, decided by bytes, and never give back HTML of the file's own."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import pickle
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from PIL import Image

from artifacts.models import ManifestEntry
from artifacts.previews import Look, Preview, notebook_picture, preview, thumbnail
from common.errors import NotFoundError
from storage.services import receive

pytestmark = pytest.mark.django_db


def entry(path: str, data: bytes) -> ManifestEntry:
    return ManifestEntry(path=path, blob=receive(io.BytesIO(data), size=len(data)))


def show(path: str, data: bytes, **look: Any) -> Preview:
    return preview(entry(path, data), Look(**look))


def test_code_is_escaped_line_by_line() -> None:
    shown = show("train.py", b"import os\nprint('<script>')\n")
    assert shown.kind == "text"
    assert len(shown.lines) == 2
    assert "<script>" not in "".join(shown.lines)


def test_only_the_beginning_of_a_long_text_is_shown_and_no_character_is_cut() -> None:
    shown = show("long.txt", "é".encode() * 200_000)
    assert shown.is_cut
    assert "\ufffd" not in "".join(shown.lines)


def test_more_of_a_long_text_comes_in_parts_up_to_a_bound() -> None:
    data = b"".join(b"%06d\n" % number for number in range(500_000))
    first, second, last = (show("long.log", data, parts=parts) for parts in (1, 2, 8))
    assert (len(first.lines) - 1) * 7 < 2**18 < len(second.lines) * 7
    assert (first.more, second.more, last.more, last.is_cut) == (2, 3, 0, True)
    assert Look.read(QueryDict("parts=99")).parts == 8
    for query in ("parts=x", "parts=-1", "parts=%D9%A3", "parts=99999999999999999999"):
        assert Look.read(QueryDict(query)) == Look(), query


@pytest.mark.parametrize("data", [b"\x00abc", b"\xff\xfe\xff"])
def test_bytes_that_are_no_text_have_no_preview(data: bytes) -> None:
    assert show("model.txt", data).kind == "none"


class Bomb:
    """What runs a program when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.mark}",)

    def __init__(self, mark: Path) -> None:
        self.mark = mark


def packed(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model/data.pkl", data)
    return file.getvalue()


def test_what_may_hold_code_is_never_opened_whatever_its_name(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    pickled = [pickle.dumps(Bomb(mark), protocol) for protocol in range(6)]
    names = ("m.pkl", "m.pt", "m.bin", "m.npy", "m.joblib", "M.CKPT", "m.h5", "m.keras")
    files = [(name, data) for name in names for data in pickled]
    archive = packed(pickled[4])
    files += [(name, archive) for name in ("m.pt", "m.zip", "renamed.txt", "renamed")]
    files += [
        ("bad-crc.txt", archive.replace(b"touch", b"tauch")),
        ("m.txt", b"7z\xbc\xaf\x27\x1c\xff"),
        ("m.json", gzip.compress(pickled[0])),
    ]
    files += [(name, data) for name in ("m.txt", "m.safetensors.txt", "m.json") for data in pickled[2:]]
    for name, data in files:
        assert show(name, data).kind == "code", name
    for name in ("m.safetensors", "m.gguf", "m.parquet"):
        assert {show(name, data).kind for data in pickled} <= {"damaged", "missing"}, name
    assert not mark.exists()


def test_a_file_that_keeps_what_its_name_promises_is_a_sheet_and_any_other_is_text() -> None:
    table = json.dumps({"columns": ["a", "b"], "data": [[1, {"x": None}], ["<i>", 2]]}).encode()
    for name, data in [
        ("T.CSV", b"a,b\n1,2\n"),
        ("t.tsv", b"a\tb\n1\t2\n"),
        ("t.jsonl", b'{"a": 1, "b": 2}\n'),
        ("p.table.json", table),
        ("p.json", table),
    ]:
        sheet = show(name, data).sheet
        assert sheet is not None and sheet.columns == ["a", "b"] and sheet.rows[0][0] == 1, name
    for name, data in [("e.csv", b""), ("t.jsonl", b"no"), ("t.table.json", b"{}"), ("t.ndjson", b"[1]\n")]:
        assert show(name, data).kind == "text", name
    assert show("large.json", table + b" " * 2**18).kind == "text"


def test_tables_that_the_sdk_makes_of_others_name_them() -> None:
    joined = {"_type": "joined-table", "table1": "a.table.json", "table2": "b.table.json", "join_key": ["id", "key"]}
    shown = show("x.joined-table.json", json.dumps(joined).encode())
    assert (shown.kind, shown.note, shown.paths) == ("joined", "id = key", ["a.table.json", "b.table.json"])
    parts = show("x.partitioned-table.json", b'{"_type": "partitioned-table", "parts_path": "parts"}')
    assert (parts.kind, parts.paths) == ("parts", ["parts"])
    for odd in ({}, [], {**joined, "table1": 1}, {**joined, "join_key": [1, 2]}, {**joined, "join_key": None}):
        assert show("x.joined-table.json", json.dumps(odd).encode()).kind == "text", odd


@pytest.mark.parametrize("data", [b"[" * 100_000, b"{", b"NaN", b"9" * 5000, b'{"columns": 1, "data": []}', b""])
def test_json_of_any_shape_is_survived(data: bytes) -> None:
    assert show("x.json", data).kind == "text"


def test_the_source_of_anything_readable_is_there_as_text() -> None:
    for name, data in (
        ("a.md", b"# <b>"),
        ("a.csv", b"a,b\n"),
        ("n.ipynb", notebook([])),
        ("t.json", b'{"columns": [], "data": []}'),
    ):
        assert show(name, data).has_source, name
        assert show(name, data, raw=True).kind == "text", name


def notebook(cells: list[Any]) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()


def test_a_notebook_is_source_text_and_pictures_and_never_its_html() -> None:
    file = io.BytesIO()
    Image.new("RGB", (4, 2), "teal").save(file, "PNG")
    html = {"text/html": "<script>alert(1)</script>", "application/javascript": "alert(1)", "image/svg+xml": "<svg/>"}
    outputs = [
        {"output_type": "stream", "text": ["one\n", "\x1b[31mred\x1b[0m"]},
        {"output_type": "display_data", "data": {**html, "image/png": base64.b64encode(file.getvalue()).decode()}},
        {"output_type": "execute_result", "data": {**html, "text/plain": "<Figure>"}},
        {"output_type": "display_data", "data": html},
        {"output_type": "error", "traceback": ["Boom"]},
    ]
    cells = [
        {"cell_type": "markdown", "source": "# <script>"},
        {"cell_type": "code", "execution_count": 3, "source": ["a\n", "b"], "outputs": outputs},
    ]
    found = entry("n.ipynb", notebook(cells))
    shown = preview(found).notebook
    assert shown is not None
    assert [cell.source for cell in shown.cells] == ["# <script>", "a\nb"]
    assert [output.text for output in shown.cells[1].outputs] == ["one\nred", "", "<Figure>", "Boom"]
    assert "alert" not in repr(shown)
    assert Image.open(io.BytesIO(notebook_picture(found, 0))).format == "WEBP"
    with pytest.raises(NotFoundError):
        notebook_picture(found, 1)


@pytest.mark.parametrize("picture", ["no base64!", base64.b64encode(b"<svg onload=alert(1)>").decode(), ""])
def test_pictures_of_notebooks_that_are_none_are_refused(picture: str) -> None:
    output = {"output_type": "display_data", "data": {"image/png": picture}}
    with pytest.raises(NotFoundError):
        notebook_picture(entry("n.ipynb", notebook([{"cell_type": "code", "outputs": [output]}])), 0)


@pytest.mark.parametrize(
    "cells",
    [
        [1, None, []],
        [{"cell_type": 3, "source": 4, "outputs": 5}],
        [{"outputs": [{"data": 1}, {"text": {}}, 7]}],
        [{}] * 1000,
    ],
)
def test_odd_notebooks_are_survived(cells: list[Any]) -> None:
    assert show("n.ipynb", notebook(cells)).kind == "notebook"


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"cells": 1}', b"[" * 100_000, b"<html>", b'{"cells": [' * 500])
def test_what_is_no_notebook_is_text(data: bytes) -> None:
    assert show("n.ipynb", data).kind == "text"


def safetensors(head: Any, room: int = 100) -> bytes:
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + b"\0" * room


def test_the_tensors_of_a_model_are_listed_and_none_is_read() -> None:
    line = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    shown = show(
        "m.safetensors",
        safetensors({"__metadata__": {"format": "pt", "half": "\ud800"}, "w": line, "s": {**line, "shape": []}}),
    )
    assert shown.rows == [("w", "F32", "2 × 3", "24"), ("s", "F32", "scalar", "24")]
    assert (shown.facts["parameters"], shown.facts["format"]) == ("7", "pt")
    assert repr(shown).encode()


LINE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
SHAPES = [[-1], [2**70], [1.5], [[1]], [1] * 1000, "x", [True], None]
PLACES = [[0, 101], [9, 4], [0], None, [-1, 4], ["0", 4]]
LIES = [
    *({**LINE, "shape": shape} for shape in SHAPES),
    *({**LINE, "data_offsets": place} for place in PLACES),
    *({**LINE, "dtype": kind} for kind in (4, None)),
]
BROKEN = [b"[]", b"[" * 100_000, b"{", b'{"a": 1}', *({"w": lie} for lie in LIES)]


@pytest.mark.parametrize("data", [b"", b"\xff" * 8, b"\xff" * 7 + b"\x7f{}", *map(safetensors, BROKEN)])
def test_heads_of_tensors_that_lie_are_called_damaged(data: bytes) -> None:
    assert show("m.safetensors", data).kind == "damaged"


def gguf(notes: bytes, count: int, *, version: int = 3, tensors: int = 1) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, count) + notes


def note(key: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + value


def test_the_notes_of_a_gguf_file_are_listed() -> None:
    text = struct.pack("<Q", 5) + b"llama"
    notes = (
        note(b"a", 8, text)
        + note(b"l", 9, struct.pack("<IQ", 8, 2) + text * 2)
        + note(b"n", 9, struct.pack("<IQ", 4, 3) + b"\0" * 12)
        + note(b"x", 6, struct.pack("<f", 0.5))
    )
    shown = show("m.gguf", gguf(notes, 4))
    assert shown.rows == [("a", "llama"), ("l", "2 values"), ("n", "3 values"), ("x", "0.5")]
    assert not shown.is_cut


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"GGUF", "damaged"),
        (gguf(b"", 0, version=99), "damaged"),
        (gguf(b"", 2**63), "damaged"),
        (gguf(note(b"a", 77, b""), 1), "damaged"),
        (gguf(note(b"a", 9, struct.pack("<IQ", 9, 2**60)), 1), "damaged"),
        (gguf(struct.pack("<Q", 2**63) + b"x", 1), "table"),
        (gguf(note(b"a", 9, struct.pack("<IQ", 8, 2**63)), 1), "table"),
        (gguf(note(b"a", 9, struct.pack("<IQ", 4, 2**63)) + b"rest", 2), "table"),
    ],
)
def test_heads_that_claim_more_than_there_is_end_where_the_bytes_end(data: bytes, kind: str) -> None:
    shown = show("m.gguf", data)
    assert shown.kind == kind
    assert kind == "damaged" or shown.is_cut


WHOLE = {
    "m.safetensors": safetensors({"w": LINE}, 4),
    "m.gguf": gguf(
        note(b"a", 8, struct.pack("<Q", 2) + b"ab") + note(b"l", 9, struct.pack("<IQ", 8, 1) + b"\0" * 8), 2
    ),
    "m.onnx": b"\x08\x07\x12\x04test\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" + b"\x0a" * 40,
    "n.ipynb": b'{"cells": [{"cell_type": "code", "source": ["a"], "outputs": [{"data": {"image/png": "iVBORw0KGgo="}}]}]}',
    "t.csv": b'a,b\n"1,2",3\n4,"5""6"\n',
    "t.table.json": b'{"columns": ["a"], "data": [[1], ["b"]]}',
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_damaged_anywhere_is_shown_or_called_so(name: str) -> None:
    """T33: cut off at every byte, and with every byte as large, as small and as odd as it can be."""
    whole = WHOLE[name]
    damaged = [whole[:end] for end in range(len(whole))]
    damaged += [
        whole[:at] + odd + whole[at + 1 :] for at in range(len(whole)) for odd in (b"\xff", b"\x00", b"\x80", b"[")
    ]
    kinds = {show(name, data).kind for data in damaged}
    assert kinds <= {"text", "table", "sheet", "notebook", "code", "damaged", "none"}


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("data", [bomb(30_000, 30_000), bomb(100_000, 1_000_000), b"<html>", b"\x89PNG\r\n\x1a\n", b""])
def test_bombs_and_impostors_are_not_decoded(data: bytes) -> None:
    assert show("x.png", data).kind != "image"
    with pytest.raises(NotFoundError):
        thumbnail(receive(io.BytesIO(data), size=len(data)))


def test_a_truncated_picture_is_refused_when_it_is_drawn() -> None:
    data = bomb(100, 100)
    with pytest.raises(NotFoundError):
        thumbnail(receive(io.BytesIO(data), size=len(data)))


def test_a_thumbnail_keeps_the_pixels_and_drops_the_rest() -> None:
    file = io.BytesIO()
    picture = Image.new("RGB", (3000, 1000), "teal")
    exif = picture.getexif()
    exif[0x010E] = "where I live"
    picture.save(file, "JPEG", exif=exif)
    drawn = thumbnail(receive(io.BytesIO(file.getvalue()), size=len(file.getvalue())))
    assert Image.open(io.BytesIO(drawn)).size == (1280, 427)
    assert b"where I live" not in drawn


def test_half_characters_of_json_can_be_sent() -> None:
    assert "".join(show("x.json", rb'{"a": "\ud800", "b": 1e999}').lines).encode()
