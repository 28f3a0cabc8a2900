"""Each row of F31 for four roles through three doors: what is permitted happens, what is refused changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from access.models import User
from access.roles import Role
from access.services import organizations, roles, teams
from projects.services.runs import RunFields, upsert_run
from registries.services.protection import protect_alias
from sdk_api.ids import encode
from tests.access.asking import Asker, undone
from tests.access.rows import ROWS, Row
from tests.access.world import World, snapshot
from tests.cast import person
from tests.making import project_of
from tests.sdk_api.documents import documents

ROLES = "rita vera mia adam".split()
AUTOMATIONS = {8, 9, 22}  # wait for automations
DOORS = ("page", "sdk", "rest")
GENERATED = (
    "sdk/artifacts/_gen"  # the SDK's Python modules, which send these; and the one document that is put together
)
COUNTED: dict[str, int] = {}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The SDK's documents by name."""
    found = {
        document.name: document.text for document in documents() if document.source == "sdk/artifacts/_gqlutils.py"
    }
    return found | {document.name: document.text for document in documents() if document.source.startswith(GENERATED)}


@pytest.fixture
def stage(world: World) -> World:
    """The world, with what the rows need besides: each of the four reads the project, so that only Shelf decides."""
    cast = world.cast
    for name in ("adam", "rita"):
        teams.set_member(actor=cast.olga, team=cast.team, user=getattr(cast, name), role="viewer")
    for name in ROLES:
        user = world.people[name]
        assert user.namespace is not None
        upsert_run(actor=user, project=project_of(user, user.namespace, "own"), name="own", fields=RunFields())
    tom = person("tom")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=tom, role="member")
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=tom, role=Role.VIEWER)
    protect_alias(actor=cast.adam, registry=cast.registry, name="silver")
    world.people.update({"tom": tom, "gina": User.objects.get(username="gina")})
    world.names.update({"tom_id": encode("User", tom.pk), "v2_number": str(world.versions[2].pk)})
    return world


def test_every_row_is_here() -> None:
    assert {row.number for row in ROWS} == {*range(28)} - AUTOMATIONS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number} {row.action}")
def test_a_row_is_answered_alike_by_each_door(
    row: Row, stage: World, asker: Asker, texts: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert row.effect is None or not row.effect(stage), "the effect was there before"
    before = snapshot()
    for door in DOORS:
        asked = getattr(row, door)
        if not asked:
            COUNTED[f"{door}: no such door"] = COUNTED.get(f"{door}: no such door", 0) + 1
            continue
        for name in ROLES:
            with undone():
                stage.names["who"] = name
                response = send(asker, name, door, stage.fill(asked), texts)
                if name in row.allowed.split():
                    permitted(row, stage, response, before)
                else:
                    assert response.status_code == 403, (door, name, response.status_code)
                    assert snapshot() == before, (door, name)
            COUNTED[door] = COUNTED.get(door, 0) + 1
    with capsys.disabled():
        if row is ROWS[-1]:
            print(f"\nF31: {sum(COUNTED[door] for door in DOORS)} answers; {COUNTED}")


def permitted(row: Row, world: World, response: Any, before: dict[str, list[Any]]) -> None:
    """It succeeds; a read shows what it is for and changes nothing, a change has its effect."""
    assert response.status_code in {200, 201, 204, 302}, response.body[:500]
    assert "login" not in response.headers.get("Location", "")
    if row.effect is not None:
        assert row.effect(world), response.body[:500]
    else:
        assert any(word.encode() in response.body for word in row.shows.split("|")), row.shows
        assert snapshot() == before


def send(asker: Asker, name: str, door: str, asked: str, texts: dict[str, str]) -> Any:
    """The answer to a request of a row."""
    word, _, rest = asked.partition(" ")
    if door == "sdk" and word in texts:
        return asker.graphql(name, texts[word], **json.loads(rest))
    path, _, data = rest.partition(" ")
    ask = asker.page if door == "page" else asker.by_key
    return ask(name, word, path, data)
