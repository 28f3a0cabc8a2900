"""Several versions at once: tags given and taken, versions unlinked and deleted, with what stays told before (C13, F57)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.models import User
from artifacts.models import Version
from events.models import Event
from registries.models import Link
from registries.services import links, protection
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/orgs/Acme/registry/Shelf/collections/net/"
SOURCE = "/vision/training/artifacts/model/net/"


@pytest.fixture
def mia(cast: Cast, signed_in: SignIn) -> Client:
    """mia, before four linked versions, of which v1 is protected as `production`."""
    placed = [shelves.link(cast, shelves.log(cast, number, tags=["old"])) for number in range(4)]
    protection.protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    links.add_aliases(actor=cast.adam, link=placed[1], names=["production"])
    return signed_in(cast.mia)


def tags() -> list[list[str]]:
    return [sorted(version.tags.values_list("name", flat=True)) for version in Version.objects.order_by("index")]


def linked() -> list[int]:
    return list(Link.objects.alive().order_by("index").values_list("index", flat=True))


def kept() -> list[int]:
    return list(Version.objects.committed().order_by("index").values_list("index", flat=True))


@pytest.mark.parametrize("address", [NET, SOURCE], ids=["collection", "artifact"])
def test_tags_are_given_to_all_that_are_chosen_and_taken_from_them(mia: Client, address: str) -> None:
    page = mia.get(f"{address}tag-versions/?v=0&v=v2&v=99").content.decode()
    assert [f'value="{number}"' in page for number in range(4)] == [True, False, True, False]
    form = {"v": ["0", "2"], "add": "night, sunny ,night", "remove": "old, none"}
    for _twice in range(2):
        assert mia.post(f"{address}tag-versions/", form)["Location"] == address
    assert tags() == [["night", "sunny"], ["old"], ["night", "sunny"], ["old"]]
    assert Event.objects.filter(type="tag:added").count() == 4
    told = Event.objects.filter(type="tag:added").values_list("container__kind", flat=True)
    assert set(told) == {"registry" if address == NET else "project"}


def test_a_tag_that_is_none_or_no_version_at_all_changes_nothing_and_says_why(mia: Client) -> None:
    for form, words in [
        ({"v": ["0", "1"], "add": "night, a/b"}, "a/b"),
        ({"v": ["0", "1"], "add": " , "}, "Write a name."),
        ({"add": "night"}, "None is chosen"),
    ]:
        page = mia.post(f"{NET}tag-versions/", form)
        assert (page.status_code, words in page.content.decode()) == (400, True), form
    assert tags() == [["old"]] * 4


def test_numbers_that_are_none_and_too_many_are_refused(mia: Client) -> None:
    for query in ("v=x", "v=-1", "v=1e3", "v=", "v=" + "9" * 40, "&".join(f"v={number}" for number in range(101))):
        for page in (f"{NET}tag-versions/", f"{NET}unlink-versions/", f"{SOURCE}delete-versions/"):
            assert mia.get(f"{page}?{query}").status_code == 400, query


def test_a_member_unlinks_all_but_the_protected_and_is_told_before(mia: Client) -> None:
    page = mia.get(f"{NET}unlink-versions/?v=0&v=1&v=3")
    text = page.content.decode()
    assert [bool(fate.refusal) for fate in page.context["fates"]] == [False, True, False]
    assert "production is protected" in text
    assert "These aliases are lost: latest." in text
    for _twice in range(2):
        assert mia.post(f"{NET}unlink-versions/", {"v": ["0", "1", "3"]})["Location"] == NET
        assert linked() == [1, 2]
    assert kept() == [0, 1, 2, 3]
    assert Event.objects.filter(type="version:unlinked").count() == 2


def test_an_admin_unlinks_the_protected_too(mia: Client, cast: Cast, signed_in: SignIn) -> None:
    adam = signed_in(cast.adam)
    assert "production" in adam.get(f"{NET}unlink-versions/?v=1").content.decode()
    adam.post(f"{NET}unlink-versions/", {"v": ["0", "1"]})
    assert linked() == [2, 3]


def test_deleting_at_the_source_spares_what_a_registry_protects(mia: Client) -> None:
    page = mia.get(f"{SOURCE}delete-versions/?v=0&v=1")
    assert [bool(fate.refusal) for fate in page.context["fates"]] == [True, False]
    assert "Shelf/net:v0" in page.content.decode()
    assert kept() == [0, 1, 2, 3]
    for _twice in range(2):
        assert mia.post(f"{SOURCE}delete-versions/", {"v": ["0", "1"]})["Location"] == SOURCE
        assert (kept(), linked()) == ([1, 2, 3], [1, 2, 3])


def test_an_alias_that_is_protected_meanwhile_keeps_its_version(mia: Client, cast: Cast) -> None:
    links.add_aliases(actor=cast.mia, link=Link.objects.get(index=2), names=["staging"])
    assert not any(fate.refusal for fate in mia.get(f"{NET}unlink-versions/?v=2").context["fates"])
    protection.protect_alias(actor=cast.adam, registry=cast.registry, name="staging")
    mia.post(f"{NET}unlink-versions/", {"v": ["2", "3"]})
    assert linked() == [0, 1, 2]


def test_rows_are_selected_by_who_may_do_something_with_them(mia: Client, cast: Cast, signed_in: SignIn) -> None:
    vera, adam = signed_in(cast.vera), signed_in(cast.adam)
    for address, theirs in ((NET, "unlink-versions/"), (SOURCE, "delete-versions/")):
        page = mia.get(address).content.decode()
        assert (f"{address}tag-versions/" in page, f"{address}{theirs}" in page) == (True, True)
        page = vera.get(address).content.decode()
        assert f"{address}compare/" in page
        assert "-versions/" not in page
    assert mia.get(NET).content.decode().count("data-protected") == 1
    assert "data-protected" not in adam.get(NET).content.decode()
