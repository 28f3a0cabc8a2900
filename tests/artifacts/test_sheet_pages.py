"""Tables among the files of a version: sorted, filtered and paged by their address, and given as data (F81, C21, T22, T29)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from access.models import User
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
LINK = "/orgs/Acme/registry/Shelf/collections/net/versions/v0/"
SOURCE = "/vision/training/artifacts/model/net/v0/"
EVIL = "<script>alert(1)</script>"


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(file, "PNG")
    return file.getvalue()


def shot(number: int) -> dict[str, str]:
    path = {7: "media/images/lost.png", 9: "media/sound.wav"}.get(number, "media/images/a.png")
    return {"_type": "audio-file" if number == 9 else "image-file", "path": path, "caption": f"<i>{number}</i>"}


@pytest.fixture
def logged(cast: Cast) -> None:
    """A version with tables and what they show."""
    labels = ["cat", "dog", EVIL]
    rows: list[list[Any]] = [
        [n, shot(n), labels[n % 3], n / 7 - 3, n % 2 == 0, {"x": [n]}, None if n % 5 else -n] for n in range(120)
    ]
    columns = ["id", "picture", "label", "score", "ok", "box", "=1+1"]
    joined = {"_type": "joined-table", "table1": "t/a.table.json", "table2": "b.table.json", "join_key": "id"}
    files = {
        "t/a.table.json": json.dumps({"columns": columns, "data": rows}).encode(),
        "media/images/a.png": picture(),
        "media/sound.wav": b"RIFF",
        "j.joined-table.json": json.dumps(joined).encode(),
        "p.partitioned-table.json": b'{"_type": "partitioned-table", "parts_path": "t"}',
        "no.csv": b"",
    }
    shelves.link(cast, shelves.log(cast, files=files))


def test_a_table_is_sorted_filtered_and_paged_by_its_address(cast: Cast, logged: None, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    for place in (LINK, SOURCE):
        for address in (f"{place}files/t/a.table.json", f"{place}table/t/a.table.json/"):
            first = mia.get(address)
            grid = first.context["grid"]
            assert ([number for number, _ in grid.rows], grid.total) == ([*range(1, 51)], 120)
            assert [head.kind for head in grid.heads] == [
                "number",
                "media",
                "text",
                "number",
                "boolean",
                "text",
                "number",
            ]
            assert EVIL not in first.content.decode() and "&lt;script&gt;" in first.content.decode()
            down = mia.get(address, {"sort": "-1", "from": "100"}).context["grid"]
            assert [number for number, _ in down.rows] == [*range(20, 0, -1)]
            assert (down.first, down.last, down.earlier, down.later) == (101, 120, 50, None)
            for sort in ("7", "-7"):  # of which most rows have none
                cells = [row[6].text for _, row in mia.get(address, {"sort": sort}).context["grid"].rows]
                assert cells.count("–") == 26 and "–" not in cells[:24]
            dogs = mia.get(address, {"c3": "dog", "c5": "true", "find": "<i>1", "within": "2", "sort": "1"})
            assert [number for number, _ in dogs.context["grid"].rows][:3] == [11, 17, 101]
            none = mia.get(address, {"find": "zebra", "from": "50"})
            assert none.context["grid"].total == 0 and "Clear the filter" in none.content.decode()
            for odd in ({"sort": "99", "from": "-3"}, {"from": "9" * 30}, {"within": "x", "c99": "y"}):
                assert mia.get(address, odd).status_code == 200


def test_pictures_are_small_and_what_is_not_among_the_files_is_named(
    cast: Cast, logged: None, signed_in: SignIn
) -> None:
    mia = signed_in(cast.mia)
    rows = mia.get(f"{LINK}table/t/a.table.json/").context["grid"].rows
    there, lost, sound = (rows[number][1][1] for number in (0, 7, 9))
    assert there.file.thumbnail == f"{LINK}thumbnail/media/images/a.png?small=1"
    assert (lost.file, lost.title) == (None, "image: <i>7</i>")
    assert (sound.file.url, sound.file.thumbnail) == (f"{LINK}files/media/sound.wav", "")
    small, large = (mia.get(f"{LINK}thumbnail/media/images/a.png{query}") for query in ("?small=1", ""))
    sizes = [Image.open(io.BytesIO(answer.content)).size for answer in (small, large)]
    assert sizes == [(192, 144), (400, 300)] and small["ETag"] != large["ETag"]


def test_the_rows_that_are_left_are_data_and_never_formulas(cast: Cast, logged: None, signed_in: SignIn) -> None:
    mia, address = signed_in(cast.mia), f"{SOURCE}table/t/a.table.json"
    found = mia.get(f"{address}.json", {"c3": "dog", "sort": "-4"}).json()
    assert (found["rows_found"], found["rows_read"], found["is_whole"]) == (40, 120, True)
    assert found["columns"][3] == {"name": "score", "kind": "number"}
    top = found["rows"][0]
    assert (top["id"], top["picture"], top["box"], top["=1+1"]) == (118, "media/images/a.png", {"x": [118]}, None)
    text = mia.get(f"{address}.csv", {"find": "<i>5</i>"}).content.decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text))
    assert (head[6], row[2], row[6]) == ("'=1+1", EVIL, "-5")
    assert len(mia.get(f"{address}.csv").content.splitlines()) == 121


def test_a_restricted_viewer_gets_no_cell_and_outsiders_nothing(cast: Cast, logged: None, signed_in: SignIn) -> None:
    rita, otto = signed_in(cast.rita), signed_in(cast.otto)
    page = rita.get(f"{LINK}files/t/a.table.json")
    assert page.status_code == 200 and "no contents" in page.content.decode() and "dog" not in page.content.decode()
    for path in ("table/t/a.table.json/", "table/t/a.table.json.json", "table/t/a.table.json.csv", "table/none/"):
        assert rita.get(f"{LINK}{path}").status_code == 403, path
        assert otto.get(f"{LINK}{path}").status_code == 404, path


def test_what_is_no_table_has_no_such_page(cast: Cast, logged: None, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    for path in ("media/images/a.png", "no.csv", "j.joined-table.json", "none.csv", "t"):
        assert mia.get(f"{LINK}table/{path}/").status_code == 404, path


def test_tables_made_of_others_lead_to_them(cast: Cast, logged: None, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    joined = mia.get(f"{LINK}files/j.joined-table.json").content.decode()
    assert f'href="{LINK}files/t/a.table.json"' in joined and "joins by id" in joined
    assert f'href="{LINK}files/?folder=t"' in mia.get(f"{LINK}files/p.partitioned-table.json").content.decode()


def test_a_fragment_is_the_part_that_changes(cast: Cast, logged: None, signed_in: SignIn) -> None:
    answer = signed_in(cast.mia).get(f"{LINK}table/t/a.table.json/?find=dog", headers={"HX-Request": "true"})
    assert 'id="sheet"' in answer.content.decode() and "<html" not in answer.content.decode()
