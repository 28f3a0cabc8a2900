"""API keys at the door: what opens, and what a refusal says."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client

from access.models import ApiKey, User
from access.services.keys import create_key, revoke_key
from tests.cast import Cast

VIEWER = json.dumps({"query": "query Viewer { viewer { username } }", "variables": None, "operationName": ""})


def ask(client: Client, authorization: str = "") -> tuple[int, str]:
    """Who am I? The status and the answer."""
    headers = {"Authorization": authorization} if authorization else {}
    response = client.post("/graphql", VIEWER, content_type="application/json", headers=headers)
    return response.status_code, response.content.decode()


def basic(secret: str, user: str = "api") -> str:
    """The header as the SDK sends it."""
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


@pytest.fixture
def key(cast: Cast) -> tuple[ApiKey, str]:
    """A key of mia."""
    return create_key(actor=cast.mia, user=cast.mia, name="laptop")


def test_a_key_opens_as_basic_and_as_bearer(client: Client, key: tuple[ApiKey, str]) -> None:
    for authorization in (
        basic(key[1]),
        basic(key[1], "anything"),
        f"Bearer {key[1]}",
        basic(key[1]).replace("Basic", "basic"),
    ):
        status, answer = ask(client, authorization)
        assert status == 200
        assert '"mia"' in answer


@pytest.mark.parametrize(
    "authorization", ["", "Basic", "Basic %%%", "Basic /w==", "Bearer", "Digest x", basic(""), "Basic YQ=="]
)
def test_no_key_is_401_and_says_what_to_send(client: Client, cast: Cast, authorization: str) -> None:
    status, answer = ask(client, authorization)
    assert status == 401
    assert "api:KEY" in json.loads(answer)["errors"][0]["message"]


def test_a_wrong_revoked_or_orphaned_key_is_401_and_says_where_to_get_one(
    client: Client, key: tuple[ApiKey, str]
) -> None:
    def refused(secret: str) -> None:
        status, answer = ask(client, basic(secret))
        assert status == 401
        assert "/authorize" in json.loads(answer)["errors"][0]["message"]
        assert secret not in answer

    refused("local-" + "f" * 40)
    User.objects.filter(username="mia").update(is_active=False)
    refused(key[1])
    User.objects.filter(username="mia").update(is_active=True)
    revoke_key(actor=key[0].user, key=key[0])
    refused(key[1])


def test_a_session_does_not_open_the_scripts_door(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mia, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert ask(client)[0] == 401
