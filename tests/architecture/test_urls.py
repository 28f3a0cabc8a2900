"""The URL map: closed to strangers unless listed here, and no name of a person can shadow it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from access.reserved import is_reserved

OPEN_TO_ALL = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "healthz",
    "invitation",  # known by its address, as is set-up
    "mfa_authenticate",  # between password and code
    "ready",
    "set_language",
    "setup",
}
VERBS = ["get", "head", "post", "put", "patch", "delete", "options"]


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for item in resolver.url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from patterns(item, route)
        else:
            yield route, item


def sample(route: str) -> str:
    """An address that matches `route`."""

    def value(match: re.Match[str]) -> str:
        return {"int": "1", "path": "a/b.txt", "kind": "json"}.get(match[1], "something")

    return "/" + re.sub(r"<(?:(\w+):)?\w+>", value, route)


PATTERNS = list(patterns(get_resolver()))
ROUTES = [route for route, _ in PATTERNS]
CLOSED = [route for route, pattern in PATTERNS if pattern.name not in OPEN_TO_ALL]


def test_every_pattern_is_reached() -> None:
    """So that nothing shadows anything, and the tests below try them all."""
    missed = [route for route in ROUTES if get_resolver().resolve(sample(route)).route != route]
    assert missed == []


@pytest.mark.django_db
@pytest.mark.parametrize("route", CLOSED)
def test_a_stranger_is_sent_to_sign_in_or_refused(client: Client, route: str) -> None:
    """T14, T16: with every verb."""
    for verb in VERBS:
        response = getattr(client, verb)(sample(route))
        if response.status_code == 302:
            assert response.headers["Location"].startswith("/accounts/login/?next="), verb
        else:
            assert response.status_code in {401, 403, 405}, verb


@pytest.mark.django_db
@pytest.mark.parametrize("route", CLOSED)
def test_a_program_with_a_wrong_key_is_refused(client: Client, route: str) -> None:
    response = client.get(sample(route), headers={"Authorization": "Bearer local-" + "0" * 40})
    assert response.status_code in {401, 403, 405}


def test_every_noun_of_the_url_map_is_reserved() -> None:
    first = {route.split("/")[0].removesuffix(".<kind:kind>") for route in ROUTES}
    nouns = {noun for noun in first if noun and not noun.startswith("<")}
    assert {noun for noun in nouns if not is_reserved(noun)} == set()
