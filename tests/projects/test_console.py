"""The console: read, searched, jumped into, followed, downloaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from access.models import User
from projects.console import marked, read
from projects.models import Run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from tests.cast import Cast

SignIn = Callable[[User], Client]
CONSOLE = "/vision/detection/runs/r1/console/"
HTMX = {"HX-Request": "true"}


def say(cast: Cast, run: Run, first: int, lines: list[str], **rest: Any) -> None:
    append(actor=cast.mia, run=run, batch=StreamBatch(console=Piece(first, lines), **rest))


def test_time_and_channel_are_told_apart_from_the_text() -> None:
    line = read(7, "ERROR 2026-11-23T03:42:29.507015 \x1b[31mboom\x1b[0m", "OO")
    assert (line.number, line.clock, line.is_error) == (7, "03:42:29", True)
    assert line.moment == "2026-11-23T03:42:29.507015"
    assert line.parts == [("b", False), ("oo", True), ("m", False)]
    assert read(1, "plain 2026").parts == [("plain 2026", False)]
    assert marked("a.b.c", ".") == [("a", False), (".", True), ("b", False), (".", True), ("c", False)]


def test_a_search_finds_lines_marks_them_and_leads_to_their_place(cast: Cast, run: Run, signed_in: SignIn) -> None:
    say(
        cast,
        run,
        0,
        [f"2026-11-23T03:42:29.5 line {n} <b>" for n in range(2500)] + ["ERROR 2026-11-23T03:42:30 Disk full"],
    )
    mia = signed_in(cast.mia)
    page = mia.get(f"{CONSOLE}?q=DISK full").content.decode()
    assert "<mark>Disk full</mark>" in page and 'href="?line=2501"' in page and "1 line of 2501" in page
    many = mia.get(f"{CONSOLE}?q=<B>").content.decode()
    assert many.count("<mark>") == 500 and "only the first 500" in many and "<b>" not in many.split('id="console"')[1]
    there = mia.get(f"{CONSOLE}?line=1200").content.decode()
    assert "<span>1195</span>" in there and "<span>1194</span>" not in there and 'class="at"' in there
    assert "No line has this" in mia.get(f"{CONSOLE}?q=.*").content.decode()
    assert mia.get(f"{CONSOLE}?line=x").status_code == 400
    assert mia.get(f"{CONSOLE}?line=999999").status_code == 200


def test_a_running_console_is_followed_until_it_ends(cast: Cast, run: Run, signed_in: SignIn) -> None:
    say(cast, run, 0, ["one"])
    mia = signed_in(cast.mia)
    assert 'hx-trigger="every 5s"' in mia.get(CONSOLE).content.decode()
    assert mia.get(f"{CONSOLE}?since=1", headers=HTMX).status_code == 204
    say(cast, run, 1, ["two"])
    part = mia.get(f"{CONSOLE}?since=1", headers=HTMX).content.decode()
    assert "two" in part and "since=2" in part and "<html" not in part
    say(cast, run, 2, ["three"], complete=True)
    part = mia.get(f"{CONSOLE}?since=2", headers=HTMX).content.decode()
    assert "three" in part and "hx-trigger" not in part
    assert "every 5s" not in mia.get(f"{CONSOLE}?to=1").content.decode()


def test_the_whole_log_is_a_file(cast: Cast, run: Run, signed_in: SignIn) -> None:
    say(cast, run, 0, [f"line {n}" for n in range(3000)])
    address = "/vision/detection/runs/r1/log/"
    answer: Any = signed_in(cast.vera).get(address)
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("line 0\nline 1\n") and text.count("\n") == 3000
    assert answer["Content-Disposition"] == 'attachment; filename="r1.log"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("text/plain; charset=utf-8", "nosniff")
    assert signed_in(cast.otto).get(address).status_code == 404
