"""The pages of artifacts and of versions in their project, and the bytes behind them."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from html import unescape
from time import perf_counter
from typing import Any

from django.test import Client
from PIL import Image

from access.models import User
from access.services.keys import create_key
from artifacts.listing import list_files
from artifacts.models import ManifestEntry, Version
from registries.models import Link
from registries.services.links import add_aliases, unlink_version
from registries.services.protection import protect_alias
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/vision/training/artifacts/model/net/"
TABS = ("metrics", "metadata", "usage", "files", "lineage", "history")
LINKED = "/orgs/Acme/registry/Shelf/collections/net/versions/v0/"
HTML = b"<html><script>alert(document.domain)</script></html>"


def text_of(response: Any) -> str:
    return response.content.decode()


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(file, "PNG")
    return file.getvalue()


def test_every_page_is_the_teams_and_the_organization_admins_alone(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    for path in (
        NET,
        f"{NET}v0/",
        f"{NET}@latest/",
        *(f"{NET}v0/{tab}/" for tab in TABS),
        f"{NET}v0/files/config.json",
    ):
        for name, status in {"olga": 200, "mia": 200, "vera": 200, "adam": 404, "rita": 404, "otto": 404}.items():
            assert signed_in(getattr(cast, name)).get(path).status_code == status, (name, path)


def test_wrong_addresses_are_absent(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast)
    client = signed_in(cast.mia)
    for path in ("v1/", "@absent/", "latest/", "v99999999999/", "@/", "v0/secrets/"):
        assert client.get(NET + path).status_code == 404, path
    assert client.get("/vision/training/artifacts/dataset/net/").status_code == 404


def test_the_source_shows_its_links_and_the_link_its_source(cast: Cast, signed_in: SignIn) -> None:
    version = shelves.log(cast)
    shelves.link(cast, version)
    client = signed_in(cast.mia)
    assert LINKED in text_of(client.get(f"{NET}v0/"))
    assert LINKED in text_of(client.get(NET))
    assert f"{NET}v0/" in text_of(client.get(LINKED))


def test_snippets_are_right_for_the_path_by_which_one_reads(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.mia)
    source = text_of(client.get(f"{NET}v0/usage/"))
    assert "wandb artifact get vision/training/net:v0 --root ./net" in source
    assert "wandb login --host=http://testserver" in source
    linked = text_of(client.get(f"{LINKED}usage/"))
    assert "wandb artifact get wandb-registry-Shelf/net:v0" in linked
    assert f"http://testserver{LINKED}download/config.json" in linked


def test_snippets_name_the_alias_that_one_chooses_and_no_other(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast), aliases=["best one"])
    client = signed_in(cast.vera)
    page = text_of(client.get(f"{LINKED}usage/", {"as": "best one"}))
    assert "wandb artifact get &#x27;wandb-registry-Shelf/net:best one&#x27;" in page or "net:best one" in page
    assert "versions/@best%20one/download/config.json" in page
    assert client.get(f"{LINKED}usage/", {"as": "worst"}).status_code == 400
    assert client.get(f"{LINKED}usage/", {"as": "<script>"}).status_code == 400


def test_who_may_not_download_is_told_so_and_gets_no_code_for_it(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.rita)
    for tab in ("", "usage/"):
        page = client.get(f"{LINKED}{tab}")
        assert page.context["snippets"] == []
        assert "use_artifact(" not in text_of(page)
        assert "download/" not in text_of(page)
    assert "An admin of the registry can give you the role Viewer" in text_of(page)


def test_the_curl_snippets_address_gives_the_bytes_to_a_key(cast: Cast) -> None:
    shelves.link(cast, shelves.log(cast))
    _, secret = create_key(actor=cast.vera, user=cast.vera, name="laptop")
    basic = "Basic " + base64.b64encode(f"api:{secret}".encode()).decode()
    response = Client().get(f"{LINKED}download/config.json", headers={"Authorization": basic})
    assert b"".join(response) == shelves.FILES["config.json"]
    assert Client().get(f"{LINKED}download/config.json", headers={"Authorization": "Basic eDp5"}).status_code == 401
    assert Client().get(f"{LINKED}download/config.json").status_code == 302


def test_metrics_are_compared_with_the_version_that_one_chooses(cast: Cast, signed_in: SignIn) -> None:
    for number, value in enumerate((1.0, 4.0, 4.0)):
        shelves.log(cast, number, metrics={"acc": value, "same": 1.0})
    client = signed_in(cast.mia)
    page = client.get(f"{NET}v2/metrics/", {"against": "v0", "differences": "1"})
    assert [(row.key, row.change) for row in page.context["differences"]] == [("acc", 3.0)]
    assert client.get(f"{NET}v2/metrics/").context["base"].label == "v1"
    assert client.get(f"{NET}v2/metrics/?against=v1&against=v0").context["base"].label == "v0"
    assert client.get(f"{NET}v2/metrics/?against=v0&against=").context["base"].label == "v0"
    for wrong in ("../v0", "v9", "@absent", "best", "v99999999999"):
        assert client.get(f"{NET}v2/metrics/", {"against": wrong}).status_code == 404, wrong


def test_metrics_are_filtered_and_come_as_a_table_that_no_spreadsheet_runs(cast: Cast, signed_in: SignIn) -> None:
    for number in range(3):
        shelves.log(cast, number, metrics={"acc": number / 2, "=cmd()": number + 1.0, "Loss/val": 0.5})
    client = signed_in(cast.mia)
    page = client.get(f"{NET}v2/metrics/", {"q": "LOSS"})
    assert [row.key for row in page.context["differences"]] == ["Loss/val"]
    assert [row.trend for row in client.get(f"{NET}v2/metrics/", {"q": "acc"}).context["differences"]] == [(0, 0.5, 1)]
    assert [row.trend for row in client.get(f"{NET}v1/metrics/", {"q": "acc"}).context["differences"]] == [(0, 0.5)]
    assert "No metric has that in its name" in text_of(client.get(f"{NET}v2/metrics/", {"q": "zzz"}))
    table = client.get(f"{NET}v2/metrics.csv", {"against": "v0"}).content.decode("utf-8-sig").splitlines()
    assert table[0] == "metric,value,base,difference,relative_percent,verdict,higher_is_better"
    assert "acc,1.0,0.0,1.0,,," in table
    assert "'=cmd(),3.0,1.0,2.0,200.0,," in table
    assert client.get(f"{NET}v2/metrics.json").json()["against"] == "v1"


def test_the_version_with_a_protected_alias_is_the_base_however_far_away(cast: Cast, signed_in: SignIn) -> None:
    links = []
    for number in range(3):
        links.append(shelves.link(cast, shelves.log(cast, number, metrics={"acc": number / 2})))
    protect_alias(actor=cast.adam, registry=cast.registry, name="golden")
    add_aliases(actor=cast.adam, link=links[0], names=["golden"])
    add_aliases(actor=cast.adam, link=links[1], names=["plain"])
    version, newest = links[2].version, links[2]
    copies = Version.objects.bulk_create(
        Version(artifact=version.artifact, index=number, state="committed", digest=f"{number:032}")
        for number in range(3, 103)
    )
    Link.objects.bulk_create(
        Link(collection=newest.collection, version=copy, index=number) for number, copy in enumerate(copies, 3)
    )
    base = LINKED.replace("v0", "v102")
    client = signed_in(cast.vera)
    page = client.get(f"{base}metrics/")
    assert page.context["base"].label == "v0"
    assert [item.label for item in page.context["place"].switcher][-2:] == ["v78", "v0"]
    assert "golden (protected)" in text_of(page)
    assert client.get(f"{LINKED}metrics/").context["base"].label == "v1"
    unlink_version(actor=cast.adam, link=links[0])
    assert client.get(f"{base}metrics/").context["base"].label == "v101"


def test_metadata_is_a_tree_that_can_be_searched(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast, metadata={"train": {"rate": 0.5, "<b>": "<script>"}, "note": "dusk", "half": "\ud800\0"})
    client = signed_in(cast.mia)
    page = text_of(client.get(f"{NET}v0/metadata/"))
    assert "rate" in page
    assert "3 keys · 4 values" in " ".join(page.split())
    assert "<script>" not in page.split("<main")[1]
    found = client.get(f"{NET}v0/metadata/", {"q": "DUSK"}).context["metadata"]
    assert [node.name for node in found.nodes] == ["note"]


def test_files_are_shown_by_what_their_bytes_are(cast: Cast, signed_in: SignIn) -> None:
    files = {
        "a.png": picture(),
        "fake.png": HTML,
        "page.html": HTML,
        "b.svg": b"<svg onload=alert(1)>",
        "c.bin": b"\x00\xff",
    }
    shelves.log(cast, files=files)
    client = signed_in(cast.mia)
    kinds = {name: client.get(f"{NET}v0/files/{name}").context["preview"].kind for name in files}
    assert kinds == {"a.png": "image", "fake.png": "text", "page.html": "text", "b.svg": "text", "c.bin": "code"}
    for name in ("fake.png", "page.html", "b.svg"):
        page = text_of(client.get(f"{NET}v0/files/{name}"))
        assert "<script>alert" not in page
        assert "<svg onload" not in page


def test_what_describes_the_files_is_open_until_one_chooses_and_each_leads_to_the_one_before(
    cast: Cast, signed_in: SignIn
) -> None:
    shelves.link(cast, shelves.log(cast, 0, files={"Readme.md": b"# Once", "a/readme.md": b"# Deep", "x&y.txt": b"1"}))
    shelves.link(cast, shelves.log(cast, 1, files={"Readme.md": b"# Twice", "readme/b": b"2", "x&y.txt": b"2"}))
    client, second = signed_in(cast.vera), LINKED.replace("v0", "v1")
    assert client.get(f"{LINKED}files/").context["preview"].text == "# Once"
    page = text_of(client.get(f"{second}files/"))
    assert "<h3>Twice</h3>" in page
    against = unescape(re.findall(r'href="([^"]*section=files[^"]*)"', page)[0])
    assert "Twice" in text_of(client.get(against))
    chosen = text_of(client.get(f"{second}files/x&y.txt"))
    beside = text_of(client.get(unescape(re.findall(r'href="([^"]*section=files[^"]*)"', chosen)[0])))
    assert "x&amp;y.txt" in beside
    assert client.get(f"{LINKED}files/?q=x").context["entry"] is None
    restricted = signed_in(cast.rita).get(f"{LINKED}files/")
    assert restricted.context["entry"] is None
    assert "section=files" not in text_of(signed_in(cast.rita).get(f"{LINKED}files/Readme.md"))


def test_pictures_are_drawn_anew_and_nothing_else_passes_for_one(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast, files={"a.png": picture(), "fake.png": HTML})
    client = signed_in(cast.mia)
    response = client.get(f"{NET}v0/thumbnail/a.png")
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(response.content)).format == "WEBP"
    again = client.get(f"{NET}v0/thumbnail/a.png", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(f"{NET}v0/thumbnail/fake.png").status_code == 404


def test_downloads_come_whole_or_in_ranges_and_never_render(cast: Cast, signed_in: SignIn) -> None:
    shelves.log(cast, files={"page.html": HTML})
    client = signed_in(cast.mia)
    whole = client.get(f"{NET}v0/download/page.html")
    assert b"".join(whole) == HTML
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert whole.headers["Content-Type"] == "application/octet-stream"
    part = client.get(f"{NET}v0/download/page.html", headers={"Range": "bytes=1-4"})
    assert (part.status_code, b"".join(part)) == (206, HTML[1:5])
    assert client.head(f"{NET}v0/download/page.html").headers["Content-Length"] == str(len(HTML))


def test_restricted_viewers_see_names_and_digests_but_no_bytes(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast, files={"secret.txt": b"the bytes", "a.png": picture()}))
    client = signed_in(cast.rita)
    page = text_of(client.get(f"{LINKED}files/secret.txt"))
    assert "secret.txt" in page
    assert "the bytes" not in page
    assert "download/secret.txt" not in page
    etag = signed_in(cast.mia).get(f"{LINKED}thumbnail/a.png").headers["ETag"]
    for headers in ({}, {"Range": "bytes=0-1"}, {"If-None-Match": etag}):
        assert client.get(f"{LINKED}download/secret.txt", headers=headers).status_code == 403
        assert client.get(f"{LINKED}thumbnail/a.png", headers=headers).status_code == 403
    assert client.head(f"{LINKED}download/secret.txt").status_code == 403


HOSTILE = """..%2fmanage.py %252e%252e%252fmanage.py ..;/manage.py ..%5c..%5cmanage.py C:%5cwindows %2fetc%2fpasswd
    file:%2f%2f%2fetc%2fpasswd a/../../b config.json. config.json%20 %EF%BC%8E%EF%BC%8E/etc/passwd
    %FF%FE CONFIG.JSON weights""".split()


def test_hostile_paths_are_keys_that_nothing_has(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.mia)
    for path in [*HOSTILE, "x" * 3000]:
        for base in (f"{NET}v0/", LINKED):
            for page in ("files", "download", "thumbnail"):
                assert client.get(f"{base}{page}/{path}").status_code == 404, (page, path)


def test_a_version_of_many_files_is_listed_a_folder_at_a_time(cast: Cast, signed_in: SignIn) -> None:
    files = {f"a%_/{number:04}.txt": b"x" for number in range(260)} | {f"A%_/b/{number}": b"y" for number in range(60)}
    files |= {"a%_": b"a file beside the folder", "a%_/z/deep": b"z", "0": b"0"}
    shelves.log(cast, files=files)
    client = signed_in(cast.mia)

    def listed(path: str = "", **query: str) -> Any:
        return client.get(f"{NET}v0/files/{path}", query).context["listing"]

    assert [(node.name, node.is_folder, node.size) for node in listed().nodes] == [
        ("A%_", True, None),
        ("a%_", True, None),
        ("0", False, 1),
        ("a%_", False, 24),
        ("number.txt", False, 1),
    ]
    first = listed(folder="a%_")
    assert len(first.nodes) == 200
    rest = listed(folder="a%_", after=first.next)
    names = [node.name for page in (first, rest) for node in page.nodes]
    assert names == [*(f"{number:04}.txt" for number in range(260)), "z"]
    deep = listed("A%25_/b/7")
    assert deep.crumbs == [("A%_", "A%_"), ("b", "A%_/b")]
    assert "7" in [node.name for node in deep.nodes]
    assert len(listed(q="0259").nodes) == 1
    assert listed(q="x" * 300).nodes == []
    for query in ({"folder": "a%"}, {"folder": "A%_", "after": "zzz"}, {"folder": "b"}):
        assert client.get(f"{NET}v0/files/", query).status_code == 404, query


def test_folders_in_folders_in_folders_are_shown_one_at_a_time(cast: Cast, signed_in: SignIn) -> None:
    deep = "/".join(["d"] * 1500)
    shelves.log(cast, files={f"{deep}/x.txt": b"found"})
    client = signed_in(cast.mia)
    assert [node.path for node in client.get(f"{NET}v0/files/").context["listing"].nodes] == ["d", "number.txt"]
    page = client.get(f"{NET}v0/files/{deep}/x.txt")
    assert "found" in text_of(page)
    assert len(page.context["listing"].crumbs) == 5


def test_a_level_costs_what_it_shows_and_not_what_lies_below(cast: Cast) -> None:
    version = shelves.log(cast)
    rows = (ManifestEntry(version=version, path=f"{n % 7}/{n % 700}/{n}", digest="x", size=1) for n in range(100_000))
    ManifestEntry.objects.bulk_create(rows, batch_size=5000)
    version.file_count = 100_003
    started = perf_counter()
    nodes = list_files(version).nodes
    assert perf_counter() - started < 0.1
    assert [node.name for node in nodes] == [*"0123456", "weights", "config.json", "number.txt"]


def test_only_web_addresses_of_references_are_links(cast: Cast, signed_in: SignIn) -> None:
    references = {"web": "https://example.org/x?a=1&b=<2>", "bucket": "s3://bucket/x", "script": "javascript:alert(1)"}
    shelves.log(cast, references=references)
    client = signed_in(cast.mia)
    assert 'href="https://example.org/x?a=1&amp;b=&lt;2&gt;"' in text_of(client.get(f"{NET}v0/files/web"))
    for name in ("bucket", "script"):
        page = text_of(client.get(f"{NET}v0/files/{name}"))
        assert references[name] in page
        assert f'href="{references[name]}' not in page
