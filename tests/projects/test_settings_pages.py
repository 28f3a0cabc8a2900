"""The settings pages of projects: who reads, who changes, what they say, and that a refusal changes nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.models import User
from access.policy import role_on
from access.roles import Role
from access.services import roles, teams
from events.models import Event
from projects.models import Project
from registries.services.protection import protect_alias
from tests.cast import Cast, person
from tests.making import project_of
from tests.registries import shelves

SignIn = Callable[[User], Client]
CAST = ("olga", "tina", "mia", "vera", "rita", "otto", "nobody")
SETTINGS = "/vision/training/settings/"
ADMINS = (302, 302, 403, 403, 404, 404, 302)
POSTS = [
    ("", {"name": "drills", "visibility": "team"}),
    ("", {"name": "training", "visibility": "restricted"}),
    ("add/", {"principal": "rita", "role": "viewer"}),
    ("role/", {"principal": "mia", "role": "admin"}),
    ("remove/", {"principal": "adam"}),
    ("delete/", {"typed": "training"}),
]


@pytest.fixture
def project(cast: Cast) -> Project:
    """A project of the team, to which adam was added; tina administers the team."""
    made = project_of(cast.mia, cast.team.namespace)
    teams.set_member(actor=cast.olga, team=cast.team, user=person("tina"), role="admin")
    roles.grant_role(actor=cast.olga, container=made, principal=cast.adam, role=Role.VIEWER)
    return made


def text_of(response: Any) -> str:
    """What a reader sees, without tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def client_of(signed_in: SignIn, name: str) -> Client:
    return Client() if name == "nobody" else signed_in(User.objects.get(username=name))


def state(cast: Cast, project: Project) -> Any:
    """All that these pages can change."""
    return (
        list(Project.objects.filter(pk=project.pk).values_list("name", "visibility", "deleted_at")),
        [role_on(one, project) for one in (cast.mia, cast.rita, cast.adam)],
        Event.objects.count(),
    )


def test_whoever_sees_the_project_reads_its_settings(cast: Cast, signed_in: SignIn, project: Project) -> None:
    expected = {"": (200, 200, 200, 200, 404, 404, 302)}
    expected |= dict.fromkeys(["add/", "delete/"], (200, 200, 403, 403, 404, 404, 302))
    for path, statuses in expected.items():
        assert tuple(client_of(signed_in, name).get(f"{SETTINGS}{path}").status_code for name in CAST) == statuses


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize(("path", "data"), POSTS)
def test_admins_of_the_project_change_it_and_a_refusal_changes_nothing(
    cast: Cast, signed_in: SignIn, project: Project, path: str, data: dict[str, str], name: str
) -> None:
    before = state(cast, project)
    response = client_of(signed_in, name).post(f"{SETTINGS}{path}", data)
    assert response.status_code == ADMINS[CAST.index(name)]
    assert (state(cast, project) != before) is (name in ("olga", "tina"))


@pytest.mark.parametrize(("path", "data"), POSTS[1:5])
def test_a_change_that_arrives_twice_is_made_once(
    cast: Cast, signed_in: SignIn, project: Project, path: str, data: dict[str, str]
) -> None:
    client = client_of(signed_in, "tina")
    client.post(f"{SETTINGS}{path}", data)
    after = state(cast, project)
    assert client.post(f"{SETTINGS}{path}", data).status_code == 302
    assert state(cast, project) == after


def test_the_table_says_why(cast: Cast, signed_in: SignIn, project: Project) -> None:
    client = client_of(signed_in, "vera")
    client.get(SETTINGS)
    with CaptureQueriesContext(connection) as queries:
        text = text_of(client.get(SETTINGS))
    assert len(queries) <= 12
    assert "Member, by the role in team vision" in text
    assert "Admin, as organization admin" in text
    assert "Add access" not in text
    assert "Delete project" not in text


def test_whoever_restricts_a_project_stays_and_the_team_goes(cast: Cast, signed_in: SignIn, project: Project) -> None:
    client_of(signed_in, "tina").post(SETTINGS, {"name": "training", "visibility": "restricted"})
    assert [role_on(one, project) for one in (User.objects.get(username="tina"), cast.mia)] == [Role.ADMIN, None]
    assert signed_in(cast.mia).get(SETTINGS).status_code == 404


def test_whoever_takes_away_their_own_sight_is_led_to_the_team(cast: Cast, signed_in: SignIn, project: Project) -> None:
    client = client_of(signed_in, "tina")
    client.post(SETTINGS, {"name": "training", "visibility": "restricted"})
    assert client.post(f"{SETTINGS}remove/", {"principal": "tina"}).headers["Location"] == "/vision/"


def test_what_cannot_be_is_refused_beside_its_field(cast: Cast, signed_in: SignIn, project: Project) -> None:
    project_of(cast.mia, cast.team.namespace, "drills")
    client = signed_in(cast.olga)
    for name, visibility, status in (("DRILLS", "team", 409), ("a/b", "team", 400), ("training", "open", 400)):
        response = client.post(SETTINGS, {"name": name, "visibility": visibility})
        assert (response.status_code, response.context["project"].name) == (status, "training")
        assert response.context["form"].errors
    project.refresh_from_db()
    assert (project.name, project.visibility) == ("training", "team")


def test_a_personal_project_has_a_name_and_can_be_deleted(cast: Cast, signed_in: SignIn) -> None:
    own = project_of(cast.mia, cast.mia.namespace, "play")
    client = signed_in(cast.mia)
    text = text_of(client.get("/mia/play/settings/"))
    assert "only its owner sees it" in text
    assert "Members and roles" not in text
    assert client.post("/mia/play/settings/", {"name": "toys"}).headers["Location"] == "/mia/toys/settings/"
    assert client.post("/mia/toys/settings/role/", {"principal": "vera", "role": "viewer"}).status_code == 400
    stranger, nobody = (
        text_of(client.post("/mia/toys/settings/role/", {"principal": name, "role": "viewer"}))
        for name in ("otto", "nobody")
    )
    assert stranger == nobody
    assert client.post("/mia/toys/settings/delete/", {"typed": "toys"}).headers["Location"] == "/mia/"
    own.refresh_from_db()
    assert own.deleted_at


def test_deleting_says_what_is_lost_and_asks_for_the_name(cast: Cast, signed_in: SignIn, project: Project) -> None:
    for number in range(2):
        shelves.link(cast, shelves.log(cast, number), aliases=["production"])
    client = signed_in(cast.olga)
    text = text_of(client.get(f"{SETTINGS}delete/"))
    for loss in ("1 artifact ", "2 versions ", "2 links in registries "):
        assert loss in text, loss
    assert "0 links in registries" in text_of(client_of(signed_in, "tina").get(f"{SETTINGS}delete/"))
    assert client.post(f"{SETTINGS}delete/", {"typed": "Training"}).status_code == 400
    protect_alias(actor=cast.olga, registry=cast.registry, name="production")
    held = client.post(f"{SETTINGS}delete/", {"typed": "training"})
    assert (held.status_code, "protected alias" in text_of(held)) == (409, True)
    project.refresh_from_db()
    assert project.deleted_at is None
