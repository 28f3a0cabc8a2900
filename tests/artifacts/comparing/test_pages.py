"""The comparison page, by the path of a collection and of an artifact: who sees what of it, and what it says."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from access.models import User
from artifacts.comparing.entries import diff_files
from artifacts.models import ManifestEntry, RunInput, Version
from projects.services.runs import RunFields, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from registries.models import Link
from registries.services.links import add_aliases, link_version, unlink_version
from registries.services.protection import protect_alias
from registries.services.registries import create_registry
from tests.cast import Cast
from tests.making import log_version, project_of
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/orgs/Acme/registry/Shelf/collections/net/compare/"
SOURCE = "/vision/training/artifacts/model/net/compare/"


def text_of(response: Any) -> str:
    return response.content.decode()


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(file, "PNG")
    return file.getvalue()


FILES: list[dict[str, bytes]] = [
    {
        "config.json": b'{\n "layers": 3,\n "<b>x</b>": 1\n}',
        "old/w.bin": b"\0\1\2",
        "gone.txt": b"x",
        "p.png": picture("teal"),
        "fake.png": b"<script>alert(1)</script>",
        "t.csv": b"id,name\n1,a\n2,b\n",
        "t.table.json": b'{"columns": ["id", "say"], "data": [[1, "a"], [2, "b"]]}',
        "same.txt": b"same",
    },
    {
        "config.json": b'{\n "layers": 4,\n "<b>x</b>": 1\n}',
        "new/w.bin": b"\0\1\2",
        "come.txt": b"<img src=x onerror=alert(1)>",
        "p.png": picture("red"),
        "fake.png": b"<script>alert(2)</script>",
        "t.csv": b"id,name,more\n1,a,0\n2,<i>c</i>,0\n3,d,0\n",
        "t.table.json": b'{"columns": ["id", "say"], "data": [[1, "a"], [2, "<u>"]]}',
        "same.txt": b"same",
    },
]


@pytest.fixture
def two(cast: Cast) -> list[Link]:
    """v0 and v1 of `net`, of runs with configuration and history; v0 holds the protected alias `production`."""
    protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    links = []
    project = project_of(cast.mia, cast.team.namespace)
    for number, files in enumerate(FILES):
        fields = RunFields(config={"lr": 0.1 + number, "batch": 8})
        run = upsert_run(actor=cast.mia, project=project, name=f"run{number}", fields=fields)[0]
        lines = Piece(0, [json.dumps({"_step": step, "loss": 3 - number - step}) for step in range(3)])
        append(actor=cast.mia, run=run, batch=StreamBatch(history=lines))
        version = shelves.log(
            cast, 0, files=files, run=run, metrics={"accuracy": 0.7 + number / 10, "loss": 2.0 - number, "same": 1.0},
            metadata={"data": {"frames": 100 + number, "split": "a"}, "<em>": "<svg onload=alert(1)>"},
        )  # fmt: skip
        links.append(shelves.link(cast, version))
    add_aliases(actor=cast.adam, link=links[0], names=["production"])
    return links


def test_versions_are_named_by_number_or_alias_and_stand_beside_each_other(
    cast: Cast, two: list[Link], signed_in: SignIn
) -> None:
    client = signed_in(cast.vera)
    for query in ("v=0&v=1", "v=v0&v=v1", "v=@production&v=1&v=0&v=v0", "v=1&v=Shelf/net:production&v=shelf/NET:v0"):
        page = text_of(client.get(f"{NET}?{query}"))
        assert page.count('class="pick"') == 2, query
        assert "difference to v0" in page, query  # who holds the protected alias is the base
    assert "difference to v1" in text_of(client.get(f"{NET}?v=0&v=1&base=v1"))
    assert "+0.1" in page and "better" in page


def test_fewer_than_two_versions_or_more_than_ten_let_one_choose(cast: Cast, signed_in: SignIn) -> None:
    shelves.fill(cast, 12)
    client = signed_in(cast.vera)
    for query, status, ticked in (("", 200, 0), ("v=3", 200, 1), ("&".join(f"v={n}" for n in range(11)), 400, 11)):
        response = client.get(f"{NET}?{query}")
        assert response.status_code == status, query
        assert len(re.findall(r'name="v" value="[^"]+"[^>]* checked', text_of(response))) == ticked, query
    assert client.get(f"{NET}?" + "&".join(f"v={n}" for n in range(10))).status_code == 200
    assert client.get(f"{NET.removesuffix('/')}.json?v=1").status_code == 400


def test_what_is_not_there_is_named_and_the_rest_compared(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    client = signed_in(cast.vera)
    for name, status in {
        "9": 404,
        "@nobody": 404,
        "Shelf/other:v0": 404,
        "Nowhere/net:v0": 404,
        "odd name": 400,
    }.items():
        response = client.get(NET, {"v": ["0", "1", name]})
        said = text_of(response)
        assert response.status_code == status, name
        assert name in said or f"v{name}" in said, name
        assert said.count('class="pick"') == 2, name
        assert client.get(f"{NET.removesuffix('/')}.json", {"v": ["0", "1", name]}).status_code == status
    unlink_version(actor=cast.mia, link=two[1])
    assert "v1" in text_of(client.get(NET, {"v": ["0", "1"]}))
    assert client.get(NET, {"v": ["0", "1"]}).status_code == 404


def test_odd_addresses_are_never_an_error_of_the_server(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    client = signed_in(cast.vera)
    for query in (
        "section=files&file=absent.txt", "section=files&start=99999", "section=files&start=x", "to=v9&base=nothing",
        "to=v0&base=v0",
        "chart=scatter&x=none&y=none", "chart=pie", "section=histories&smooth=7", "section=histories&axis=moon&log=1",
        "v=" + "x" * 5000, "v=" + "&v=".join(f"x{n}" for n in range(300)), "only=maybe", "file=%2e%2e/secret&section=files",
    ):  # fmt: skip
        for path in (NET, SOURCE):
            person = client if path == NET else signed_in(cast.mia)
            assert person.get(f"{path}?v=0&v=1&{query}").status_code in {200, 400, 404}, query


def test_another_collection_is_compared_only_by_those_who_see_it(
    cast: Cast, two: list[Link], signed_in: SignIn
) -> None:
    vault = create_registry(actor=cast.olga, organization=cast.organization, name="Vault", visibility="restricted")
    project = project_of(cast.olga, cast.team.namespace)
    hidden = log_version(cast.olga, project, {"x": b"x"}, name="hush", metadata={"secret": 1})
    link_version(actor=cast.olga, registry=vault, collection_name="hush", version=hidden)
    mine = signed_in(cast.olga).get(NET, {"v": ["0", "Vault/hush:v0"]})
    assert mine.status_code == 200 and "hush:v0" in text_of(mine)
    theirs = text_of(signed_in(cast.vera).get(NET, {"v": ["0", "1", "Vault/hush:v0"]}))
    absent = text_of(signed_in(cast.vera).get(NET, {"v": ["0", "1", "Vault/hash:v0"]}))
    varying = r'csrf\S+|"X-CSRFToken": "[^"]+"|\d+ seconds? ago|just now|value="[A-Za-z0-9]{64}"'
    assert re.sub(varying, "", theirs.replace("hush", "hash")) == re.sub(varying, "", absent)


def test_only_differences_leaves_out_what_is_the_same(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    client = signed_in(cast.mia)
    every, only = (text_of(client.get(f"{NET}?v=0&v=1{more}")) for more in ("", "&only=1"))
    for same in ('title="same"', 'title="data.split"', 'title="batch"'):
        assert same in every and same not in only, same
    for other in ('title="accuracy"', 'title="data.frames"', 'title="lr"'):
        assert other in only, other
    for page in (every, only):
        assert "2 of 5 keys differ" in page


def test_files_are_added_removed_changed_and_moved(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    found = diff_files(two[0].version, two[1].version)
    kinds = {change.path: change.kind for change in found.changes}
    assert kinds.pop("new/w.bin") == "moved"
    assert (kinds.pop("gone.txt"), kinds.pop("come.txt")) == ("removed", "added")
    assert set(kinds.values()) == {"changed"} and "same.txt" not in kinds
    assert "was old/w.bin" in text_of(signed_in(cast.vera).get(f"{NET}?v=0&v=1&section=files"))


CONTENTS = {
    "config.json": ["&quot;layers&quot;: 3", "&quot;layers&quot;: 4", "&lt;b&gt;x"],
    "come.txt": ["&lt;img src=x"],
    "gone.txt": ["<code>x</code>"],
    "p.png": ["thumbnail/p.png"],
    "fake.png": ["&lt;script&gt;alert(1)"],
    "t.csv": ["2 → 3", "+more", "&lt;i&gt;c"],
    "t.table.json": ["&lt;u&gt;"],
    "new/w.bin": ["The bytes are the same"],
}


def test_what_changed_in_a_file_is_shown_to_those_who_may_download_it(
    cast: Cast, two: list[Link], signed_in: SignIn
) -> None:
    """T22, T29: a restricted viewer has names, sizes and digests; whatever a file holds is text."""
    for path, expected in CONTENTS.items():
        address = f"{NET}?v=0&v=1&section=files&file={path}"
        shown, kept = (text_of(signed_in(person).get(address)) for person in (cast.vera, cast.rita))
        assert all(text in shown for text in expected), path
        assert not any(text in kept for text in expected), path
        assert "but no contents" in kept and path in kept
        for page in (shown, kept):
            assert not re.search(r"<script>alert|<img src=x|<i>c|<u>|<b>x|<svg onload", page), path


def test_hidden_runs_and_inputs_have_no_name(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    """C20: vera of the team sees them; adam, who sees the registry alone, gets stubs."""
    data = log_version(
        cast.mia, project_of(cast.mia, cast.team.namespace), {"d": b"d"}, name="hushdata", type="dataset"
    )
    RunInput.objects.create(run=two[0].version.produced_by, version=data, container=cast.registry)
    for query in ("", "&section=inputs", "&section=metadata", "&section=histories"):
        pages = {
            name: text_of(signed_in(getattr(cast, name)).get(f"{NET}?v=0&v=1{query}")) for name in ("vera", "adam")
        }
        assert "hushdata" not in pages["adam"] and 'title="lr"' not in pages["adam"]
        if query in ("", "&section=inputs"):
            assert "hushdata" in pages["vera"] and "No access" in pages["adam"]
    assert 'title="lr"' in text_of(signed_in(cast.vera).get(f"{NET}?v=0&v=1"))
    assert '"name": "v1"' in text_of(signed_in(cast.vera).get(f"{NET}?v=0&v=1&section=histories"))
    assert "no access to" in pages["adam"]


def test_charts_have_names_for_screen_readers(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    client = signed_in(cast.vera)
    for kind, name in {
        "parallel": "Parallel coordinates",
        "bar": "Bars",
        "line": "Line over versions",
        "scatter": "Scatter",
    }.items():
        page = text_of(client.get(f"{NET}?v=0&v=1&chart={kind}&x=loss&y=accuracy"))
        (label,) = re.findall(r'<svg class="plot figure"[^>]* role="img" aria-label="([^"]+)"', page)
        assert label.startswith(name) and "accuracy" in label and label.endswith("v0, v1"), kind
    for svg in re.findall(r"<svg [^>]*>", page):
        assert "aria-label" in svg or 'aria-hidden="true"' in svg, svg


def test_the_comparison_is_data_too(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    client = signed_in(cast.vera)
    data = client.get(f"{NET.removesuffix('/')}.json?v=1&v=@production").json()
    assert data["base"] == "v0" and [version["version"] for version in data["versions"]] == ["v1", "v0"]
    assert data["rows"][0] == {
        "metric": "accuracy", "direction": None, "v1": pytest.approx(0.8), "v0": 0.7,
        "v1 difference": pytest.approx(0.1), "v1 percent": pytest.approx(100 / 7),
    }  # fmt: skip
    assert data["files"]["total"] == 8
    table = client.get(f"{NET.removesuffix('/')}.csv?v=1&v=0")
    assert text_of(table).splitlines()[0].lstrip("\ufeff") == "metric,direction,v1,v1 difference,v1 percent,v0"
    assert "lr" not in text_of(signed_in(cast.adam).get(f"{NET.removesuffix('/')}.json?v=1&v=0"))


def test_the_version_page_offers_the_comparison_with_what_is_in_production(
    cast: Cast, two: list[Link], signed_in: SignIn
) -> None:
    client = signed_in(cast.vera)
    version = NET.replace("compare/", "versions/v1/")
    assert f"{NET}?v=v0&amp;v=v1" in text_of(client.get(version))
    assert f"{SOURCE}?v=v0&amp;v=v1" in text_of(client.get(SOURCE.replace("compare/", "v1/")))
    assert f"{NET}?v=v1&amp;v=v0" in text_of(client.get(version.replace("v1", "v0")))


def test_ten_versions_cost_what_two_cost(cast: Cast, two: list[Link], signed_in: SignIn) -> None:
    for number in range(2, 10):
        shelves.link(cast, shelves.log(cast, number, metrics={"accuracy": 0.5}))
    client = signed_in(cast.olga)
    for section in ("all", "metrics", "histories", "metadata", "files", "inputs"):
        counts = []
        for most in (2, 10):
            address = f"{NET}?section={section}&" + "&".join(f"v={n}" for n in range(most))
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 12, (section, counts)


def test_very_many_files_are_compared_by_the_database(cast: Cast, two: list[Link]) -> None:
    """Nothing of what is the same is loaded."""
    old, new = (link.version for link in two)
    same = [(f"s/{n:06}", f"{n:032}") for n in range(3000)]
    ManifestEntry.objects.bulk_create(
        ManifestEntry(version=version, path=path, digest=digest, reference_uri="s3://b/x")
        for version in (old, new)
        for path, digest in same
    )
    before = {change.path for change in diff_files(old, new).changes}
    assert len(before) == 8
    ManifestEntry.objects.filter(version=new, path="s/000007").update(digest="other")
    assert {change.path for change in diff_files(old, new).changes} - before == {"s/000007"}
    assert diff_files(old, Version.objects.get(pk=old.pk)).changes == []
