"""Signing in by name or address, the pause after wrong passwords, and what a wrong try does not tell."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from access.models import User
from access.services import people
from tests.cast import PASSWORD, person

LOGIN = "/accounts/login/"
LIMIT = 8


@pytest.fixture
def walter(db: None) -> User:
    """Somebody with a password."""
    return person("walter", password=PASSWORD)


def sign_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": login, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


@pytest.mark.parametrize("login", ["walter", "Walter", "walter@example.org", "WALTER@example.org"])
def test_one_signs_in_by_name_or_address(client: Client, walter: User, login: str) -> None:
    response = sign_in(client, login)
    assert (response.status_code, response["Location"]) == (302, "/registry/")
    assert is_in(client)


def test_the_form_says_what_it_takes(client: Client, db: None) -> None:
    page = client.get(LOGIN).content.decode()
    assert '<label for="id_login">Username or email</label>' in page
    assert "placeholder" not in page


def test_the_way_back_is_kept_and_leads_nowhere_else(client: Client, walter: User) -> None:
    assert client.get("/authorize")["Location"] == f"{LOGIN}?next=/authorize"
    response = client.post(LOGIN, {"login": "walter", "password": PASSWORD, "next": "https://evil.example/"})
    assert response["Location"] == "/registry/"


def test_eight_wrong_passwords_make_a_pause_for_the_right_one_too(client: Client, walter: User) -> None:
    logins = ["walter", "WALTER", "walter@example.org"] * 3
    for login in logins[: LIMIT - 1]:
        assert sign_in(client, login, "wrong").status_code == 200
    locked = sign_in(client, "walter", "wrong")
    assert locked.status_code == 429
    assert "after 15 minutes." in locked.content.decode()
    assert sign_in(client, "walter").status_code == 429
    assert sign_in(client, "walter@example.org").status_code == 429
    assert not is_in(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, "walter").status_code == 302


def test_the_pause_of_one_is_not_the_pause_of_another(client: Client, walter: User) -> None:
    person("mia", password=PASSWORD)
    for _ in range(LIMIT):
        sign_in(client, "walter", "wrong")
    assert sign_in(client, "mia").status_code == 302


def test_a_wrong_name_and_a_wrong_password_read_and_count_the_same(client: Client, walter: User) -> None:
    def said(login: str) -> tuple[int, str]:
        response = sign_in(client, login, "wrong")
        page = re.sub(r'(name="csrfmiddlewaretoken" value|"X-CSRFToken":) ?="?\S+', "", response.content.decode())
        return response.status_code, page.split("<main")[1].replace(login, "…")

    assert said("walter") == said("nobody")
    assert said("walter@example.org") == said("nobody@example.org")
    for _ in range(LIMIT - 1):
        response = sign_in(client, "nobody", "wrong")
    assert response.status_code == 429


def test_somebody_without_an_account_costs_as_much_work(
    client: Client, walter: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    sign_in(client, "walter", "wrong")
    known = len(hashed)
    sign_in(client, "nobody", "wrong")
    assert known == len(hashed) - known


def test_an_account_that_is_switched_off_stays_out(client: Client, walter: User) -> None:
    User.objects.filter(pk=walter.pk).update(is_active=False)
    response = sign_in(client, "walter")
    assert response.status_code == 302
    assert "inactive" in response["Location"]
    assert not is_in(client)


def test_without_a_password_nobody_signs_in(client: Client, db: None) -> None:
    person("walter")
    for password in ("", "!", "None"):
        assert sign_in(client, "walter", password).status_code == 200
    assert not is_in(client)


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(client: Client, walter: User) -> None:
    client.get(LOGIN)
    client.cookies["sessionid"] = "chosenbyanattacker00000000000000"
    sign_in(client, "walter")
    mine = client.cookies["sessionid"].value
    assert mine != "chosenbyanattacker00000000000000"
    assert client.get("/accounts/logout/").status_code == 200
    assert is_in(client)
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = mine
    assert not is_in(client)


def test_a_deleted_user_is_out_at_once(client: Client, walter: User) -> None:
    sign_in(client, "walter")
    people.delete_user(actor=None, user=walter)
    assert not is_in(client)
    assert sign_in(client, "walter").status_code == 200


@pytest.mark.parametrize("path", ["email/", "password/set/", "social/signup/"])
def test_accounts_have_no_other_door(client: Client, db: None, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code in {302, 404}
    client.post(f"/accounts/{path}", {"username": "eve", "email": "eve@example.org", "password1": PASSWORD})
    assert not User.objects.exists()


def test_signing_in_needs_the_forms_token(walter: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, "walter").status_code == 403
