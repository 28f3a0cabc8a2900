"""The search over everything: what it finds, in which order, and what it never tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.models import User
from artifacts.models import Tag
from projects.services.runs import RunFields, upsert_run
from registries.models import Collection
from registries.search import finding, read_query, search
from registries.services.collections import tag_collection
from registries.services.registries import create_registry
from tests.cast import Cast
from tests.making import log_version, project_of
from tests.registries import shelves

SignIn = Callable[[User], Client]


@pytest.fixture
def world(cast: Cast) -> Cast:
    """`net` on the restricted Shelf, with a tag and an alias; a run; and another collection that is tagged like it."""
    version = shelves.log(cast, tags=["night shift"])
    link = shelves.link(cast, version, aliases=["gold"])
    tag_collection(actor=cast.mia, collection=link.collection, add=["outdoor"])
    upsert_run(
        actor=cast.mia,
        project=project_of(cast.mia, cast.team.namespace),
        name="r0",
        fields=RunFields(display_name="gold-rush-1"),
    )
    return cast


def names(user: User, text: str, organization: int | None = None) -> dict[str, list[str]]:
    found = {
        kind: [f"{hit.name}:{hit.version}" if kind == "versions" else hit.name for hit in group.hits]
        for kind, group in search(user, read_query(text), organization).items()
    }
    return {kind: hits for kind, hits in found.items() if hits}


def test_a_word_is_found_in_names_tags_and_aliases_of_every_kind(world: Cast) -> None:
    assert names(world.mia, "GOLD") == {"versions": ["net:v0"], "aliases": ["gold"], "runs": ["gold-rush-1"]}
    assert names(world.mia, "night") == {"versions": ["net:v0"], "tags": ["night shift"]}
    assert names(world.mia, "outd") == {"collections": ["net"], "tags": ["outdoor"]}
    assert names(world.mia, "shel") == {"registries": ["Shelf"]}
    assert names(world.mia, "ne") == {"collections": ["net"], "artifacts": ["net"]}
    assert names(world.mia, "train") == {"projects": ["training"]}
    assert names(world.mia, "vera") == {"people": ["vera"]}
    assert names(world.mia, "zebra") == names(world.mia, "%") == {}


def test_tags_on_what_one_does_not_see_leave_those_that_one_sees(world: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = project_of(world.otto, world.otto.namespace)
    for number in range(2):
        log_version(world.otto, theirs, {"f": bytes([number])}, tags=["night shift"])
    monkeypatch.setattr(finding, "LABELS", 1)  # theirs are the newest
    assert names(world.mia, "night")["versions"] == ["net:v0"]


def test_exact_names_come_before_beginnings_and_these_before_parts(world: Cast) -> None:
    for name in ("subnet", "net", "network", "a-net"):
        Collection.objects.get_or_create(registry=world.registry, name=name, name_key=name, type="model")
    assert names(world.mia, "net")["collections"] == ["net", "network", "a-net", "subnet"]


def test_of_runs_the_newest_are_looked_through(world: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of(world.mia, world.team.namespace)
    for name in ("gold-rush-2", "gold-rush-3"):
        upsert_run(actor=world.mia, project=project, name=name, fields=RunFields(display_name=name))
    for bound, found in ((2, ["gold-rush-2", "gold-rush-3"]), (9, ["gold-rush-1", "gold-rush-2", "gold-rush-3"])):
        monkeypatch.setattr("registries.search.finding.RUNS", bound)
        assert names(world.mia, "rush") == {"runs": found}


def test_the_filter_language_narrows(world: Cast) -> None:
    assert names(world.mia, 'tag:"night shift" net') == {"versions": ["net:v0"], "tags": ["night shift"]}
    assert names(world.mia, "alias:gold -tag:outdoor") == {"versions": ["net:v0"], "aliases": ["gold"]}
    assert names(world.mia, "net -tag:outdoor") == {}
    assert names(world.mia, "net type:model created > 2020-01-01")["collections"] == ["net"]
    assert names(world.mia, "net type:dataset") == names(world.mia, "net created < 2020-01-01") == {}
    assert names(world.mia, "alias:gold or alias:silver")["versions"] == ["net:v0"]
    assert names(world.mia, "registry:shelf net")["collections"] == ["net"]
    assert names(world.mia, "gold by:mia")["runs"] == ["gold-rush-1"]


def test_a_denial_alone_is_no_name_of_a_version(world: Cast) -> None:
    assert names(world.mia, "-type:dataset") == {"collections": ["net"], "artifacts": ["net"]}
    assert names(world.mia, "-tag:outdoor") == {}
    assert names(world.mia, "-tag:field") == {"collections": ["net"]}


def test_or_finds_of_each_kind_what_either_side_finds(world: Cast) -> None:
    either = {
        "type:model or tag:outdoor": ("type:model", "tag:outdoor"),
        "tag:outdoor or type:model or by:mia": ("type:model", "tag:outdoor", "by:mia"),
        "type:model or alias:gold": ("type:model", "alias:gold"),
        'vera or tag:"night shift"': ("vera", 'tag:"night shift"'),
        "not (-type:model -alias:gold)": ("type:model", "alias:gold"),
        "(type:model or project:training) created > 2020-01-01": (
            "type:model",
            "project:training created > 2020-01-01",
        ),
        "(type:model alias:gold) or type:dataset": ("type:model alias:gold", "type:dataset"),
    }
    for text, sides in either.items():
        union: dict[str, set[str]] = {}
        for side in sides:
            for kind, hits in names(world.mia, side).items():
                union.setdefault(kind, set()).update(hits)
        assert {kind: set(hits) for kind, hits in names(world.mia, text).items()} == union, text
    assert names(world.mia, "type:model or alias:gold") == {
        "collections": ["net"],
        "versions": ["net:v0"],
        "aliases": ["gold"],
        "artifacts": ["net"],
    }
    assert names(world.mia, "(type:model or alias:gold) alias:silver") == {}
    assert names(world.mia, "type:dataset or alias:zebra") == {}


def test_versions_are_found_by_their_number(world: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        shelves.link(world, shelves.log(world, number))
    for text in (
        "version:3",
        "version:v3",
        "version = v3",
        "version > 2",
        "NE version:3",
        "alias:latest version >= v1",
    ):
        assert names(world.mia, text)["versions"] == ["net:v3"], text
    assert names(world.mia, "version <= 1")["versions"] == ["net:v1", "net:v0"]
    assert names(world.mia, "version:2 or alias:gold")["versions"] == ["net:v2", "net:v0"]
    assert names(world.mia, "version > 0 -version:2")["versions"] == ["net:v3", "net:v1"]
    assert len(names(world.mia, "version:*")["versions"]) == 4
    assert names(world.mia, "version:3 zebra") == names(world.mia, "version:9") == names(world.otto, "version:3") == {}
    shelves.link(world, shelves.log(world, 9, name="other"), "other")
    monkeypatch.setattr(finding, "LABELS", 1)
    assert names(world.mia, "version:0 net")["versions"] == ["net:v0"]
    monkeypatch.setattr(finding, "NUMBERED", 2)  # a comparison would else look at all versions
    assert names(world.mia, "version >= 0")["versions"] == ["other:v0"]
    assert names(world.mia, "version >= 0 net")["versions"] == ["net:v3"]


def test_a_version_is_found_by_its_name(world: Cast) -> None:
    for text in ("net:v0", "NET:gold", "Acme/wandb-registry-Shelf/net:latest"):
        assert names(world.mia, text)["versions"][0] == "net:v0"
    assert len(names(world.mia, "net:v0")["versions"]) == 2  # the linked one and its source
    assert names(world.mia, "net:v7") == names(world.otto, "net:v0") == {}


def test_what_one_may_not_see_is_not_found_nor_counted(world: Cast, signed_in: SignIn) -> None:
    hidden = create_registry(
        actor=world.olga, organization=world.organization, name="Hidden net", visibility="restricted"
    )
    secret = Collection.objects.create(registry=hidden, name="net secret", name_key="net secret", type="model")
    secret.tags.add(Tag.objects.create(name="net tag"))
    assert "Hidden net" in names(world.olga, "net")["registries"]
    for text in (
        "net",
        "secret",
        "tag:*",
        'tag:"net tag"',
        "registry:hidden",
        "-tag:zebra",
        "by:olga",
        "not name:zebra",
    ):
        found = signed_in(world.mia).get("/search.json", {"q": text}).content.decode()
        assert "ecret" not in found.replace(f'"q": "{text}"', "") and "Hidden" not in found
        assert "net tag" not in found.replace(text.replace('"', '\\"'), "")
    for text in ("net", "gold", "night", "shelf", "mia", "training", "tag:outdoor", "Acme", "a"):
        assert set(names(world.otto, text)) <= {"people"}
        assert names(world.otto, text).get("people", ["otto"]) == ["otto"]


def test_an_organization_narrows_and_a_foreign_one_is_absent(world: Cast, signed_in: SignIn) -> None:
    assert names(world.mia, "net", world.organization.pk) == names(world.mia, "net")
    assert names(world.mia, "net", world.organization.pk + 1) == {}
    assert signed_in(world.otto).get("/search/", {"q": "net", "in": "Acme"}).status_code == 404
    assert signed_in(world.mia).get("/search/", {"q": "net", "in": "acme"}).status_code == 200


def test_the_page_shows_kinds_counts_and_more(world: Cast, signed_in: SignIn) -> None:
    Collection.objects.bulk_create(
        Collection(registry=world.registry, name=f"net {n:03}", name_key=f"net {n:03}", type="model")
        for n in range(120)
    )
    client = signed_in(world.mia)
    page = client.get("/search/", {"q": "net"}).content.decode()
    assert "Show all 100+" in page and "More than" in page
    assert page.count("net 0") < 30
    every = client.get("/search/", {"q": "net", "kind": "collections"}).content.decode()
    assert "net 098" in every and "net 101" not in every and "There are more" in every
    data = client.get("/search.json", {"q": "net", "kind": "collections"}).json()
    assert data["counts"]["collections"] == "100+" and len(data["rows"]) == 100


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tga:night net", "Did you mean tag"),
        ("tga:night", "Did you mean tag"),
        ("metadata.lr > 1", "asked for in a collection"),
        ("(net", "not closed"),
        ("tag > x", "cannot be compared"),
        ("name ~ (a", "regular expression"),
        ("x" * 1001, "at most 1000"),
        ("pk__regex:a b", "nothing called"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, says: str, world: Cast, signed_in: SignIn) -> None:
    response = signed_in(world.mia).get("/search/", {"q": text})
    assert response.status_code == 422
    assert says in response.content.decode()


def test_odd_questions_are_answered(world: Cast, signed_in: SignIn) -> None:
    client = signed_in(world.mia)
    odd: list[dict[str, Any]] = [
        {}, {"q": "   "}, {"kind": "nonsense", "q": "net"}, {"kind": "runs"}, {"q": "tag:*"}, {"q": "alias:* net"},
        {"q": "net:v99999999999999999999"}, {"q": "version:v3"}, {"q": "created:2026-01-01"}, {"q": "_ % \\"}, {"q": "日本"},
    ]  # fmt: skip
    for query in odd:
        assert client.get("/search/", query).status_code == 200, query
        assert client.get("/search.csv", query).status_code == 200, query


def test_the_end_of_a_search_is_completed_with_fields_and_with_what_was_found(world: Cast, signed_in: SignIn) -> None:
    def completed(user: User, text: str) -> list[str]:
        found: list[str] = signed_in(user).get("/search/", {"q": text}).context["completions"]
        return found

    assert completed(world.mia, "net ta") == ["net tag:"]
    assert completed(world.mia, "net -t") == ["net -tag:", "net -type:"]
    assert completed(world.mia, "tag:nig") == ['tag:"night shift"']
    assert completed(world.mia, "tag:out") == ["tag:outdoor"]
    assert completed(world.mia, "(alias:go") == ["(alias:gold"]  # though it cannot be read yet
    assert completed(world.mia, "alias:go") == ["alias:gold"]
    assert completed(world.mia, "net type:mod") == ["net type:model"]
    assert completed(world.mia, "registry:s") == ["registry:Shelf"]
    assert (
        completed(world.otto, "tag:nig")
        == completed(world.otto, "alias:go")
        == completed(world.otto, "registry:s")
        == []
    )
    assert "tag:" in completed(world.mia, "")


def test_values_are_proposed_before_a_letter_is_typed_and_only_what_one_may_see(world: Cast, signed_in: SignIn) -> None:
    hidden = create_registry(actor=world.olga, organization=world.organization, name="Secret", visibility="restricted")
    secret = Collection.objects.create(registry=hidden, name="s", name_key="s", type="secret")
    secret.tags.add(Tag.objects.create(name="secret tag"))
    project_of(world.otto, world.otto.namespace, "secret project")
    shelves.log(world, 5, type="dataset", name="rows")

    def ends(user: User, text: str) -> set[str]:
        found: list[str] = signed_in(user).get("/search/", {"q": text}).context["completions"]
        return {end.removeprefix(text) for end in found}

    assert ends(world.mia, "type:") == ends(world.mia, "net -type:") == {"model", "dataset"}
    assert ends(world.mia, "registry:") == {"Shelf", "dataset", "model"}
    assert ends(world.mia, "project:") == {"training"}
    assert ends(world.mia, "tag:") == {'"night shift"', "outdoor"}
    assert ends(world.mia, "alias:") == {"gold", "latest"}
    assert {"mia", "vera"} <= ends(world.mia, "by:") and "otto" not in ends(world.mia, "by:")
    assert ends(world.mia, "by:ve") == ends(world.mia, "created_by:ve") == {"ra"}
    assert ends(world.mia, "by:mia") == ends(world.mia, "version:") == set()
    assert ends(world.otto, "by:") == {"otto"} and ends(world.otto, "project:") == {'"secret project"'}
    assert ends(world.otto, "type:") == ends(world.otto, "registry:") == ends(world.otto, "tag:") == set()


@pytest.mark.parametrize("field", ["tag", "alias", "type", "registry", "project", "by", "name", "version"])
def test_a_page_with_proposals_asks_at_most_twelve_queries(field: str, world: Cast, signed_in: SignIn) -> None:
    client = signed_in(world.mia)
    for text in (f"{field}:", f"latest {field}:n", f"latest or {field}:n", f"latest or by:mia or {field}:"):
        with CaptureQueriesContext(connection) as queries:
            client.get("/search/", {"q": text, "in": "Acme"})
        assert len(queries) <= 12, text


def test_pages_are_found_by_their_names(world: Cast, signed_in: SignIn) -> None:
    def pages(user: User, text: str, **asked: str) -> list[str]:
        rows = signed_in(user).get("/search.json", {"q": text, **asked}).json()["rows"]
        return [row["name"] for row in rows if row["kind"] == "pages"]

    assert pages(world.olga, "SETT") == ["Settings"] and pages(world.mia, "settings") == []
    assert pages(world.mia, "help") == pages(world.otto, "help") == ["Help"]
    assert pages(world.olga, "registry") == ["Registry", "New registry"]
    assert pages(world.mia, "registry or tag:x") == ["Registry", "New registry"]
    assert pages(world.mia, "new -registry") == ["New project", "New API key"]
    assert pages(world.mia, "help", kind="pages") == ["Help"] and pages(world.mia, "help", kind="runs") == []
    assert pages(world.mia, "help type:model") == pages(world.mia, "net:v0") == pages(world.mia, "zebra") == []
    shown = signed_in(world.olga).get("/search/", {"q": "settings"}).content.decode()
    assert 'id="kind-pages"' in shown and 'href="/orgs/Acme/settings/' in shown


def test_what_was_perhaps_meant_is_one_click_away(world: Cast, signed_in: SignIn) -> None:
    client = signed_in(world.mia)
    for text, meant in (
        ("tga:night", "tag:night"),
        ("net -tga:night", "net -tag:night"),
        ("-tga:night", "-tag:night"),
        ("net tpye:model", "net type:model"),
    ):
        context = client.get("/search/", {"q": text}).context
        assert context["meant"] == meant
        assert client.get(context["meant_url"]).status_code == 200
    assert client.get("/search/", {"q": "(net"}).context["meant"] == ""
