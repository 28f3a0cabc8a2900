"""Addresses made in bulk are those that Django makes."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from common.addresses import address

NAMES = ["net", "v3", "@latest", "a b", "ä/ö", "50%", "q?x#y", "-_-", "a:b@c!$&'()*+,;=", "日本"]


@pytest.mark.parametrize("page", ["registries:version", "artifacts:version", "registries:collection", "projects:run"])
def test_an_address_is_what_reverse_gives(page: str) -> None:
    count = {"registries:version": 4, "artifacts:version": 5}.get(page, 3)
    for name in NAMES:
        names = [name.replace("/", "-")] * count
        assert address(page, *names) == reverse(page, args=names)


def test_the_path_of_a_file_keeps_its_slashes() -> None:
    names = ["Acme", "Shelf", "net", "v3", "data/ä b/-_-.csv"]
    assert address("registries:file", *names) == reverse("registries:file", args=names)


def test_a_route_that_is_not_there_or_takes_something_else_is_an_error() -> None:
    for page, names in (("registries:nowhere", ["a"]), ("registries:version", ["a"])):
        with pytest.raises(NoReverseMatch):
            address(page, *names)
