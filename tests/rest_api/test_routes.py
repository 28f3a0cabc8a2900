"""Every route for everybody: refusals change nothing, permissions have their effect, and arriving twice is arriving once."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from access.models import Invitation, User
from access.roles import Role
from access.services.invitations import create_invitation
from access.services.keys import create_key
from access.services.roles import grant_role
from access.services.service_accounts import create_service_account
from access.services.teams import create_team
from events.models import Event
from registries.services.collections import tag_collection
from registries.services.protection import protect_alias
from rest_api.api import document
from storage.models import Upload
from storage.services import fulfil
from tests.access.asking import undone
from tests.access.world import snapshot
from tests.making import md5_of
from tests.rest_api.conftest import TRAINING, Ask, World
from tests.rest_api.table import CASES, Case

PARTS = 6  # each builds the world once


@pytest.fixture
def names(world: World, ask: Ask) -> dict[str, str]:
    """What the table's braces stand for, and everybody's key, made before anything is compared."""
    cast, olga = world.cast, world.cast.olga
    invitation: Invitation = create_invitation(actor=olga, organization=cast.organization, role="member")[0]
    account: User = create_service_account(actor=olga, organization=cast.organization, name="old job")
    key, _ = create_key(actor=olga, user=account, name="old")
    empty = create_team(actor=olga, organization=cast.organization, name="empty", admin=olga)
    grant_role(actor=olga, container=cast.registry, principal=empty, role=Role.VIEWER)
    protect_alias(actor=olga, registry=cast.registry, name="golden")
    tag_collection(actor=olga, collection=world.links[0].collection, add=["old"])
    body = {"artifact": "other", "type": "model", "files": [{"path": "f", "size": 1, "md5": md5_of(b"f")}]}
    upload = ask(cast.mia, f"POST {TRAINING}/uploads", body).json["id"]
    fulfil(Upload.objects.get(subject_id=upload, name="f"), io.BytesIO(b"f"), size=1)
    for person in "otto rita vera tina ci mia adam olga".split():
        ask(world.person(person), "GET /me")
    return {
        "account": account.username,
        "invitation": str(invitation.pk),
        "key": str(key.pk),
        "upload": str(upload),
        "version": str(world.versions[0].pk),
    }


def filled(value: Any, names: dict[str, str]) -> Any:
    """The body with its braces filled: ids are numbers."""
    if isinstance(value, dict):
        return {key: filled(inner, names) for key, inner in value.items()}
    return int(names[value.strip("{}")]) if isinstance(value, str) and value.startswith("{") else value


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
