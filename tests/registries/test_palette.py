"""The palette and the menu of what one may create: what they offer to whom."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.models import Organization, User
from access.policy import may_found, organization_role
from access.services.roles import remove_role
from registries.matrix import may_create_registry
from registries.services.stars import star_collection, star_registry
from tests.cast import Cast, person
from tests.registries import shelves

SignIn = Callable[[User], Client]
ADDRESS = "/search/palette/"
HTMX = {"HX-Request": "true"}


def offered(client: Client, text: str = "") -> dict[str, list[str]]:
    groups = client.get(ADDRESS, {"q": text}, headers=HTMX).context["groups"]
    return {str(group.title): [choice.name for choice in group.choices] for group in groups}


def test_it_offers_the_starred_as_long_as_one_sees_them(cast: Cast, signed_in: SignIn) -> None:
    link = shelves.link(cast, shelves.log(cast))
    star_registry(actor=cast.mia, registry=cast.registry, starred=True)
    star_collection(actor=cast.mia, collection=link.collection, starred=True)
    client = signed_in(cast.mia)
    assert offered(client)["Starred"] == ["Shelf", "net"]
    assert "Starred" not in offered(signed_in(cast.vera))
    remove_role(actor=cast.olga, container=cast.registry, principal=cast.mia)
    assert "Starred" not in offered(client)


def test_words_find_pages_things_and_the_search_itself(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.mia)
    found = offered(client, "ne")
    assert found["Collections"] == ["net"] and found["Create"][0] == "New registry"
    assert found["Search"] == ["Search for “ne”"]
    assert offered(client, "net:v0")["Versions"] == ["net:v0", "net:v0"]
    assert offered(client, "memb")["Go to"] == ["Members"]
    assert set(offered(signed_in(cast.otto), "net")) == {"Search"}
    assert set(offered(client, "(net")) == set(offered(client, "x" * 2000)) == {"Search"}


def test_it_asks_little(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.mia)
    for text in ("", "net", "latest"):
        with CaptureQueriesContext(connection) as queries:
            offered(client, text)
        assert len(queries) <= 12


def test_its_address_is_no_page_and_leads_to_the_search(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.mia).get(ADDRESS, {"q": "a b"}).headers["Location"] == "/search/?q=a+b"


def test_the_menu_offers_a_registry_to_those_who_may_create_one(cast: Cast, signed_in: SignIn) -> None:
    operator = person("root")
    operator.is_superuser = True
    operator.save()
    for founders in Organization.Founders.values:
        Organization.objects.filter(pk=cast.organization.pk).update(registry_founders=founders)
        acme = Organization.objects.get(pk=cast.organization.pk)
        for who in (cast.olga, cast.adam, cast.mia, cast.vera, cast.rita, cast.otto, operator):
            may = may_create_registry(who, acme)
            assert may_found(organization_role(who, acme), founders) == may, (founders, who)
            page = signed_in(who).get("/search/").content.decode()
            assert ("New registry" in page) == may, (founders, who)
            assert "New project" in page
