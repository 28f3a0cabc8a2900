"""Previews are bounded, decided by bytes, and never give back HTML of the file's own."""

from __future__ import annotations

import io
import json
import struct
import zlib

import pytest
from PIL import Image

from artifacts.models import ManifestEntry
from artifacts.previews import Preview, preview, thumbnail
from common.errors import NotFoundError
from storage.services import receive

pytestmark = pytest.mark.django_db


def show(path: str, data: bytes) -> Preview:
    return preview(ManifestEntry(path=path, blob=receive(io.BytesIO(data), size=len(data))))


def test_code_is_escaped_line_by_line() -> None:
    shown = show("train.py", b"import os\nprint('<script>')\n")
    assert shown.kind == "text"
    assert len(shown.lines) == 2
    assert "<script>" not in "".join(shown.lines)


def test_only_the_beginning_of_a_long_text_is_shown_and_no_character_is_cut() -> None:
    shown = show("long.txt", "é".encode() * 200_000)
    assert shown.is_cut
    assert "\ufffd" not in "".join(shown.lines)


@pytest.mark.parametrize("data", [b"\x00abc", b"\xff\xfe\xff", b"PK\x03\x04\xff", b"\x80\x04\x95cos\nsystem\n."])
def test_bytes_that_are_no_text_have_no_preview(data: bytes) -> None:
    assert show("model.txt", data).kind == "none"


def test_tables_stop_at_two_hundred_rows_and_fifty_columns() -> None:
    shown = show("t.csv", b"\n".join(b",".join(b"%d" % column for column in range(60)) for _ in range(300)))
    assert (len(shown.head), len(shown.rows), shown.is_cut) == (50, 200, True)
    assert show("t.tsv", b"a\tb\n1\t2\n").rows == [["1", "2"]]
    assert show("t.csv", b'a,b\n"=cmd()","<b>"\n').rows == [["=cmd()", "<b>"]]
    assert show("empty.csv", b"").kind == "text"


def test_a_logged_table_is_a_grid() -> None:
    table = {"columns": ["a", "b"], "data": [[1, {"x": None}], ["<i>", 2]]}
    shown = show("p.table.json", json.dumps(table).encode())
    assert (shown.head, shown.rows) == (["a", "b"], [["1", '{"x": null}'], ["<i>", "2"]])


@pytest.mark.parametrize("data", [b"[" * 100_000, b"{", b"NaN", b"9" * 5000, b'{"columns": 1, "data": []}', b""])
def test_json_of_any_shape_is_survived(data: bytes) -> None:
    assert show("x.json", data).kind == "text"


def test_a_notebook_is_shown_as_source() -> None:
    assert show("n.ipynb", b'{"cells": [{"outputs": [{"data": {"text/html": "<script>"}}]}]}').kind == "text"


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


@pytest.mark.parametrize("data", [rb'{"a": "\ud800", "b": 1e999}', rb'{"columns": ["\ud800"], "data": [["\udfff"]]}'])
def test_half_characters_of_json_can_be_sent(data: bytes) -> None:
    shown = show("x.json", data)
    assert "".join([*shown.lines, *shown.head, *shown.rows[0]] if shown.rows else shown.lines).encode()
