"""Stars: anybody's who sees it, theirs alone, first on the page, and gone with the access (F19)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import User
from access.services.organizations import remove_member
from access.services.roles import remove_role
from common.errors import NotFoundError
from events.models import Event
from registries.models import CollectionStar, RegistryStar
from registries.services.collections import create_collection
from registries.services.stars import star_collection, star_registry
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"


def names(response: Any) -> list[str]:
    return [row.collection.name for row in response.context["rows"]]


def test_a_star_that_arrives_twice_is_one_star_and_no_event(cast: Cast, signed_in: SignIn) -> None:
    client, before = signed_in(cast.rita), Event.objects.count()
    for word, count in (("1", 1), ("1", 1), ("0", 0), ("0", 0)):
        assert client.post(f"{SHELF}star/", {"starred": word}).status_code == 302
        assert RegistryStar.objects.filter(user=cast.rita).count() == count
    assert Event.objects.count() == before


def test_the_button_comes_back_to_a_script_and_the_page_to_everybody_else(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.vera)
    given = {"starred": "1", "next": f"{SHELF}?view=cards"}
    assert client.post(f"{SHELF}star/", given).headers["Location"] == f"{SHELF}?view=cards"
    assert client.post(f"{SHELF}star/", given | {"next": "https://evil.example/"}).headers["Location"] == SHELF
    fragment = client.post(f"{SHELF}star/", given, headers={"HX-Request": "true"}).content.decode()
    assert fragment.count("<button") == 1
    assert 'aria-pressed="true"' in fragment
    assert 'value="0"' in fragment


def test_what_one_starred_comes_first_and_the_others_see_nothing_of_it(cast: Cast, signed_in: SignIn) -> None:
    for name in ("alpha", "beta", "gamma"):
        made = create_collection(actor=cast.mia, registry=cast.registry, name=name, type="model")
    star_collection(actor=cast.vera, collection=made, starred=True)
    star_registry(actor=cast.vera, registry=cast.registry, starred=True)
    vera, mia = (signed_in(user).get(SHELF) for user in (cast.vera, cast.mia))
    assert (names(vera), names(mia)) == (["gamma", "alpha", "beta"], ["alpha", "beta", "gamma"])
    assert (vera.context["registry"].is_starred, mia.context["registry"].is_starred) == (True, False)


def test_a_star_opens_nothing_and_ends_with_the_access(cast: Cast, signed_in: SignIn) -> None:
    net = shelves.link(cast, shelves.log(cast)).collection
    star_registry(actor=cast.vera, registry=cast.registry, starred=True)
    star_collection(actor=cast.vera, collection=net, starred=True)
    remove_role(actor=cast.adam, container=cast.registry, principal=cast.vera)
    client = signed_in(cast.vera)
    for path in (SHELF, f"{SHELF}collections/net/"):
        assert client.get(path).status_code == client.post(f"{path}star/", {"starred": "1"}).status_code == 404
    with pytest.raises(NotFoundError):
        star_registry(actor=cast.otto, registry=cast.registry, starred=True)


def test_who_leaves_the_organization_takes_the_stars_along(cast: Cast) -> None:
    net = shelves.link(cast, shelves.log(cast)).collection
    for user in (cast.vera, cast.mia):
        star_registry(actor=user, registry=cast.registry, starred=True)
        star_collection(actor=user, collection=net, starred=True)
    remove_member(actor=cast.olga, organization=cast.organization, user=cast.vera)
    for stars in (RegistryStar, CollectionStar):
        assert [star.user for star in stars.objects.all()] == [cast.mia]
