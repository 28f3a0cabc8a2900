"""What all routes share: keys, refusals in one shape, bodies that are checked, pages."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access.models import ApiKey, User
from access.services.keys import create_key
from access.services.organizations import remove_member
from artifacts.models import Artifact
from events.models import Event
from registries.models import Collection
from tests.rest_api.conftest import NETS, ROOT, SHELF, TRAINING, Ask, World

ACME = "/organizations/Acme"


def get(key: str = "", authorization: str = "", path: str = "/me") -> Any:
    return Client().get(ROOT + path, headers={"Authorization": authorization or f"Bearer {key}"})


def test_a_key_is_taken_as_bearer_and_by_basic(mia: User) -> None:
    _, key = create_key(actor=mia, user=mia, name="laptop", scope="read")
    basic = "Basic " + base64.b64encode(f"api:{key}".encode()).decode()
    for answer in (get(key), get(authorization=basic)):
        assert answer.status_code == 200
        assert answer.json()["username"] == "mia"
        assert answer.json()["organizations"] == [{"name": "Acme", "role": "member"}]
        assert answer.json()["key"] == {"name": "laptop", "scope": "read", "expires_at": None}


def test_keys_that_do_not_live_are_refused_alike(mia: User) -> None:
    row, expired = create_key(actor=mia, user=mia, name="old", expires_at=timezone.now() + timedelta(hours=1))
    ApiKey.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    _, alive = create_key(actor=mia, user=mia, name="new")
    User.objects.filter(pk=mia.pk).update(is_active=False)
    answers = [get(key) for key in (expired, alive, "local-" + "0" * 40, "x")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["error"]["code"] == "unauthenticated"
    assert answers[0].headers["WWW-Authenticate"].startswith("Basic")


def test_a_session_opens_nothing(signed_in: Any, world: World) -> None:
    """So a page of somebody else's cannot post with it (T17)."""
    browser = signed_in(world.cast.olga)
    assert browser.get(f"{ROOT}/me").status_code == 401
    answer = browser.delete(f"{ROOT}{NETS}")
    assert answer.status_code == 401
    assert Collection.objects.filter(deleted_at=None, name="nets").exists()


