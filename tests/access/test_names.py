"""Names that the addresses need are kept, and names that differ in case alone cannot coexist."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from access.models import Namespace
from access.reserved import RESERVED, is_reserved
from access.services import namespaces
from common import names
from common.errors import ConflictError, InvalidInputError


def _first_segments(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if "/" in route or isinstance(pattern, URLPattern):
            yield route.partition("/")[0].rstrip("$")
        else:
            yield from _first_segments(pattern.url_patterns, route)


def test_every_fixed_noun_of_the_addresses_is_kept() -> None:
    nouns = {noun for noun in _first_segments(get_resolver().url_patterns) if noun and "<" not in noun}
    assert {"orgs", "graphql", "files", "healthz", "profile", "artifactsV2"} <= nouns
    assert not {noun for noun in nouns if not is_reserved(noun)}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*sorted(RESERVED)[:3], "GraphQL", "artifactsV2", "deleted-1"])
def test_a_kept_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        namespaces.claim(name, Namespace.Kind.TEAM, "team")


@pytest.mark.django_db
def test_a_name_is_taken_in_whatever_case_and_free_again_when_released() -> None:
    vision = namespaces.claim("Vision", Namespace.Kind.TEAM, "team")
    with pytest.raises(ConflictError, match="taken"):
        namespaces.claim("vISION", Namespace.Kind.PERSONAL, "user")
    assert namespaces.release(vision) == f"deleted-{vision.pk}"
    assert namespaces.claim("vision", Namespace.Kind.PERSONAL, "user").pk != vision.pk


@pytest.mark.parametrize("name", ["\ufdfa" * 100, "a\ud800", "a\0b", "a\u202eb", " a", "x" * 129])
def test_a_name_that_no_column_or_reader_takes_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        names.collection_name(name)
