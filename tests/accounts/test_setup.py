"""The set-up page of an empty server: with the token of the log, once."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.test import Client

from access.models import Organization, OrganizationMembership, Team, User
from common.errors import NotFoundError
from operations.setup import found_server, token
from registries.models import Registry
from tests.cast import Cast
from tests.servers import Server

FIELDS = {
    "organization": "Acme Labs",
    "team": "vision",
    "username": "olga",
    "full_name": "Olga Lind",
    "email": "olga@example.org",
    "password": "a long passphrase",
}


def address(given: str | None = None) -> str:
    return f"/setup/?token={token() if given is None else given}"


@pytest.mark.django_db
def test_it_makes_the_first_admin_organization_and_team_and_signs_in(client: Client) -> None:
    assert client.get(address()).status_code == 200
    response = client.post(address(), FIELDS)
    assert (response.status_code, response["Location"]) == (302, "/registry/")
    olga = User.objects.get()
    assert (olga.username, olga.full_name, olga.email, olga.is_superuser) == (
        "olga",
        "Olga Lind",
        "olga@example.org",
        True,
    )
    assert olga.check_password("a long passphrase")
    assert str(olga.default_namespace) == "vision"
    assert OrganizationMembership.objects.get().role == "admin"
    assert Team.objects.get().memberships.get().role == "admin"
    assert sorted(Registry.objects.values_list("name", flat=True)) == ["dataset", "model"]
    assert client.get("/orgs/Acme%20Labs/members/").status_code == 200


@pytest.mark.django_db
def test_the_address_is_told_to_nobody_and_kept_nowhere(client: Client) -> None:
    response = client.get(address())
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "0" * 64, "é", "x" * 5000])
def test_without_the_token_there_is_nothing(client: Client, given: str) -> None:
    assert client.get(address(given)).status_code == 404
    assert client.post(address(given), FIELDS).status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_once_there_is_an_account_the_right_token_and_a_wrong_one_read_the_same(
    client: Client, cast: Cast, method: str
) -> None:
    right, wrong = (getattr(client, method)(address(given), FIELDS) for given in (token(), "0" * 64))
    assert right.status_code == wrong.status_code == 404
    csrf = re.compile(r'X-CSRFToken": "\w*"')
    assert csrf.sub("", right.content.decode()) == csrf.sub("", wrong.content.decode())
    assert Organization.objects.get() == cast.organization


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"password": "short"}, "too short"),
        ({"password": "olga@example.org"}, "too similar"),
        ({"username": "admin"}, "kept for the server"),
        ({"username": "a b"}, "consists of letters"),
        ({"email": "nowhere"}, "valid email"),
        ({"team": "olga"}, "is taken"),
        ({"team": ""}, "required"),
        ({"organization": "a/b"}, "holds none of"),
    ],
)
def test_what_cannot_be_is_refused_whole(client: Client, wrong: dict[str, str], why: str) -> None:
    response = client.post(address(), FIELDS | wrong)
    assert response.status_code in {400, 409}
    assert why in response.content.decode()
    assert not User.objects.exists()
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_the_front_of_an_empty_server_tells_where_to_look_and_not_the_token(client: Client) -> None:
    page = client.get("/", follow=True).content.decode()
    assert "no account yet" in page
    assert token() not in page


def test_a_server_with_accounts_says_nothing_of_it(client: Client, cast: Cast) -> None:
    assert "no account yet" not in client.get("/", follow=True).content.decode()


@pytest.mark.django_db
def test_the_second_submission_finds_nothing() -> None:
    found_server(given=token(), **FIELDS)
    with pytest.raises(NotFoundError):
        found_server(given=token(), **FIELDS | {"username": "eve", "organization": "Evil", "team": "evil"})
    assert User.objects.count() == 1


def test_the_log_has_the_address_and_of_two_at_once_one_sets_up(server: Server) -> None:
    found = re.search(r"set this server up at (\S+)", server.log)
    assert found, server.log
    both_see_the_page = threading.Barrier(2)

    def set_up(name: str) -> int:
        browser = requests.Session()
        csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(found[1], timeout=60).text)
        assert csrf
        mine = FIELDS | {"username": name, "organization": name * 2, "team": name * 3, "email": f"{name}@example.org"}
        both_see_the_page.wait()
        sent = mine | {"csrfmiddlewaretoken": csrf[1]}
        return browser.post(found[1], sent, timeout=60, allow_redirects=False).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(set_up, ("olga", "otto"))) == [302, 404]
    assert requests.get(found[1], timeout=60).status_code == 404
    server.restart()
    assert "set this server up" not in server.log.rpartition("listening")[2]