def test_hidden_and_absent_answer_alike(world: World, ask: Ask) -> None:
    pairs = [
        (f"GET {SHELF}", f"GET {ACME}/registries/Nothing"),
        (f"GET {NETS}", f"GET {ACME}/registries/Nothing/collections/nets"),
        (f"GET {TRAINING}", "GET /projects/vision/nothing"),
        (f"GET /uploads/{world.versions[0].pk}", "GET /uploads/999999"),
        (f"GET {ACME}", "GET /organizations/Nothing"),
    ]
    for hidden, absent in pairs:
        answers = [ask(world.cast.otto, route) for route in (hidden, absent)]
        assert [answer.status for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    stranger = [
        ask(world.cast.adam, f"POST {SHELF}/collections/c/versions", {"version": pk}).content
        for pk in (_personal_version(world), 999_999)
    ]
    assert stranger[0] == stranger[1]


def _personal_version(world: World) -> int:
    from tests.making import log_version, project_of

    mia = world.cast.mia
    assert mia.namespace is not None
    return log_version(mia, project_of(mia, mia.namespace, "own"), {"s.txt": b"secret"}, name="hidden").pk


def test_a_link_shows_no_trace_of_a_source_that_one_may_not_see(world: World, ask: Ask) -> None:
    """C20."""
    for route in (
        f"GET {NETS}/versions",
        f"GET {NETS}/versions/latest",
        f"GET {NETS}/versions/v0/files",
        f"GET {NETS}",
    ):
        told = ask(world.cast.rita, route).content.decode()
        assert "training" not in told
        assert '"net"' not in told
    shown = ask(world.cast.mia, f"GET {NETS}/versions/latest").json["source"]
    assert shown == {"entity": "vision", "project": "training", "artifact": "net", "version": "v1"}


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        (f"POST {ACME}/registries", {"name": "R", "colour": "red"}, "colour"),
        (f"POST {ACME}/registries", {}, "name"),
        (f"POST {ACME}/registries", {"name": 5}, "name"),
        (f"POST {ACME}/registries", {"name": "R", "visibility": "public"}, "visibility"),
        (f"PUT {ACME}/members/mia", {"role": "king"}, "role"),
        (f"GET {ACME}/members?limit=0", None, "limit"),
        (f"GET {ACME}/members?limit=101", None, "limit"),
        ("GET /uploads/first", None, "id"),
        (f"GET /uploads/{2**63}", None, "id"),
        (f"POST {TRAINING}/uploads", {"artifact": "n", "type": "m", "files": [{"path": "a"}]}, "files.0.size"),
        (
            f"POST {TRAINING}/uploads",
            {
                "artifact": "n",
                "type": "m",
                "files": [{"path": str(n), "size": 1, "md5": "0" * 32} for n in range(1001)],
            },
            "files",
        ),
    ],
)
def test_bad_input_is_named_and_changes_nothing(world: World, ask: Ask, route: str, body: Any, field: str) -> None:
    ask(world.cast.olga, "GET /me")
    events = Event.objects.count()
    answer = ask(world.cast.olga, route, body)
    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["field"]) == (400, "invalid", field)
    assert field in answer.message
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    ("route", "body"),
    [
        (f"GET {ACME}/members?cursor=made-up", None),
        (f"PUT {SHELF}/protected-aliases/latest", {}),
        (f"PUT {NETS}/versions/v0/aliases/v7", {}),
        (f"PUT {NETS}/tags/no!", {}),
        (f"POST {ACME}/registries", {"name": "a/b"}),
        (f"POST {ACME}/invitations", {"role": "member", "team": "vision", "days": 91}),
        (
            f"POST {TRAINING}/uploads",
            {"artifact": "n", "type": "m", "files": [{"path": "../a", "size": 1, "md5": "0" * 32}]},
        ),
        (f"POST {TRAINING}/uploads", {"artifact": "n", "type": "m", "metadata": {"a": "\0"}}),
        (f"POST {TRAINING}/uploads", {"artifact": "n", "type": "m", "description": "\ud800"}),
        (f"PUT {SHELF}/owner", {"username": "\0"}),
    ],
)
def test_what_cannot_be_stored_is_refused(world: World, ask: Ask, route: str, body: Any) -> None:
    answer = ask(world.cast.olga, route, body)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "text", ["{", "[]", '"a"', "null", '{"name": NaN}', "[" * 100_000, '{"name": "\\u0000"}', "\xff"]
)
def test_a_body_that_is_no_json_object_is_refused(world: World, text: str) -> None:
    _, key = create_key(actor=world.cast.mia, user=world.cast.mia, name="test")
    answer = Client().post(
        f"{ROOT}{ACME}/registries",
        text.encode("latin-1"),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_a_body_beyond_the_limit_is_413(world: World, ask: Ask, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = ask(world.cast.olga, f"PATCH {NETS}", {"description": "x" * 2000})
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")


def test_wrong_methods_and_addresses_answer_as_json(world: World, ask: Ask) -> None:
    answer = ask(world.cast.olga, f"PUT {NETS}")
    assert (answer.status, answer.json["error"]["code"]) == (405, "method_not_allowed")
    assert set(answer.response.headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH", "DELETE"}
    for path in ("/", "/nothing", "/organizations/Acme/nothing/", "/me/"):
        answer = ask(world.cast.olga, f"GET {path}")
        assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


def test_a_failure_of_the_server_says_nothing_of_its_inside(
    world: World, ask: Ask, monkeypatch: Any, caplog: Any
) -> None:
    monkeypatch.setattr("rest_api.resources.me.MOST", "broken")
    answer = ask(world.cast.mia, "GET /me")
    assert (answer.status, answer.json["error"]["code"]) == (500, "broken")
    assert "REST failed at /api/v1/me" in caplog.text


def test_pages_follow_one_another_and_hold_everything_once(world: World, ask: Ask) -> None:
    names = [f"c{number:02}" for number in range(7)]
    Collection.objects.bulk_create(
        Collection(registry=world.cast.registry, name=name, name_key=name, type="model") for name in names
    )
    seen, cursor = [], ""
    while True:
        page = ask(world.cast.rita, f"GET {SHELF}/collections?limit=3&cursor={cursor}").json
        assert len(page["items"]) <= 3
        seen += [row["name"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [*names, "nets"]
    wrong = ask(world.cast.rita, f"GET {NETS}/versions?cursor={_cursor(world, ask)}")
    assert wrong.status == 400


def _cursor(world: World, ask: Ask) -> str:
    return str(ask(world.cast.rita, f"GET {SHELF}/collections?limit=1").json["next"])


def test_lists_narrow(world: World, ask: Ask) -> None:
    Artifact.objects.create(project=world.project, name="data", type="dataset")
    asked = {
        f"GET {TRAINING}/artifacts?type=dataset": ["data"],
        f"GET {SHELF}/collections?q=NET": ["nets"],
        f"GET {SHELF}/collections?type=dataset": [],
        "GET /projects?entity=vision": ["training"],
    }
    for route, names in asked.items():
        assert [row["name"] for row in ask(world.cast.mia, route).json["items"]] == names


def test_why_somebody_has_a_role_is_told(world: World, ask: Ask) -> None:
    """F30."""
    rows = {row["username"]: row for row in ask(world.cast.rita, f"GET {SHELF}/members/users").json["items"]}
    assert set(rows) == {"adam", "mia", "olga", "rita", "tina", "vera", world.heirs["ci"].username}
    assert (rows["rita"]["role"], rows["rita"]["granted"]) == ("restricted_viewer", "restricted_viewer")
    assert {"role": "admin", "kind": "organization admin", "team": None} in rows["olga"]["why"]
    answer = ask(world.cast.adam, f"PUT {SHELF}/members/teams/vision", {"role": "admin"})
    assert answer.json == {"team": "vision", "role": "admin"}
    vera = next(
        row for row in ask(world.cast.adam, f"GET {SHELF}/members/users").json["items"] if row["username"] == "vera"
    )
    assert (vera["role"], vera["granted"]) == ("admin", "viewer")
    assert vera["why"][0] == {"role": "admin", "kind": "team grant", "team": "vision"}


def test_an_address_is_shown_to_admins_of_the_organization_only(world: World, ask: Ask) -> None:
    emails = [ask(person, f"GET {ACME}/members/mia").json["email"] for person in (world.cast.olga, world.cast.vera)]
    assert emails == ["mia@example.org", None]


def test_a_deactivated_member_comes_back_with_everything(world: World, ask: Ask) -> None:
    olga = world.cast.olga
    assert ask(olga, f"POST {ACME}/members/mia/deactivate").status == 204
    assert ask(world.cast.mia, f"GET {SHELF}").status == 404
    assert [row["username"] for row in ask(olga, f"GET {ACME}/deactivated-members").json["items"]] == ["mia"]
    assert ask(olga, f"POST {ACME}/members/mia/reactivate").status == 204
    assert ask(world.cast.mia, f"GET {SHELF}").json["role"] == "member"


def test_a_stranger_is_not_added_by_name(world: World, ask: Ask) -> None:
    """Whether an account exists is not told to the admins of organizations it has no part in."""
    answers = [ask(world.cast.olga, f"PUT {ACME}/members/{name}", {"role": "member"}) for name in ("otto", "nobody")]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].message.replace("otto", "nobody") == answers[1].message


def test_a_key_of_a_service_account_works_until_it_is_revoked(world: World, ask: Ask) -> None:
    olga = world.cast.olga
    account = ask(olga, f"POST {ACME}/service-accounts", {"name": "ci", "team": "vision"}).json["username"]
    keys = f"{ACME}/service-accounts/{account}/keys"
    past = (timezone.now() - timedelta(days=1)).isoformat()
    assert ask(olga, f"POST {keys}", {"name": "k", "expires_at": past}).status == 400
    made = ask(olga, f"POST {keys}", {"name": "k", "scope": "write"}).json
    assert get(made["secret"]).json()["is_service"] is True
    assert get(made["secret"], path=TRAINING).json()["role"] == "member"
    listed = ask(olga, f"GET {keys}").json["items"]
    assert [row["hint"] for row in listed] == [made["secret"][-4:]]
    assert made["secret"] not in json.dumps(listed)
    assert ask(olga, f"DELETE {keys}/{made['id']}").status == 204
    assert get(made["secret"]).status_code == 401


def test_who_left_sees_nothing(world: World, ask: Ask) -> None:
    remove_member(actor=world.cast.olga, organization=world.cast.organization, user=world.cast.mia)
    assert ask(world.cast.mia, "GET /organizations").json == {"items": [], "next": None}
    assert ask(world.cast.mia, "GET /projects").json["items"] == []
