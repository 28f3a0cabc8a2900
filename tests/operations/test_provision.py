"""`manage.py provision`: each op, twice; what is refused, and that the refusal changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from access.models import ApiKey, Namespace, Organization, OrganizationMembership, Team, TeamMembership, User
from access.services.keys import authenticate
from events.models import Event
from operations.provision import answer
from registries.models import Registry
from tests.servers import ROOT, Server

KEY = "local-" + "0123456789abcdef" * 3
OTHER_KEY = "A_b-" + "9" * 40
pytestmark = pytest.mark.django_db


def say(op: str, **fields: Any) -> dict[str, Any]:
    """One line and its answer."""
    return answer(json.dumps({"op": op, **fields}).encode())


def done(op: str, **fields: Any) -> dict[str, Any]:
    """One line that must succeed, sent twice: the second time changes nothing and answers the same, but for secrets."""
    first = say(op, **fields)
    assert first["ok"], first
    events = Event.objects.count()
    again = say(op, **fields)
    assert again["ok"]
    assert Event.objects.count() == events
    silent = {"api_key", "created", "deleted"}
    assert {key: value for key, value in again.items() if key not in silent} == {
        key: value for key, value in first.items() if key not in silent
    }
    return first


def refused(op: str, **fields: Any) -> str:
    """One line that must be refused without any change; why."""
    before = [model.objects.count() for model in (User, Namespace, Organization, Team, ApiKey, Event)]
    said = say(op, **fields)
    assert said["ok"] is False
    assert [model.objects.count() for model in (User, Namespace, Organization, Team, ApiKey, Event)] == before
    return str(said["error"])


@pytest.fixture
def acme() -> dict[str, Any]:
    """olga, mia, and the organization of olga."""
    done("user", username="olga")
    done("user", username="mia")
    return done("organization", name="Acme Corp", owner="olga")


def test_a_user_gets_a_namespace_and_a_key_that_is_answered_once() -> None:
    said = done("user", username="mia", email="mia@example.org", password="correct horse")
    assert said["entity"] == said["default_entity"] == "mia"
    assert authenticate(said["api_key"]).user.username == "mia"  # type: ignore[union-attr]
    assert "api_key" not in say("user", username="mia")
    assert ApiKey.objects.count() == 1


def test_a_chosen_key_replaces_the_one_before() -> None:
    done("user", username="mia", api_key=KEY)
    assert authenticate(KEY)
    done("user", username="mia", api_key=OTHER_KEY)
    assert authenticate(OTHER_KEY)
    assert authenticate(KEY) is None


@pytest.mark.parametrize("key", ["a" * 40, "a" * 1024, "on.prem-" + "a" * 40, "-".join("a" * 8 for _ in range(6))])
def test_a_key_that_the_sdk_takes_is_taken(key: str) -> None:
    done("user", username="mia", api_key=key)
    assert authenticate(key)


@pytest.mark.parametrize("key", ["short", "é" * 40, "local-" + "a" * 33, "a" * 1025, "a" * 39 + " ", ""])
def test_a_key_that_the_sdk_would_refuse_is_refused(key: str) -> None:
    assert "40" in refused("user", username="mia", api_key=key)


def test_a_key_of_somebody_else_is_refused() -> None:
    done("user", username="mia", api_key=KEY)
    assert "in use" in refused("user", username="otto", api_key=KEY)


def test_a_changed_password_replaces() -> None:
    done("user", username="mia", password="correct horse")
    done("user", username="mia", password="battery staple")
    user = User.objects.get(username="mia")
    assert user.check_password("battery staple")
    assert not user.check_password("correct horse")
    assert "8" in refused("user", username="mia", password="short")


def test_admin_is_the_operator_until_told_otherwise() -> None:
    done("user", username="mia", admin=True)
    done("user", username="mia", email="mia@example.org")
    assert User.objects.get(username="mia").is_superuser
    done("user", username="mia", admin=False)
    assert not User.objects.get(username="mia").is_superuser


@pytest.mark.parametrize(
    "name", ["graphql", "Orgs", "deleted-7", "a/b", "a b", "", " a", "..", "日本", "a" * 129, "x\0y", "\ud800"]
)
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: str) -> None:
    assert refused("user", username=name)


def test_names_that_differ_in_case_alone_are_the_same_person() -> None:
    first = done("user", username="Mia")
    assert say("user", username="mia")["id"] == first["id"]


def test_an_address_belongs_to_one_account() -> None:
    done("user", username="mia", email="mia@example.org")
    assert "another account" in refused("user", username="otto", email="MIA@example.org")
    assert "e-mail" in refused("user", username="otto", email="nowhere")


def test_an_organization_gets_its_slug_and_the_core_registries(acme: dict[str, Any]) -> None:
    assert acme["entity"] == "acme-corp"
    registries = Registry.objects.filter(organization=acme["id"], is_core=True)
    assert sorted(registry.name for registry in registries) == ["dataset", "model"]
    assert OrganizationMembership.objects.get(user__username="olga").role == "admin"


def test_an_organization_whose_name_is_an_entity_keeps_it_and_may_start_empty() -> None:
    done("user", username="olga")
    said = done("organization", name="Acme", owner="olga", core_registries=False)
    assert said["entity"] == "Acme"
    assert not Registry.objects.exists()


def test_a_name_without_latin_letters_gets_an_entity_too() -> None:
    done("user", username="olga")
    assert done("organization", name="日本", owner="olga")["entity"].startswith("org-")


def test_a_taken_name_is_refused_whatever_took_it(acme: dict[str, Any]) -> None:
    assert "taken" in refused("organization", name="Olga", owner="olga")
    assert "taken" in refused("organization", name="acme-corp", owner="olga")
    assert "taken" in refused("team", organization="Acme Corp", name="MIA", admin="olga")
    assert "taken" in refused("user", username="acme-corp")


def test_roles_change_but_the_last_admin_stays(acme: dict[str, Any]) -> None:
    done("organization_member", organization="acme corp", username="mia", role="viewer")
    assert "last admin" in refused("organization_member", organization="Acme Corp", username="olga", role="member")
    done("organization_member", organization="Acme Corp", username="mia", role="admin")
    done("organization_member", organization="Acme Corp", username="olga", role="member")
    assert "admin, member, viewer" in refused(
        "organization_member", organization="Acme Corp", username="mia", role="boss"
    )


def test_members_of_a_team_become_members_of_the_organization(acme: dict[str, Any]) -> None:
    done("team", organization="Acme Corp", name="vision", admin="mia")
    assert OrganizationMembership.objects.get(user__username="mia").role == "member"
    done("user", username="vera")
    done("team_member", team="Vision", username="vera", role="viewer")
    done("team_member", team="vision", username="vera", role="member")
    assert TeamMembership.objects.get(user__username="vera").role == "member"
    assert OrganizationMembership.objects.filter(user__username="vera").exists()


def test_a_team_of_another_organization_is_not_taken_over(acme: dict[str, Any]) -> None:
    done("organization", name="Rival", owner="mia")
    done("team", organization="Rival", name="vision", admin="mia")
    assert "belongs to the organization Rival" in refused("team", organization="Acme Corp", name="vision", admin="olga")


def test_the_default_entity_is_ones_own_or_a_team_of_ones_own(acme: dict[str, Any]) -> None:
    done("team", organization="Acme Corp", name="vision", admin="olga")
    assert "no team" in refused("default_entity", username="mia", entity="vision")
    done("team_member", team="vision", username="mia", role="member")
    assert say("user", username="mia")["default_entity"] == "mia"
    done("default_entity", username="mia", entity="vision")
    assert say("user", username="mia")["default_entity"] == "vision"
    assert "registries only" in refused("default_entity", username="mia", entity="acme-corp")
    assert "no team" in refused("default_entity", username="mia", entity="olga")
    done("default_entity", username="mia", entity="mia")


def test_a_deleted_user_leaves_nothing_but_a_pseudonym(acme: dict[str, Any]) -> None:
    done("user", username="vera", email="vera@example.org", api_key=KEY)
    done("organization_member", organization="Acme Corp", username="vera", role="admin")
    assert done("delete_user", username="vera")["deleted"] is True
    gone = User.objects.exclude(deleted_at=None).get()
    assert gone.username == gone.namespace.name == f"deleted-{gone.namespace_id}"  # type: ignore[union-attr]
    assert (gone.email, gone.full_name, gone.is_active, gone.has_usable_password()) == ("", "", False, False)
    assert authenticate(KEY) is None
    assert not OrganizationMembership.objects.filter(user=gone).exists()
    assert done("user", username="vera", email="vera@example.org", api_key=KEY)["id"] != gone.pk


def test_a_deleted_organization_frees_its_names(acme: dict[str, Any]) -> None:
    done("team", organization="Acme Corp", name="vision", admin="mia")
    done("default_entity", username="mia", entity="vision")
    assert done("delete_organization", name="Acme Corp")["deleted"] is True
    assert say("user", username="mia")["default_entity"] == "mia"
    assert not Registry.objects.alive().exists()
    assert "no team" in refused("team_member", team="vision", username="mia", role="member")
    assert done("organization", name="Acme Corp", owner="mia")["id"] != acme["id"]
    done("team", organization="Acme Corp", name="vision", admin="mia")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"nonsense", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "one JSON object"),
        (b"{}", "Unknown op"),
        (b'{"op": 7}', "Unknown op"),
        (b'{"op": "nope"}', "delete_organization"),
        (b'{"op": "user"}', "lacks the field 'username'"),
        (b'{"op": "user", "username": null}', "lacks the field 'username'"),
        (b'{"op": "user", "username": 7}', "takes a text"),
        (b'{"op": "user", "username": "mia", "admin": "yes"}', "true or false"),
        (b'{"op": "user", "username": "mia", "boss": true}', "Unknown field 'boss'"),
        (b'{"op": "team", "organization": "x", "name": "y", "admin": "z"}', "no organization 'x'"),
    ],
)
def test_a_line_that_cannot_be_read_says_how_to_mend_it(line: bytes, why: str) -> None:
    said = answer(line)
    assert said["ok"] is False
    assert why in said["error"]


@pytest.mark.django_db(transaction=True)
def test_it_answers_line_by_line_beside_a_running_server(server: Server) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "provision"]
    with subprocess.Popen(command, env=server.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        for line, good in (
            ('{"op":"user","username":"mia"}', True),
            ("nonsense", False),
            ('{"op":"delete_user","username":"mia"}', True),
        ):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["ok"] is good
        process.stdin.close()
        assert process.wait(30) == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_does_as_well_and_success_is_status_0(server: Server) -> None:
    lines = server.data / "people.jsonl"
    lines.write_text('{"op":"user","username":"olga"}\n\n{"op":"organization","name":"Acme","owner":"olga"}\n')
    command = [sys.executable, str(ROOT / "manage.py"), "provision", str(lines)]
    for _ in range(2):
        finished = subprocess.run(command, env=server.env, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stderr
        assert [json.loads(line)["ok"] for line in finished.stdout.splitlines()] == [True, True]
