"""Every route for everybody: refusals change nothing, permissions have their effect, and arriving twice is arriving once."""

from __future__ import annotations

import re

import pytest

from events.models import Event
from rest_api.api import document
from tests.access.asking import undone
from tests.access.world import snapshot
from tests.rest_api.conftest import Ask, World, filled
from tests.rest_api.table import CASES, Case

PARTS = 6  # each builds the world once


@pytest.mark.parametrize("part", range(PARTS))
def test_a_route_answers_each_person_as_their_role_says(
    part: int, names: dict[str, str], world: World, ask: Ask
) -> None:
    before = snapshot()
    for case in CASES[part::PARTS]:
        route, body = case.route.format(**names), filled(case.body, names)
        writes = not case.route.startswith(("GET", "HEAD"))
        assert ask(None, route, body).status == 401, case
        for person, expected in case.expected.items():
            told = case, person
            with undone():
                answer = ask(world.person(person), route, body)
                assert answer.status == expected, (*told, answer.json)
                after = snapshot()
                if expected >= 400 or not writes or not case.changes:
                    assert after == before, told
                else:
                    assert after != before, told
                    newest = Event.objects.order_by("pk").last()
                    assert newest.door == "rest", told  # type: ignore[union-attr]
                    again = ask(world.person(person), route, body)
                    assert again.status in {expected, 404, 409}, (*told, again.json)
                    assert (snapshot() == after) is not case.repeats, told
        assert snapshot() == before, case


def routes_of_document() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}


def test_the_table_names_every_route_of_the_document() -> None:
    patterns = {
        (method, path): re.compile(re.sub(r"\{path\}", ".+", re.sub(r"\{(?!path)\w+\}", "[^/]+", path)) + r"\Z")
        for method, path in routes_of_document()
    }
    tried = {
        ("/api/v1" + case.route.partition(" ")[2].partition("?")[0], case.route.partition(" ")[0]) for case in CASES
    }
    missed = [
        route
        for route, pattern in patterns.items()
        if not any(method == route[0] and pattern.match(path) for path, method in tried)
    ]
    assert missed == []


@pytest.mark.parametrize("part", range(PARTS))
def test_a_key_opens_what_its_scope_says(part: int, names: dict[str, str], world: World, ask: Ask) -> None:
    """Scopes as docs/rest.md lists them; the account may all of it."""
    for scope in ("read", "write", "admin"):
        ask(world.cast.olga, "GET /me", scope=scope)
    for case in CASES[part::PARTS]:
        with undone():
            check_scopes(case, names, world, ask)


def check_scopes(case: Case, names: dict[str, str], world: World, ask: Ask) -> None:
    """Lower scopes are refused and told the one that is needed; with it, the route answers as ever."""
    method, path = case.route.split(" ", 1)
    needed = "read" if method in {"GET", "HEAD"} else "write"
    admin_only = re.search(
        r"/(leave|members|invitations|service-accounts|owner|protected-aliases)\b|/teams\b|organizations/Acme\Z", path
    )
    deletes_all = method == "DELETE" and re.search(r"(registries/Shelf|projects/vision/training)\Z", path)
    if needed == "write" and (admin_only or deletes_all or "visibility" in case.body):
        needed = "admin"
    route, body = case.route.format(**names), filled(case.body, names)
    ranks = ["read", "write", "admin"]
    for scope in ranks[: ranks.index(needed)]:
        before = snapshot()
        answer = ask(world.cast.olga, route, body, scope=scope)
        assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden"), case
        told = "write" if "visibility" in case.body and scope == "read" else needed  # the route's own comes first
        assert f"scope {told}" in answer.message, case
        assert snapshot() == before
    if case.expected["olga"] < 400:
        assert ask(world.cast.olga, route, body, scope=needed).status == case.expected["olga"], case
