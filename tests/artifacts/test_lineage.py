"""Lineage as people see it: by every path, bounded, without a trace of what they may not see (F86-F90, C20)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from access.roles import Role
from access.services.roles import grant_role
from artifacts.lineage.graph import RUN, VERSION
from artifacts.lineage.walk import FAN, MOST_NODES, walk
from artifacts.models import RunInput, Version
from artifacts.services.versions import delete_version, use_version
from projects.models import Project, Run
from projects.services.projects import edit_project
from projects.services.runs import RunFields, upsert_run
from registries.lineage.responses import styles
from registries.services.links import add_aliases, link_version
from registries.services.protection import protect_alias
from tests.cast import Cast
from tests.making import log_version, project_of

SOURCE = "/vision/training/artifacts/model/net/v0/lineage"
SignedIn = Callable[[User], Client]


def run_of(actor: User, project: Project, name: str, *used: Version, **fields: Any) -> Run:
    """A run that used those versions."""
    run, _ = upsert_run(actor=actor, project=project, name=name, fields=RunFields(display_name=name, **fields))
    for version in used:
        use_version(actor=actor, run=run, version=version, container=version.artifact.project)
    return run


def data(actor: User, project: Project, name: str, number: int = 0, run: Run | None = None) -> Version:
    """A version of a dataset, distinct by its number."""
    return log_version(actor, project, {"rows.csv": f"{name} {number}".encode()}, name=name, type="dataset", run=run)


@pytest.fixture
def net(cast: Cast) -> Version:
    """`net:v0` by the run `train` from seven `shards`, `plain`, and two versions that vera does not see; `check` used it."""
    mia, project = cast.mia, project_of(cast.mia, cast.team.namespace)
    private = project_of(cast.olga, cast.team.namespace, "hush")
    edit_project(actor=cast.olga, project=private, visibility="restricted")
    grant_role(actor=cast.olga, container=private, principal=mia, role=Role.MEMBER)
    shards = [data(mia, project, "shards", number) for number in range(7)]
    secret = data(mia, private, "hushdata", 0, run_of(mia, private, "hushrun", data(mia, private, "hushfirst")))
    inputs = [*shards, data(mia, project, "plain"), secret, data(mia, private, "hushmore")]
    train = run_of(mia, project, "train", *inputs, job_type="fit")
    net = log_version(mia, project, {"w": b"1"}, run=train)
    run_of(mia, project, "check", net)
    return net


def drawn(client: Client, address: str, query: str = "") -> dict[str, Any]:
    """The data of a page: `nodes` by what they are called, and `edges`."""
    answer = client.get(f"{address}.json{query}").json()
    nodes = {
        f"{row.get('name')}{':' if row.get('version') else ''}{row.get('version') or ''}": row for row in answer["rows"]
    }
    return answer | {"nodes": nodes}


def test_a_page_shows_run_inputs_and_uses_with_a_cluster_and_no_trace_of_what_is_hidden(
    net: Version, cast: Cast, signed_in: SignedIn
) -> None:
    vera = signed_in(cast.vera)
    found = drawn(vera, SOURCE)
    assert set(found["nodes"]) == {"net:v0", "train", "check", "plain:v0", "shards", "None"}
    assert found["nodes"]["shards"]["members"] == [f"shards:v{n}" for n in range(7)]
    assert found["nodes"]["None"] == {"id": f"run-{net.produced_by_id}.before.version", "step": -2, "kind": "no access"}
    assert found["nodes"]["plain:v0"]["url"] == "/vision/training/artifacts/dataset/plain/v0/"
    for page in ("/", "/?view=list", "/?mode=complete&depth=5", "/?clusters=open", ".svg", ".json", ".csv"):
        body = vera.get(f"{SOURCE}{page}").content.decode()
        assert "hush" not in body, page
        assert ("No access" in body) or ("no access" in body)
    assert "hushdata:v0" in drawn(signed_in(cast.mia), SOURCE)["nodes"]


def test_what_is_hidden_cannot_be_pulled_out_followed_or_looked_at_by_its_number(
    net: Version, cast: Cast, signed_in: SignedIn
) -> None:
    vera = signed_in(cast.vera)
    hidden = Version.objects.get(artifact__name="hushdata")
    run, absent = hidden.produced_by_id, 10**9
    for asked in ("node={}", "out={}", "more={}", "hide={}", "mode=complete&more={}&node={}"):
        pages = [
            vera.get(f"{SOURCE}/?{asked.replace('{}', f'{kind}-{number}')}")
            .content.decode()
            .replace(f"{kind}-{number}", "it")
            for kind, number in ((VERSION, hidden.pk), (VERSION, absent), (RUN, run), (RUN, absent))
        ]
        bare = [page.partition("<main")[2] for page in pages]
        assert len({page.replace("version-it", "it") for page in bare}) == 1, asked


def test_a_version_seen_through_a_link_alone_shows_as_the_link(net: Version, cast: Cast, signed_in: SignedIn) -> None:
    hidden = Version.objects.get(artifact__name="hushdata")
    link = link_version(actor=cast.mia, registry=cast.registry, collection_name="shown", version=hidden)
    protect_alias(actor=cast.adam, registry=cast.registry, name="golden")
    add_aliases(actor=cast.adam, link=link, names=["golden"])
    found = drawn(signed_in(cast.vera), SOURCE)["nodes"]["shown:v0"]
    assert found["url"] == "/orgs/Acme/registry/Shelf/collections/shown/versions/v0/"
    assert found["aliases"] == ["golden", "latest"]
    page = signed_in(cast.vera).get(f"{SOURCE}/").content.decode()
    assert "hush" not in page
    assert 'class="pill pill-lock"' in page
    rita = drawn(signed_in(cast.rita), "/orgs/Acme/registry/Shelf/collections/shown/versions/v0/lineage")
    assert [(row["kind"], row.get("name")) for row in rita["rows"]] == [
        ("no access", None), ("version", "shown"), ("no access", None),
    ]  # fmt: skip


def test_what_was_deleted_is_not_there(net: Version, cast: Cast, signed_in: SignedIn) -> None:
    Run.objects.filter(name="check").update(deleted_at=timezone.now())
    delete_version(actor=cast.mia, version=Version.objects.get(artifact__name="plain"), delete_aliases=True)
    assert set(drawn(signed_in(cast.vera), SOURCE)["nodes"]) == {"net:v0", "train", "shards", "None"}


def test_depth_mode_pulling_out_and_hiding_are_in_the_address(net: Version, cast: Cast, signed_in: SignedIn) -> None:
    mia, project = cast.mia, project_of(cast.mia, cast.team.namespace)
    client = signed_in(mia)
    run_of(mia, project, "other", Version.objects.get(artifact__name="plain"))
    shard = Version.objects.get(artifact__name="shards", index=3)
    train = net.produced_by_id
    assert "other" not in drawn(client, SOURCE)["nodes"]
    assert "other" in drawn(client, SOURCE, "?mode=complete")["nodes"]
    assert "hushfirst:v0" not in drawn(client, SOURCE, "?depth=1")["nodes"]
    out = drawn(client, SOURCE, f"?out=version-{shard.pk}")["nodes"]
    assert len(out["shards"]["members"]) == 6
    assert out["shards:v3"]["kind"] == "version"
    assert set(drawn(client, SOURCE, f"?hide=run-{train}")["nodes"]) == {"net:v0", "check"}
    assert len(drawn(client, SOURCE, "?clusters=open")["nodes"]) == len(drawn(client, SOURCE)["nodes"]) + 6
    assert client.get(f"{SOURCE}/?depth=9").status_code == 400


def test_runs_artifacts_and_collections_have_one_of_their_own(net: Version, cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.vera)
    later = log_version(cast.mia, net.artifact.project, {"w": b"2"})
    for version in (net, later):
        link_version(actor=cast.mia, registry=cast.registry, collection_name="nets", version=version)
    collection = "/orgs/Acme/registry/Shelf/collections/nets/lineage"
    assert set(drawn(client, collection)["nodes"]) == {"nets:v1"}
    assert {"nets:v0", "nets:v1", "train"} <= set(drawn(client, collection, "?from=all")["nodes"])
    artifact = "/vision/training/artifacts/model/net/lineage"
    assert set(drawn(client, artifact)["nodes"]) == {"net:v1"}
    assert {"net:v0", "net:v1", "train"} <= set(drawn(client, artifact, "?from=all")["nodes"])
    run = drawn(client, "/vision/training/runs/train/lineage", "?depth=1")
    assert set(run["nodes"]) == {"train", "net:v0", "plain:v0", "shards", "None"}
    for address in (collection, artifact, "/vision/training/runs/train/lineage"):
        for page in ("/", "/?from=all&view=list", ".svg"):
            assert client.get(f"{address}{page}").status_code == 200


def test_an_empty_collection_says_so(cast: Cast, signed_in: SignedIn, net: Version) -> None:
    from registries.services.collections import create_collection

    create_collection(actor=cast.mia, registry=cast.registry, name="bare", type="model")
    page = signed_in(cast.vera).get("/orgs/Acme/registry/Shelf/collections/bare/lineage/")
    assert "nothing to trace" in page.content.decode()


def test_htmx_gets_what_it_puts_in(net: Version, cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.vera)
    address = f"{SOURCE}/?node=run-{net.produced_by_id}"
    panel = client.get(address, headers={"HX-Request": "true", "HX-Target": "lineage-panel"}).content.decode().strip()
    assert panel.startswith("<aside")
    assert "Open run" in panel
    assert '<svg class="g"' not in panel
    whole = client.get(address, headers={"HX-Request": "true", "HX-Target": "lineage"}).content.decode().strip()
    assert whole.startswith('<div id="lineage"')
    assert "<html" not in whole


def test_a_cluster_is_searched_and_its_members_are_looked_at(net: Version, cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.vera)
    cluster = drawn(client, SOURCE)["nodes"]["shards"]["id"]
    shard = Version.objects.get(artifact__name="shards", index=3)

    def panel(query: str) -> str:
        answer = client.get(f"{SOURCE}/?{query}", headers={"HX-Request": "true", "HX-Target": "lineage-panel"})
        return str(answer.content.decode())

    assert panel(f"node={cluster}").count('aria-label="Pull out') == 7
    assert panel(f"node={cluster}&q=SHARDS:V3").count('aria-label="Pull out') == 1
    assert "None of them" in panel(f"node={cluster}&q=zebra")
    member = panel(f"node=version-{shard.pk}")
    assert "Open version" in member
    assert f"out=version-{shard.pk}" in member


NAMES = [
    '<script>alert("x")</script>',
    "a\"b'c&d",
    "</title></svg>",
    "javascript:alert(1)",
    "名前のとても長いモデルの名前",
    "\x01bell\u202e",
]


def test_whatever_a_run_is_called_the_page_and_the_file_are_what_they_should_be(
    net: Version, cast: Cast, signed_in: SignedIn
) -> None:
    """T25: texts in the drawing are texts."""
    client = signed_in(cast.vera)
    for name in NAMES:
        Run.objects.filter(pk=net.produced_by_id).update(display_name=name, job_type=name)
        page = client.get(f"{SOURCE}/").content.decode()
        assert "<script>alert" not in page
        assert "</title></svg>, <" not in page
        root = ElementTree.fromstring(client.get(f"{SOURCE}.svg").content)
        titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title") if title.text]
        assert any(name.replace("\x01", "\N{REPLACEMENT CHARACTER}") in title for title in titles)
        assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_the_file_is_a_download_with_styles_inside_and_no_policy_to_run_anything(
    net: Version, cast: Cast, signed_in: SignedIn
) -> None:
    client = signed_in(cast.vera)
    answer = client.get(f"{SOURCE}.svg?theme=dark")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Disposition"] == 'attachment; filename="net-v0-lineage.svg"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "<a " not in answer.content.decode()
    for theme in ("light", "dark"):
        assert "var(" not in styles(theme)
        assert "light-dark" not in styles(theme)
    assert styles("light") != styles("dark")


def grow(cast: Cast, project: Project, runs: int, per_run: int = 1) -> list[Version]:
    """A chain of so many runs, each of which used what the one before made; as rows, since services take minutes."""
    artifact = log_version(cast.mia, project, {"c": b"c"}, name="chain").artifact
    made = Run.objects.bulk_create(Run(project=project, name=f"c{n}", user=cast.mia) for n in range(runs))
    versions = Version.objects.bulk_create(
        Version(artifact=artifact, index=n + 1, state="committed", digest=f"{n:032}", produced_by=made[n // per_run])
        for n in range(runs * per_run)
    )
    RunInput.objects.bulk_create(
        RunInput(run=run, version=versions[number * per_run], container=project) for number, run in enumerate(made[1:])
    )
    return versions


def test_a_thousand_reachable_nodes_cost_as_many_queries_as_ten(cast: Cast, signed_in: SignedIn) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    versions = grow(cast, project, 700, 2)
    client = signed_in(cast.mia)
    counts = {}
    for number in (1398, 700):  # near the end of the chain, and in its middle
        for query in ("?mode=complete&depth=5&clusters=open", "?view=list"):
            address = f"/vision/training/artifacts/model/chain/v{number}/lineage/{query}"
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counts[number, query] = len(asked)
    assert len(set(counts.values())) == 1
    assert max(counts.values()) <= 12
    everything = walk(cast.mia, VERSION, [versions[700].pk], direct=False, reach=5)
    assert (len(everything.met), everything.is_cut) == (MOST_NODES, True)
    near = walk(cast.mia, VERSION, [versions[700].pk], direct=True, reach=5)
    assert (len(near.met), near.is_cut) == (13, False), "no more is read than can be drawn, and the step beyond"


def test_a_version_that_thousands_used_is_read_as_far_as_the_bound(
    cast: Cast, net: Version, signed_in: SignedIn
) -> None:
    runs = Run.objects.bulk_create(Run(project=net.artifact.project, name=f"u{n}") for n in range(3000))
    RunInput.objects.bulk_create(RunInput(run=run, version=net) for run in runs)
    found = walk(cast.vera, VERSION, [net.pk], direct=True, reach=5)
    assert len(found.ids(RUN, 2)) == FAN + 1
    page = drawn(signed_in(cast.vera), SOURCE)
    assert max(len(row.get("members", [])) for row in page["rows"]) == FAN


def test_a_walk_takes_ancestors_and_descendants_or_all_and_nothing_of_others(cast: Cast, net: Version) -> None:
    mia = cast.mia
    unrelated = data(mia, net.artifact.project, "unrelated")
    found = walk(mia, VERSION, [net.pk], direct=True, reach=5)
    assert (VERSION, unrelated.pk) not in found.met
    assert ((RUN, net.produced_by_id), (VERSION, net.pk)) in found.edges
    assert walk(cast.otto, VERSION, [net.pk], direct=True, reach=5).met == {(VERSION, net.pk): 0}
    assert walk(mia, VERSION, [], direct=True, reach=5).met == {}
