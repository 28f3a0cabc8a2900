"""Tables of the real SDK, as the public API and as a person at a browser get them back (F81, C21)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
import requests

from tests.sdk.browsing import sign_in
from tests.sdk.team import KEY, PASSWORD, Sdk, provision, told
from tests.servers import Server

PROGRAM = Path(__file__).parent / "programs" / "tables.py"
VERSION = "/vision/tables/artifacts/dataset/evaluation/v0"
LOGGED = "/vision/tables/artifacts/run_table/run-logger-predictions/v0"
RUN = "/vision/tables/runs/logger"
COLUMNS = ["name", "score", "count", "right", "shown", "at", "box"]
PICTURE = re.compile(r'<img[^>]* src="([^"]+)"')


@dataclass(frozen=True)
class Seen:
    """A table on a page: what its heads and cells say, and the addresses of its pictures."""

    heads: list[str]
    rows: list[list[str]]
    pictures: list[str]

    @classmethod
    def on(cls, page: str) -> Seen:
        """The last table of the page."""
        head, body = page.rpartition("<thead")[2].split("</thead>")
        body = body.partition("</tbody>")[0]
        rows = [re.findall(r"<td.*?</td>", row, re.DOTALL) for row in body.split("<tr>")[1:]]
        return cls(
            [_text(cell) for cell in re.findall(r"<th .*?</th>", head, re.DOTALL)],
            [[_text(cell) for cell in row] for row in rows],
            PICTURE.findall(body),
        )

    def column(self, name: str) -> list[str]:
        """The cells below that head."""
        return [row[self.heads.index(name)] for row in self.rows]


def _text(html: str) -> str:
    pictures_said = re.sub(r'<img[^>]* alt="([^"]*)"[^>]*>', r"\1", html)
    return unescape(re.sub(r"<[^>]+>", "", pictures_said)).strip()


@pytest.mark.slow
def test_tables_come_back_as_they_were_logged(server: Server, sdk: Sdk) -> None:
    provision(server)
    api = told(sdk(PROGRAM, key=KEY))
    assert api["columns"] == COLUMNS
    assert api["added"] == api["logged"] == api["sent"]
    assert (api["joined"], api["parts"]) == ([7, 3], [[0], [1]])
    browser = sign_in(server, "mia", PASSWORD)

    def get(path: str) -> requests.Response:
        answer = browser.get(f"{server.url}{path}", timeout=30)
        assert answer.status_code == 200, path
        return answer

    for version in (VERSION, LOGGED):
        tab = f"{version}/files/predictions.table.json"
        page = get(tab).text
        first = Seen.on(page)
        assert first.heads == ["#", *COLUMNS]
        assert first.rows[0] == [
            "1",
            "<b>名前 00</b>",
            "−3.00",
            "0",
            "true",
            "shot 0",
            "2024-05-01 12:00:00",
            '{"x": [0]}',
        ]
        assert (first.rows[3][:3], first.rows[4][2]) == (["4", "–", "−2.62"], "–")
        assert first.column("right") == ["true", "false"] * 25
        assert get(unescape(first.pictures[0])).headers["Content-Type"] == "image/webp"
        assert len(set(first.pictures)) == 3
        assert "1–50 of 60 rows" in page
        assert Seen.on(get(f"{tab}?from=50").text).column("#") == [str(number) for number in range(51, 61)]

        counts = sorted((row[2] for row in api["sent"]), reverse=True)
        assert Seen.on(get(f"{tab}?sort=-3").text).column("count") == [str(count) for count in counts[:50]]
        assert Seen.on(get(f"{tab}?sort=2&from=50").text).column("#")[-1] == "5"  # what has no score comes last
        found = Seen.on(get(f"{tab}?find=名前+1&c4=true").text)
        assert found.column("#") == ["11", "13", "15", "17", "19"]

        data = get(f"{version}/table/predictions.table.json.json").json()
        kinds = ["text", "number", "number", "boolean", "media", "text", "text"]
        assert data["columns"] == [{"name": name, "kind": kind} for name, kind in zip(COLUMNS, kinds, strict=True)]
        plain = [[value for name, value in row.items() if name != "shown"] for row in data["rows"]]
        assert plain == [row[:4] + row[5:] for row in api["sent"]]

    assert f'href="{VERSION}/files/?folder=parts"' in get(f"{VERSION}/files/whole.partitioned-table.json").text
    joined = get(f"{VERSION}/files/both.joined-table.json").text
    parts = sorted(set(re.findall(rf'href="({VERSION}/files/t[12]_\w+\.table\.json)"', joined)))
    assert [Seen.on(get(part).text).column("count") for part in parts] == [["0", "7"], ["0", "7", "14"]]

    panel = get(f"{RUN}/media").text
    shown = Seen.on(panel)
    assert shown.heads == COLUMNS
    assert shown.rows[1] == ["<b>名前 01</b>", "-2.875", "7", "false", "shot 1", "2024-05-02 12:00:00", '{"x": [1]}']
    assert get(unescape(shown.pictures[0])).headers["Content-Type"] == "image/webp"
    assert f'href="{LOGGED}/table/predictions.table.json/"' in panel
    assert "10 of 60 rows" in panel
    [name] = api["files"]
    assert f'href="{RUN}/table/{name}/"' in get(f"{RUN}/files").text
    assert Seen.on(get(f"{RUN}/table/{name}/?sort=-3").text).column("count")[:2] == [str(count) for count in counts[:2]]

    steps = re.search(r"<datalist id=\"steps\">(.*?)</datalist>", panel)
    assert steps and len(re.findall("<option", steps[1])) == 3
    grown = [Seen.on(get(f"{RUN}/media?key=grown&step={step}").text) for step in (1, 2)]
    assert [table.column("n") for table in grown] == [["0"], ["1"]]
    assert "Traceback" not in server.log
