"""The landing page and the activity pages: what is first, what it counts, who did what, and nothing that one may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import User
from access.roles import Role
from access.services.roles import grant_role
from common.errors import InvalidInputError
from registries.services.collections import tag_collection
from registries.services.links import add_aliases
from registries.services.registries import create_registry
from registries.services.stars import star_registry
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
LANDING = "/orgs/Acme/registry/"
SHELF = f"{LANDING}Shelf/"


def names(response: Any) -> list[str]:
    return [card.registry.name for card in response.context["core"] + response.context["custom"]]


def kinds(response: Any) -> list[str]:
    assert response.status_code == 200
    return [line.kind for line in response.context["lines"]]


def test_cards_are_sorted_as_one_asks_with_the_core_registries_first(cast: Cast, signed_in: SignIn) -> None:
    made = {
        name: create_registry(actor=cast.olga, organization=cast.organization, name=name, visibility="organization")
        for name in ("Alpha", "Zeta")
    }
    shelves.link(cast, shelves.log(cast, 1), registry=cast.registry)
    star_registry(actor=cast.mia, registry=made["Zeta"], starred=True)
    client = signed_in(cast.mia)
    orders = {
        "": ["Zeta", "Alpha", "Shelf"],
        "name": ["Alpha", "Shelf", "Zeta"],
        "activity": ["Shelf", "Zeta", "Alpha"],
        "versions": ["Shelf", "Alpha", "Zeta"],
    }
    assert {sort: names(client.get(LANDING, {"sort": sort}))[2:] for sort in orders} == orders
    assert client.get(LANDING, {"sort": "age"}).status_code == 400
    assert names(signed_in(cast.olga).get(LANDING))[2:] == ["Alpha", "Shelf", "Zeta"], "stars are one's own"


def test_the_shelves_are_there_as_data(cast: Cast, signed_in: SignIn) -> None:
    shelves.fill(cast, 2)
    data = signed_in(cast.rita).get("/orgs/Acme/registry.json").json()
    assert (data["organization"], data["collections"], data["versions"]) == ("Acme", 1, 2)
    card = next(row for row in data["rows"] if row["name"] == "Shelf")
    assert (card["visibility"], card["versions"], card["last_event"]) == ("restricted", 2, "version:linked")
    assert signed_in(cast.otto).get("/orgs/Acme/registry.json").status_code == 404


def test_activity_is_narrowed_by_who_what_and_where(cast: Cast, signed_in: SignIn) -> None:
    link = shelves.link(cast, shelves.log(cast))
    tag_collection(actor=cast.mia, collection=link.collection, add=["night"])
    add_aliases(actor=cast.adam, link=link, names=["best"])
    client = signed_in(cast.vera)
    asked: dict[str, set[str]] = {
        "person=MIA&kind=tag": {"tag_added"},
        "person=adam": {"alias_added"},
        "kind=version": {"version_linked"},
        "kind=access&registry=shelf": {"grant_set"},
        "kind=version&registry=model": set(),
        "registry=model": {"registry_created"},
        "registry=none": set(),
    }
    for query, expected in asked.items():
        assert set(kinds(client.get(f"{LANDING}activity/?{query}"))) == expected, query
    assert client.get(f"{LANDING}activity/?kind=weather").status_code == 400


def test_activity_shows_nothing_of_a_registry_that_one_does_not_see(cast: Cast, signed_in: SignIn) -> None:
    secret = create_registry(actor=cast.olga, organization=cast.organization, name="Secret", visibility="restricted")
    grant_role(actor=cast.olga, container=secret, principal=cast.adam, role=Role.MEMBER)
    for user, sees in ((cast.olga, True), (cast.adam, True), (cast.mia, False), (cast.vera, False)):
        client = signed_in(user)
        for path in (
            LANDING,
            f"{LANDING}activity/",
            f"{LANDING}activity/?registry=Secret",
            "/orgs/Acme/registry/activity.json",
        ):
            text = client.get(path).content.decode().replace("registry=Secret", "")
            assert ("Secret" in text) is sees, (user, path)
        assert client.get(f"{LANDING}Secret/activity/").status_code == (200 if sees else 404)


def test_activity_as_data_says_who_did_what_where(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.vera)
    row = client.get("/orgs/Acme/registry/activity.json?kind=version").json()["rows"][0]
    assert (row["who"], row["event"], row["container"], row["subject"], row["version"]) == (
        "mia",
        "version:linked",
        "Shelf",
        "net",
        "v0",
    )
    assert "version:linked" in client.get("/orgs/Acme/registry/activity.csv").content.decode()


def test_the_guide_stays_away_once_it_is_hidden(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.mia)
    assert "New here?" in client.get(LANDING).content.decode()
    sent = client.post("/preferences/", {"guide": "hidden", "next": LANDING})
    assert sent.headers["Location"] == LANDING
    assert "New here?" not in client.get(LANDING).content.decode()
    assert "New here?" in signed_in(cast.vera).get(LANDING).content.decode()
    assert client.post("/preferences/", {"guide": "lost"}).status_code == 400


def test_activity_is_no_name_for_a_registry(cast: Cast) -> None:
    with pytest.raises(InvalidInputError):
        create_registry(actor=cast.olga, organization=cast.organization, name="Activity")
