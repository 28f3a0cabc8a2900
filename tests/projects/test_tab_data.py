"""Tabs of a run as data: what each shows, and its table as CSV."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from access.models import User
from projects.models import Run
from projects.services.runs import announce_files
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from storage.services import fulfil
from tests.cast import Cast

RUN = "/vision/detection/runs/r1/"


@pytest.fixture
def ask(cast: Cast, run: Run, signed_in: Callable[[User], Client]) -> Callable[[str], Any]:
    """What mia gets of `r1`, which has two metrics, 2,500 lines and a file."""
    rows = [{"_step": n, "_runtime": n * 2.5, "loss": 8 / (n + 1), "val": {"acc": n / 4}} for n in range(3)]
    lines = ["one", "ERROR 2026-11-23T03:42:29.5 =boom", *(f"line {n}" for n in range(2498))]
    batch = StreamBatch(
        history=Piece(0, [json.dumps(row) for row in rows]),
        system=Piece(0, ['{"_runtime": 1, "_timestamp": 9, "system.cpu": 40}']),
        console=Piece(0, lines),
    )
    append(actor=cast.mia, run=run, batch=batch)
    file = announce_files(actor=cast.mia, run=run, names=["media/a.txt", "pending.txt"])[0]
    fulfil(file.upload, BytesIO(b"0123456789"), size=10)
    mia = signed_in(cast.mia)
    return lambda address: mia.get(f"{RUN}{address}")


def test_curves_are_points_by_key_over_the_axis_that_is_asked_for(ask: Callable[[str], Any]) -> None:
    charts = ask("charts.json").json()
    assert {key: charts[key] for key in ("run", "axis", "total", "next")} == {
        "run": "r1",
        "axis": "step",
        "total": 2,
        "next": None,
    }
    losses = [(row["step"], row["value"]) for row in charts["rows"] if row["key"] == "loss"]
    assert losses == [(0, 8), (1, 4), (2, 8 / 3)]
    smooth = ask("charts.json?q=acc&axis=runtime&smooth=0.9").json()["rows"]
    assert smooth == [{"key": "val.acc", "runtime": n * 2.5, "value": n / 4} for n in range(3)]
    assert ask("system.csv").content.decode("utf-8-sig").splitlines() == ["key,runtime,value", "system.cpu,1.0,40.0"]


def test_console_lines_have_numbers_and_are_no_formulas(ask: Callable[[str], Any]) -> None:
    last = ask("console.json").json()
    assert (last["rows"][0]["line"], last["rows"][-1]["line"], last["previous"], last["next"]) == (
        1501,
        2500,
        1500,
        None,
    )
    found = ask("console.json?q=BOOM").json()
    assert (found["total"], found["search"], found["is_cut"]) == (2500, "BOOM", False)
    assert found["rows"] == [{"line": 2, "time": "2026-11-23T03:42:29.5", "is_error": True, "text": "=boom"}]
    assert ask("console.csv?q=boom").content.decode("utf-8-sig").splitlines()[1].endswith(",True,'=boom")
    assert len(ask("console.json?since=2500").json()["rows"]) == 1000  # only the page is told that nothing is new


def test_files_are_where_their_rows_say(ask: Callable[[str], Any]) -> None:
    (row,) = ask("files.json").json()["rows"]
    assert (row["name"], row["size"]) == ("media/a.txt", 10)
    assert row["sha256"] == hashlib.sha256(b"0123456789").hexdigest()
    assert row["url"] == f"{RUN}files/media/a.txt"
    assert ask("files.csv?q=none").content.decode("utf-8-sig").splitlines() == ["name,size,updated_at,sha256,url"]


def test_what_is_no_tab_has_no_data(ask: Callable[[str], Any]) -> None:
    assert [ask(f"{address}.json").status_code for address in ("nonsense", "log", "charts")] == [404, 404, 200]
    assert ask("charts.json?smooth=2").status_code == 400
