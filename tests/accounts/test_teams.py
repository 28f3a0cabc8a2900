"""Teams and service accounts in the browser: by admins of the organization, and of the team."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from access.models import ApiKey, Team, TeamMembership, User
from access.services import organizations, service_accounts, teams
from access.services.keys import authenticate, create_key
from projects.services.projects import delete_project, get_or_create_project
from tests.cast import Cast, person

TEAMS = "/orgs/Acme/teams/"
VISION = TEAMS + "vision/"
SERVICES = "/orgs/Acme/service-accounts/"


@pytest.fixture
def tina(cast: Cast) -> User:
    """Admin of the team, member of the organization."""
    user = person("tina")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=user, role="member")
    teams.set_member(actor=cast.olga, team=cast.team, user=user, role="admin")
    return user


def role_in(team: Team, user: User) -> str | None:
    return TeamMembership.objects.filter(team=team, user=user).values_list("role", flat=True).first()


def test_an_admin_makes_a_team_and_is_its_admin(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    assert browser.post(TEAMS, {"name": "audio"})["Location"] == TEAMS + "audio/"
    assert role_in(Team.objects.get(namespace__name="audio"), cast.olga) == "admin"
    for name, status in (("audio", 409), ("mia", 409), ("orgs", 400), ("a b", 400), ("", 400)):
        response = browser.post(TEAMS, {"name": name})
        assert response.status_code == status
        assert 'class="err"' in response.content.decode()
    assert Team.objects.count() == 2


def test_its_admin_adds_changes_and_removes_members(cast: Cast, tina: User, signed_in: Any) -> None:
    browser = signed_in(tina)
    page = browser.get(VISION + "?q=adam").content.decode()
    assert 'name="username" value="adam"' in page
    assert 'value="mia"' not in browser.get(VISION + "?q=otto").content.decode().split("Add a member")[1]
    for role in ("member", "member", "viewer"):
        assert browser.post(VISION + "members/", {"username": "adam", "role": role}).status_code == 302
        assert role_in(cast.team, cast.adam) == role
    assert "every registry" in browser.get(VISION + "members/adam/remove/").content.decode()
    for _ in range(2):
        assert browser.post(VISION + "members/adam/remove/").status_code == 302
        assert role_in(cast.team, cast.adam) is None


@pytest.mark.parametrize(
    ("username", "role", "status"),
    [("otto", "member", 404), ("nobody", "member", 404), ("", "member", 404), ("adam", "owner", 400)],
)
def test_who_or_what_cannot_be_added(
    cast: Cast, tina: User, signed_in: Any, username: str, role: str, status: int
) -> None:
    assert signed_in(tina).post(VISION + "members/", {"username": username, "role": role}).status_code == status
    assert role_in(cast.team, cast.otto) is None


def test_a_team_admin_neither_renames_nor_deletes_nor_makes_teams(cast: Cast, tina: User, signed_in: Any) -> None:
    browser = signed_in(tina)
    assert browser.post(VISION + "settings/", {"name": "sight"}).status_code == 403
    assert browser.post(VISION + "delete/", {"typed": "vision"}).status_code == 403
    assert browser.post(TEAMS, {"name": "audio"}).status_code == 403
    assert list(Team.objects.values_list("namespace__name", "deleted_at")) == [("vision", None)]


def test_one_may_leave_a_team(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.mia)
    assert "Leave vision?" in browser.get(VISION + "members/mia/remove/").content.decode()
    assert browser.post(VISION + "members/mia/remove/").status_code == 302
    assert role_in(cast.team, cast.mia) is None
    assert browser.post(VISION + "members/vera/remove/").status_code == 403


def test_a_team_is_renamed(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    assert browser.post(VISION + "settings/", {"name": "sight"})["Location"] == TEAMS + "sight/"
    assert browser.get(VISION).status_code == 404
    response = browser.post(TEAMS + "sight/settings/", {"name": "mia"})
    assert response.status_code == 409
    assert "Rename sight" in response.content.decode()


def test_a_team_is_deleted_by_its_name_once_it_has_no_projects(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    assert "3 people and service accounts" in browser.get(VISION + "delete/").content.decode()
    assert browser.post(VISION + "delete/", {"typed": "Vision"}).status_code == 400
    project = get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name="demo")
    response = browser.post(VISION + "delete/", {"typed": "vision"})
    assert response.status_code == 409
    for page in (response, browser.get(VISION + "delete/")):
        assert "has projects" in page.content.decode()
        assert "This is lost" not in page.content.decode()
    delete_project(actor=cast.olga, project=project)
    for _ in range(2):
        assert browser.post(VISION + "delete/", {"typed": "vision"})["Location"] == TEAMS
    assert browser.get(VISION).status_code == 404
    assert not TeamMembership.objects.exists()


def test_a_team_of_another_organization_is_not_found_here(cast: Cast, signed_in: Any) -> None:
    other = organizations.create_organization(name="Other", owner=cast.olga)
    teams.create_team(actor=cast.olga, organization=other, name="theirs", admin=cast.olga)
    for path in ("", "settings/", "delete/"):
        assert signed_in(cast.olga).get(f"{TEAMS}theirs/{path}").status_code == 404


def test_a_service_account_gets_keys_that_are_shown_once_and_die_with_it(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    own = browser.post(SERVICES, {"name": "nightly", "team": ""})["Location"]
    account = User.objects.get(full_name="nightly")
    assert (account.service_of, account.service_team) == (cast.organization, None)
    secrets = []
    for name, scope, days in (("a", "read", "30"), ("b", "write", "0"), ("c", "admin", "365")):
        response = browser.post(own, {"name": name, "scope": scope, "days": days})
        assert "no-store" in response["Cache-Control"]
        found = re.search(r"local-\w{40}", response.content.decode())
        assert found
        secrets.append(found[0])
    listed = browser.get(own).content.decode()
    assert not any(secret in listed for secret in secrets)
    assert [bool(key.expires_at) for key in account.api_keys.order_by("pk")] == [True, False, True]
    first = account.api_keys.get(name="a")
    for _ in range(2):
        assert browser.post(f"{own}keys/{first.pk}/revoke/").status_code == 302
    assert [bool(authenticate(secret)) for secret in secrets] == [False, True, True]
    assert "its API keys: jobs that use them stop working" in browser.get(own + "delete/").content.decode()
    for _ in range(2):
        assert browser.post(own + "delete/")["Location"] == SERVICES
    assert not any(authenticate(secret) for secret in secrets)
    assert browser.get(own).status_code == 404


def test_a_form_sent_twice_makes_one_account(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    assert [browser.post(SERVICES, {"name": "nightly", "team": ""}).status_code for _ in range(2)] == [302, 409]
    assert User.objects.filter(service_of=cast.organization).count() == 1


def test_a_team_admin_keeps_accounts_of_the_team_only(cast: Cast, tina: User, signed_in: Any) -> None:
    browser = signed_in(tina)
    assert browser.post(SERVICES, {"name": "wide", "team": ""}).status_code == 400
    own = browser.post(SERVICES, {"name": "narrow", "team": cast.team.pk})["Location"]
    account = User.objects.get(full_name="narrow")
    assert (account.service_team, role_in(cast.team, account)) == (cast.team, "member")
    assert browser.post(own, {"name": "a", "scope": "write", "days": "30"}).status_code == 200
    wide = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="wide")
    for path in ("", "delete/"):
        assert browser.get(f"{SERVICES}{wide.pk}/{path}").status_code == 403
    assert not wide.api_keys.exists()


@pytest.mark.parametrize(("who", "status"), [("adam", 403), ("mia", 403), ("vera", 403), ("otto", 404)])
def test_others_touch_no_service_account_and_no_key(cast: Cast, signed_in: Any, who: str, status: int) -> None:
    account = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="nightly")
    key, _ = create_key(actor=cast.olga, user=account, name="a")
    browser, own = signed_in(getattr(cast, who)), f"{SERVICES}{account.pk}/"
    assert browser.get(own).status_code == status
    assert browser.post(own, {"name": "b", "scope": "admin", "days": "0"}).status_code == status
    assert browser.post(f"{own}keys/{key.pk}/revoke/").status_code == status
    assert browser.post(own + "delete/").status_code == status
    assert browser.post(SERVICES, {"name": "mine", "team": ""}).status_code == status
    assert list(ApiKey.objects.all()) == [key]
    assert User.objects.get(pk=account.pk).is_active


def test_a_person_is_no_service_account(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    assert browser.post(f"{SERVICES}{cast.mia.pk}/", {"name": "b", "scope": "admin", "days": "0"}).status_code == 404
    assert browser.get(f"{SERVICES}{cast.mia.pk}/delete/").status_code == 404
    browser.post(f"{SERVICES}{cast.mia.pk}/delete/")
    assert User.objects.get(pk=cast.mia.pk).is_active


def test_a_key_that_cannot_be_is_refused(cast: Cast, signed_in: Any) -> None:
    account = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="nightly")
    for wrong in ({"name": ""}, {"scope": "god"}, {"days": "7"}):
        form = {"name": "a", "scope": "read", "days": "30"} | wrong
        assert signed_in(cast.olga).post(f"{SERVICES}{account.pk}/", form).status_code == 400
    assert not ApiKey.objects.exists()


def test_strangers_are_asked_to_sign_in(cast: Cast) -> None:
    for path in (TEAMS, VISION, SERVICES, VISION + "members/"):
        assert Client().post(path)["Location"].startswith("/accounts/login/")
