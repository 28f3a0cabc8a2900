"""The second factor: set up, asked for, lost, removed; and what rules passwords (T18)."""

from __future__ import annotations

import re
import time
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client

from access.models import User
from access.services import people
from common.errors import InvalidInputError
from events.models import Event
from tests.cast import PASSWORD, person

LOGIN, CODE, SECURITY = "/accounts/login/", "/accounts/code/", "/profile/security/"
APP, REMOVE, CODES = f"{SECURITY}app/", f"{SECURITY}app/remove/", f"{SECURITY}codes/"
AGAIN = "/accounts/password/again/"


def code_of(secret: str, shift: int = 0) -> str:
    """What the app shows, `shift` half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


@pytest.fixture
def walter(db: None) -> User:
    """Somebody with a password."""
    return person("walter", password=PASSWORD)


def sign_in(client: Client) -> Any:
    return client.post(LOGIN, {"login": "walter", "password": PASSWORD})


def set_up(client: Client) -> tuple[str, list[str]]:
    """Sign in, tie an app, and read the codes: its secret and the codes."""
    sign_in(client)
    client.post(f"{AGAIN}?next={APP}", {"password": PASSWORD})
    page = client.get(APP)
    secret = page.context["form"].secret
    done = client.post(APP, {"code": code_of(secret)})
    assert (done.status_code, done["Location"]) == (302, CODES)
    return secret, client.get(CODES).context["unused_codes"]


def test_setting_up_asks_for_the_password_and_draws_the_code_without_styles(client: Client, walter: User) -> None:
    sign_in(client)
    asked = client.get(APP)
    assert asked["Location"] == f"{AGAIN}?next=%2Fprofile%2Fsecurity%2Fapp%2F"
    assert client.post(asked["Location"], {"password": "wrong"}).status_code == 200
    assert client.get(APP).status_code == 302
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == APP
    page = client.get(APP).content.decode()
    assert "<svg" in page.split('class="qr')[1]
    assert not re.search(r'style="|src="data:|<\?xml', page)
    assert client.post(APP, {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_signing_in_then_asks_for_the_code(client: Client, walter: User) -> None:
    secret, _ = set_up(client)
    other = Client()
    assert sign_in(other)["Location"] == CODE
    assert other.get("/profile/").status_code == 302
    assert other.post(CODE, {"code": "000000"}).status_code == 200
    assert other.post(CODE, {"code": code_of(secret, 1)}).status_code == 302
    assert other.get("/profile/").status_code == 200


def test_a_code_works_once(client: Client, walter: User) -> None:
    secret, _ = set_up(client)
    code = code_of(secret, 1)
    first, second = Client(), Client()
    for visitor in (first, second):
        sign_in(visitor)
        visitor.post(CODE, {"code": code})
    assert [visitor.get("/profile/").status_code for visitor in (first, second)] == [200, 302]


def test_guessing_codes_comes_to_a_pause(client: Client, walter: User) -> None:
    secret, _ = set_up(client)
    guesser = Client()
    sign_in(guesser)
    for _ in range(5):
        guesser.post(CODE, {"code": "000000"})
    assert guesser.post(CODE, {"code": code_of(secret, 1)}).status_code == 200
    assert guesser.get("/profile/").status_code == 302


def test_a_recovery_code_is_shown_once_and_works_once(client: Client, walter: User) -> None:
    _, codes = set_up(client)
    assert len(codes) == 10
    assert all(code not in client.get(CODES).content.decode() for code in codes)
    for expected in (200, 302):
        other = Client()
        sign_in(other)
        other.post(CODE, {"code": codes[0]})
        assert other.get("/profile/").status_code == expected
    assert "9 recovery codes are left" in client.get(SECURITY).content.decode()
    client.post(f"{CODES}new/")
    assert set(client.get(CODES).context["unused_codes"]).isdisjoint(codes)


def test_removing_asks_again_and_is_recorded(client: Client, walter: User) -> None:
    secret, _ = set_up(client)
    other = Client()
    sign_in(other)
    other.post(CODE, {"code": code_of(secret, 1)})
    assert other.post(REMOVE)["Location"].startswith("/accounts/")
    assert Authenticator.objects.count() == 2
    assert client.post(REMOVE)["Location"] == SECURITY
    assert not Authenticator.objects.exists()
    changes = Event.objects.filter(object_id=walter.pk, type="user:changed").values_list("after", flat=True)
    assert list(changes) == [{"fields": ["second_factor"]}] * 2


def test_secrets_are_encrypted_at_rest(client: Client, walter: User, settings: Any) -> None:
    secret, codes = set_up(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    settings.SECRET_KEY = "another-secret-key-R8m2vK0qXw5tZb7yNc3dLf6hJg9sPa1u"
    assert not Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret, 1))
    assert not Authenticator.objects.get(type="recovery_codes").wrap().validate_code(codes[0])


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "walter@example.org", "Walter2026"])
def test_weak_passwords_are_refused(walter: User, password: str) -> None:
    """T18: too short, digits only, common, like the address or the name."""
    with pytest.raises(InvalidInputError):
        people.set_password(actor=walter, user=walter, password=password)
    walter.refresh_from_db()
    assert walter.check_password(PASSWORD)


def test_the_operator_removes_a_lost_factor(client: Client, walter: User) -> None:
    set_up(client)
    for _ in range(2):
        call_command("remove_second_factor", "Walter", stdout=StringIO())
    assert sign_in(Client())["Location"] == "/registry/"
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("remove_second_factor", "nobody")
