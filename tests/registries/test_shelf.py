"""The page of a registry: found, sorted, paged, as a table, as cards and as data (F20)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from django.test import Client

from access.models import User
from artifacts.models import VersionMetric
from registries.models import Collection
from registries.services.collections import create_collection, tag_collection
from registries.services.links import add_aliases, link_version
from registries.services.protection import protect_alias
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"


def names(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row.collection.name for row in response.context["rows"]]


def build(cast: Cast) -> None:
    """`alpha` with three links by mia, `beta` with one by adam, `gamma` of another type and without any."""
    for number in range(3):
        shelves.link(cast, shelves.log(cast, number, metrics={"accuracy": number / 10, "loss": 1.0}), "alpha")
    version = shelves.log(cast, 3)
    add_aliases(
        actor=cast.mia,
        link=link_version(actor=cast.olga, registry=cast.registry, collection_name="beta", version=version),
        names=["shipped"],
    )
    create_collection(actor=cast.mia, registry=cast.registry, name="gamma", type="table", tags=["night"])
    tag_collection(actor=cast.mia, collection=Collection.objects.get(name="alpha"), add=["night", "core"])


def test_each_filter_narrows_and_together_they_narrow_more(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    client = signed_in(cast.vera)
    asked: dict[str, list[str]] = {
        "": ["alpha", "beta", "gamma"],
        "q=AL": ["alpha"],
        "q=nigh": ["alpha", "gamma"],
        "type=table": ["gamma"],
        "tag=night": ["alpha", "gamma"],
        "alias=shipped": ["beta"],
        "alias=latest": ["alpha", "beta"],
        "by=mia": ["alpha"],
        "by=olga": ["beta"],
        "tag=night&by=mia": ["alpha"],
        "tag=night&by=olga": [],
    }
    assert {query: names(client.get(f"{SHELF}?{query}")) for query in asked} == asked
    page = client.get(f"{SHELF}?tag=night&by=olga").content.decode()
    assert "No collection matches" in page
    assert "0 of 0 collections" in page
    assert client.get(SHELF).context["people"] == [("mia", "mia"), ("olga", "olga")]


def test_every_order_goes_both_ways_and_another_is_refused(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    client = signed_in(cast.vera)
    orders = {
        "name": ["alpha", "beta", "gamma"],
        "-name": ["gamma", "beta", "alpha"],
        "versions": ["gamma", "beta", "alpha"],
        "-versions": ["alpha", "beta", "gamma"],
        "linked": ["gamma", "alpha", "beta"],
        "-linked": ["beta", "alpha", "gamma"],
    }
    assert {sort: names(client.get(SHELF, {"sort": sort})) for sort in orders} == orders
    assert client.get(SHELF, {"sort": "size"}).status_code == 400


def test_pages_follow_each_other_in_every_order_without_gap_or_repetition(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    Collection.objects.bulk_create(
        Collection(registry=cast.registry, name=f"c{n:03}", name_key=f"c{n:03}", type="model", link_count=n % 7)
        for n in range(120)
    )
    client = signed_in(cast.vera)
    for sort in ("name", "-name", "versions", "-versions", "linked", "-linked"):
        seen: list[str] = []
        page = client.get(SHELF, {"sort": sort})
        while True:
            seen += names(page)
            if not (cursor := page.context["page"].next):
                break
            page = client.get(SHELF, {"sort": sort, "cursor": cursor})
        assert len(seen) == len(set(seen)) == 123, sort
    assert "30 of 123 collections" in client.get(SHELF).content.decode()


def test_a_row_says_what_the_newest_version_measured_and_how_it_came_there(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    client = signed_in(cast.vera)
    rows = {row.collection.name: row.headline for row in client.get(SHELF).context["rows"]}
    assert (rows["alpha"].key, rows["alpha"].value, rows["alpha"].course) == ("accuracy", 0.2, (0.0, 0.1, 0.2))
    assert (rows["beta"].key, rows["gamma"].value) == ("", None)
    Collection.objects.filter(name="alpha").update(headline_metric="loss")
    assert client.get(SHELF).context["rows"][0].headline.course == (1.0, 1.0, 1.0)
    VersionMetric.objects.filter(key="loss", version__index=2).delete()
    headline = client.get(SHELF).context["rows"][0].headline
    assert (headline.value, headline.course) == (None, (1.0, 1.0)), "an old number is not passed off as the newest"


def test_collections_that_share_their_newest_version_both_say_what_it_measured(cast: Cast, signed_in: SignIn) -> None:
    version = shelves.log(cast, metrics={"accuracy": 0.5})
    for name in ("one", "two"):
        shelves.link(cast, version, name)
    rows = signed_in(cast.vera).get(SHELF).context["rows"]
    assert [(row.collection.name, row.headline.value) for row in rows] == [("one", 0.5), ("two", 0.5)]


def test_protected_aliases_come_first_and_the_rest_is_hinted_at(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    protect_alias(actor=cast.adam, registry=cast.registry, name="golden")
    link = Collection.objects.get(name="beta").newest_link
    assert link is not None
    add_aliases(actor=cast.adam, link=link, names=["one", "two", "golden"])
    row = signed_in(cast.vera).get(SHELF).context["rows"][1]
    assert [alias.name for alias, _ in row.aliases] == ["golden", "latest", "shipped"]
    assert row.has_more_aliases


def test_the_view_is_in_the_address_and_stays_while_one_filters(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    client = signed_in(cast.vera)
    table, cards = (client.get(SHELF + query).content.decode() for query in ("", "?view=cards&sort=-versions"))
    assert ("<table" in table, "rcard" in table) == (True, False)
    assert ("<table" in cards, cards.count("<article")) == (False, 3)
    assert '<input type="hidden" name="view" value="cards">' in cards
    assert '<input type="hidden" name="sort" value="-versions">' in cards
    part = client.get(f"{SHELF}?view=cards", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count("<article") == 3


def test_rows_offer_what_the_role_may_do(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    for user, may in ((cast.mia, True), (cast.vera, False)):
        page = signed_in(user).get(SHELF).content.decode()
        assert page.count("View details") == 3
        for words in ("Link new version", "Edit tags", "Rename and edit the card", "Create collection"):
            assert (words in page) is may, (user, words)


def test_the_shelf_is_there_as_data(cast: Cast, signed_in: SignIn) -> None:
    build(cast)
    client = signed_in(cast.rita)
    data = client.get("/orgs/Acme/registry/Shelf.json?sort=-versions").json()
    assert (data["name"], data["total"], data["next"]) == ("Shelf", 3, "")
    assert data["rows"][0] | {"last_linked_at": ""} == {
        "name": "alpha", "type": "model", "tags": ["core", "night"], "latest": "v2", "aliases": ["latest"],
        "metric": "accuracy", "value": 0.2, "versions": 3, "last_linked_by": "mia", "last_linked_at": "", "starred": False,
    }  # fmt: skip
    text = client.get("/orgs/Acme/registry/Shelf.csv").content.decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(text.splitlines())] == ["alpha", "beta", "gamma"]
    assert signed_in(cast.otto).get("/orgs/Acme/registry/Shelf.json").status_code == 404


def test_an_address_that_the_sdk_prints_is_no_data_even_when_the_name_ends_so(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.mia).get("/orgs/Acme/registry/a.json?selectionPath=acme/wandb-registry-a.json/net")
    assert response.headers["Location"] == "/orgs/Acme/registry/a.json/collections/net/"
