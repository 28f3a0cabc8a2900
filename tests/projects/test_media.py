"""Media of runs: shown by step, served so that nothing of a file runs here (T22, T25, T26, T27)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from access.models import User
from artifacts.models import Version
from artifacts.services.versions import delete_version
from projects.models import Run
from projects.services.runs import announce_files
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from storage.services import fulfil
from tests.cast import Cast
from tests.making import log_version, project_of

SignIn = Callable[[User], Client]
RUN = "/vision/detection/runs/r1/"
MEDIA = f"{RUN}media/"
EVIL = b"<script>alert(document.cookie)</script><h1>report</h1>"


def picture(colour: str = "red") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 4), colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def shown(cast: Cast, run: Run) -> Run:
    """`r1` with media at steps 0, 5 and 9; `media/late.png` has not arrived."""
    table = {"columns": ["n", "<i>", "pic"], "data": [[n, f"t{n % 3}", None] for n in range(120)]}
    table["data"][7] = ["x", "<b>", {"_type": "image-file", "path": "media/a.png"}]  # type: ignore[index]
    files = {
        "media/a.png": picture(),
        "media/b.png": b"<html>" + EVIL,
        "media/t.table.json": json.dumps(table).encode(),
        "media/r.html": EVIL,
        "media/s.wav": b"RIFF" + bytes(96),
    }
    for file in announce_files(actor=cast.mia, run=run, names=[*files, "media/late.png"]):
        if file.name in files:
            fulfil(file.upload, io.BytesIO(files[file.name]), size=len(files[file.name]))
    one = {"_type": "image-file", "path": "media/a.png", "caption": "<b>first</b>"}
    many = {"_type": "images/separated", "filenames": ["media/a.png", "media/late.png", 3], "captions": ["c0", "c1"]}
    sound = {"_type": "audio-file", "path": "media/s.wav"}
    rows = [
        {"_step": 0, "examples": one, "loss": 1},
        {"_step": 5, "examples": many, "tables": {"all": {"_type": "table-file", "path": "media/t.table.json"}}},
        {"_step": 9, "page": {"_type": "html-file", "path": "media/r.html"}, "sound": sound},
        {"_step": 10, "loss": 0.5},
    ]
    append(actor=cast.mia, run=run, batch=StreamBatch(history=Piece(0, [json.dumps(row) for row in rows])))
    return run


def test_each_key_shows_what_it_held_at_the_step(cast: Cast, shown: Run, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    first = mia.get(f"{MEDIA}?step=0").content.decode()
    assert "&lt;b&gt;first&lt;/b&gt;" in first and "tables.all" not in first.split('id="media"')[1]
    between = mia.get(f"{MEDIA}?step=7").content.decode()
    assert ">c0<" in between and ">c1<" not in between and "10 of 120 rows" in between
    last = mia.get(MEDIA).content.decode()
    assert "sandbox" in last and "<audio" in last and "Step 9" in last
    alone = mia.get(f"{MEDIA}?key=sound").content.decode()
    assert "<audio" in alone and "<iframe" not in alone
    rows = mia.get(f"{RUN}media.json?step=5").json()["rows"]
    assert {"key": "tables.all", "kind": "table-file", "step": 5, "file": "media/t.table.json"} in rows
    assert mia.get(f"{MEDIA}?step=x").status_code == 400
    assert mia.get(f"{MEDIA}?key=nothing&sort=-999&from=5").status_code == 200


def test_a_table_shows_its_first_rows_and_leads_to_all_of_them(cast: Cast, shown: Run, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    alone = mia.get(f"{MEDIA}?key=tables.all").content.decode()
    assert "50 of 120 rows" in alone and f"{RUN}table/media/t.table.json/" in alone
    assert f'href="{RUN}table/media/t.table.json/"' in mia.get(f"{RUN}files/").content.decode()
    table = mia.get(f"{RUN}table/media/t.table.json/", {"sort": "1", "from": "100"})
    page = table.content.decode()
    assert page.index(">119<") < page.index(">x<")
    assert "&lt;i&gt;" in page and f"{RUN}thumbnail/media/a.png?small=1" in page
    assert table.context["grid"].total == 120
    rows = mia.get(f"{RUN}table/media/t.table.json.json", {"find": "t1", "sort": "-1"}).json()["rows"]
    assert [row["n"] for row in rows[:2]] == [118, 115]
    for name in ("media/r.html", "media/late.png", "media/none.table.json", "../x"):
        assert mia.get(f"{RUN}table/{name}/").status_code == 404, name
    assert signed_in(cast.otto).get(f"{RUN}table/media/t.table.json/").status_code == 404


def test_a_table_that_a_version_holds_too_is_shown_from_there_with_its_pictures(
    cast: Cast, shown: Run, signed_in: SignIn
) -> None:
    mia = signed_in(cast.mia)
    cell = {"_type": "image-file", "path": "media/images/p.png", "caption": "<b>shot</b>"}
    files = {
        "it.table.json": json.dumps({"columns": ["pic"], "data": [[cell]]}).encode(),
        "media/images/p.png": picture(),
    }
    ids = {"own": "a" * 128, "twin": "b" * 128, "foreign": "c" * 128}
    kept = log_version(cast.mia, shown.project, files, name="run-r1-it", type="run_table", client_id=ids["own"])
    elsewhere = project_of(cast.mia, cast.team.namespace, "elsewhere")
    log_version(cast.mia, elsewhere, files, name="it", type="run_table", client_id=ids["foreign"])
    Version.objects.create(artifact=kept.artifact, state="deleted", same_as=kept, client_id=ids["twin"])
    table = {"_type": "table-file", "path": "media/t.table.json"}
    held = {
        key: table | {"artifact_path": f"wandb-client-artifact://{name}/it.table.json"} for key, name in ids.items()
    }
    ours = f"wandb-client-artifact://{ids['own']}"
    odd = (ours, f"{ours}:latest/it.table.json", f"{ours}/\0", f"{ours}/\ud800", f"{ours}/none", 7)
    held["lost"] = {"_type": "image-file", "path": "\ud800\0"}
    held |= {f"odd{number}": table | {"artifact_path": text} for number, text in enumerate(odd)}
    append(actor=cast.mia, run=shown, batch=StreamBatch(history=Piece(4, [json.dumps({"_step": 20, "in": held})])))

    def panel(key: str) -> str:
        return mia.get(f"{MEDIA}?key=in.{key}").content.decode()

    page = "/vision/detection/artifacts/run_table/run-r1-it/v0"
    for key in ("own", "twin"):
        assert f'src="{page}/thumbnail/media/images/p.png?small=1" alt="&lt;b&gt;shot&lt;/b&gt;"' in panel(key)
        assert f'href="{page}/table/it.table.json/"' in panel(key)
    for key in ("foreign", *(f"odd{number}" for number in range(len(odd)))):
        assert f'href="{RUN}table/media/t.table.json/"' in panel(key)
    costs = []
    for step in (9, 20):
        with CaptureQueriesContext(connection) as queries:
            mia.get(f"{MEDIA}?step={step}")
        costs.append(len(queries))
    assert costs[1] == costs[0] + 2
    delete_version(actor=cast.mia, version=kept, delete_aliases=True)
    assert "50 of 120 rows" in panel("own") and page not in panel("own")


def test_pictures_are_drawn_anew_and_nothing_else_is(cast: Cast, shown: Run, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    answer = mia.get(f"{RUN}thumbnail/media/a.png")
    assert (answer["Content-Type"], answer.content[8:12]) == ("image/webp", b"WEBP")
    assert mia.get(f"{RUN}thumbnail/media/a.png", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    for name in ("media/b.png", "media/r.html", "media/late.png", "media/none.png", "../x"):
        assert mia.get(f"{RUN}thumbnail/{name}").status_code == 404, name
    assert signed_in(cast.otto).get(f"{RUN}thumbnail/media/a.png").status_code == 404


def test_html_comes_from_no_origin_and_may_run_nothing(cast: Cast, shown: Run, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    answer: Any = mia.get(f"{RUN}html/media/r.html")
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';") and "script" not in policy and "allow" not in policy
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
    assert b"".join(answer.streaming_content) == EVIL
    assert mia.get(f"{RUN}html/media/b.png").status_code == 404
    assert signed_in(cast.otto).get(f"{RUN}html/media/r.html").status_code == 404
    page = mia.get(MEDIA)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "frame-src" not in mia.get(RUN)["Content-Security-Policy"]


def test_sound_is_played_in_ranges(cast: Cast, shown: Run, signed_in: SignIn) -> None:
    answer: Any = signed_in(cast.mia).get(f"{RUN}play/media/s.wav", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer["Content-Type"]) == (206, "audio/wav")
    assert b"".join(answer.streaming_content) == b"RIFF"
    assert signed_in(cast.mia).get(f"{RUN}play/media/r.html").status_code == 404


def test_a_run_without_media_says_how_to_log_some(cast: Cast, run: Run, signed_in: SignIn) -> None:
    assert "wandb.Image" in signed_in(cast.mia).get(MEDIA).content.decode()
