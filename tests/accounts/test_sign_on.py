"""Sign-on by OpenID Connect: a real provider over loopback, and where its groups belong."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured

from access.models import OrganizationMembership, TeamMembership, User
from access.services import keys, organizations, people, service_accounts, teams
from accounts import sign_on
from events.models import Event
from registry_project import oidc
from tests.cast import PASSWORD, Cast, person
from tests.servers import Server, Template, manage

MAPPING = {
    "*": {"organization": "Acme", "role": "viewer"},
    "engineers": {"organization": "Acme", "team": "vision"},
    "leads": {"organization": "acme", "role": "admin", "team": "vision", "team_role": "admin"},
    "ghosts": {"organization": "Nowhere"},
}
GIVEN = oidc.DEFAULTS | {
    "VITRINE_OIDC_ISSUER": "https://login.example.org/",
    "VITRINE_OIDC_CLIENT_ID": "vitrine",
    "VITRINE_OIDC_CLIENT_SECRET": "secret",
    "VITRINE_OIDC_MAPPING": json.dumps(MAPPING),
}


@pytest.fixture
def walter(cast: Cast, settings: Any) -> User:
    """Somebody outside of Acme, while the mapping above holds."""
    settings.OIDC = oidc.read(GIVEN)
    return person("walter")


def places(user: User) -> tuple[str | None, str | None]:
    """The roles in Acme and in its team."""
    in_organization = OrganizationMembership.objects.filter(user=user).values_list("role", flat=True).first()
    return in_organization, TeamMembership.objects.filter(user=user).values_list("role", flat=True).first()


def test_memberships_follow_the_groups(walter: User, cast: Cast) -> None:
    for groups, expected in [
        ([], ("viewer", None)),
        (["engineers", "others", "ghosts"], ("member", "member")),
        (["leads", "engineers"], ("admin", "admin")),
        (["engineers"], ("member", "member")),
        ([], ("viewer", None)),
    ]:
        for _ in range(2):
            sign_on.settle(walter, groups)
            assert places(walter) == expected
    events = Event.objects.filter(object_id=walter.pk, object_type="user").exclude(type="user:created")
    assert events.count() == 10  # 5 roles in Acme, 3 in the team and its end, the default entity; repeats add nothing


def test_what_was_given_by_hand_stays(walter: User, cast: Cast) -> None:
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=walter, role="member")
    teams.set_member(actor=cast.olga, team=cast.team, user=walter, role="viewer")
    for groups in (["leads"], [], ["engineers"]):
        sign_on.settle(walter, groups)
        assert places(walter) == ("member", "viewer")


def test_a_role_changed_by_hand_holds_until_the_mapping_changes(walter: User, cast: Cast) -> None:
    sign_on.settle(walter, ["engineers"])
    teams.set_member(actor=cast.olga, team=cast.team, user=walter, role="admin")
    sign_on.settle(walter, ["engineers"])
    assert places(walter) == ("member", "admin")
    sign_on.settle(walter, [])
    assert places(walter) == ("viewer", None)


def test_the_last_admin_stays(walter: User, cast: Cast) -> None:
    sign_on.settle(walter, ["leads"])
    organizations.remove_member(actor=cast.olga, organization=cast.organization, user=cast.olga)
    sign_on.settle(walter, [])
    assert places(walter) == ("admin", None)


def test_who_was_deactivated_stays_out(walter: User, cast: Cast) -> None:
    sign_on.settle(walter, ["engineers"])
    organizations.deactivate_member(actor=cast.olga, organization=cast.organization, user=walter)
    for groups in (["leads"], []):
        sign_on.settle(walter, groups)
        assert places(walter) == (None, None)
        assert walter.deactivated.count() == 1


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "nina"}, "nina"),
        ({"preferred_username": "WALTER"}, "WALTER-2"),
        ({"preferred_username": "nina.ó brien@example.org"}, "nina.-brien"),
        ({"email": "nina@example.org"}, "nina"),
        ({"preferred_username": "settings"}, "settings-2"),
        ({"preferred_username": "二名"}, "user"),
        ({}, "user"),
    ],
)
def test_a_new_account_gets_a_name_that_can_be_one(walter: User, claims: dict[str, Any], name: str) -> None:
    user = sign_on.admit(claims)
    assert (user.username, user.email, user.has_usable_password()) == (name, "", False)


def test_only_a_verified_address_leads_to_an_account_and_ends_what_else_opened_it(walter: User, cast: Cast) -> None:
    people.set_password(actor=None, user=walter, password=PASSWORD)
    keys.create_key(actor=walter, user=walter, name="laptop")
    for unverified in ({}, {"email_verified": False}, {"email_verified": "false"}):
        assert sign_on.admit({"email": walter.email, **unverified}) != walter
    assert walter.api_keys.count() == 1
    assert sign_on.admit({"email": "Walter@example.org", "email_verified": True}) == walter
    walter.refresh_from_db()
    assert not walter.has_usable_password()
    assert not walter.api_keys.exists()


def test_sign_on_never_leads_to_a_service_account(walter: User, cast: Cast) -> None:
    robot = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="robot")
    assert sign_on.admit({"preferred_username": robot.username}) != robot


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ISSUER", "http://login.example.org", "as the provider names it"),
        ("CLIENT_SECRET", "", "VITRINE_OIDC_CLIENT_SECRET is absent"),
        ("MAPPING", "{", "is no JSON"),
        ("MAPPING", "[]", "is no object"),
        ("MAPPING", '{"a": {"team": "vision"}}', "names for 'a' no organization"),
        ("MAPPING", '{"a": {"organization": "Acme", "role": "owner"}}', "a role other than"),
        ("MAPPING", '{"a": {"organization": "Acme", "team": 1}}', "a value that is no text"),
    ],
)
def test_a_setting_that_cannot_be_stops_the_start(name: str, value: str, says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says):
        oidc.read(GIVEN | {f"VITRINE_OIDC_{name}": value})


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of a running identity provider."""
    if find_spec("oidc_provider_mock") is None:
        pytest.skip("oidc-provider-mock is not installed (it is in the dev group)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                requests.get(f"{address}/.well-known/openid-configuration", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield address
    finally:
        process.kill()
        process.wait(10)


def test_admins_see_how_people_sign_on(walter: User, cast: Cast, signed_in: Any, settings: Any) -> None:
    client = signed_in(cast.olga)
    page = client.get("/orgs/Acme/settings/").content.decode()
    for part in ("https://login.example.org", "Everybody who signs on", "engineers", "leads", "vision"):
        assert part in page
    assert "ghosts" not in page
    assert "secret" not in page
    told = client.get("/orgs/Acme/settings.json").json()
    assert told["sign_on"] == "Single sign-on"
    assert [row["group"] for row in told["rows"]] == ["*", "engineers", "leads"]

    settings.OIDC = None
    assert "People sign in by password." in client.get("/orgs/Acme/settings/").content.decode()
    assert client.get("/orgs/Acme/settings.json").json()["sign_on"] is None


@pytest.fixture
def server(provider: str, server_template: Template, tmp_path: Path) -> Iterator[Server]:
    """A server whose people sign on by `provider`, with Acme, its team vision, and olga."""
    data = tmp_path / "server"
    mapping = {"VITRINE_OIDC_MAPPING": json.dumps(MAPPING), "VITRINE_OIDC_NAME": "Acme Login"}
    settings = {
        f"VITRINE_OIDC_{name}": value for name, value in [("CLIENT_ID", "vitrine"), ("CLIENT_SECRET", "secret")]
    }
    started = Server(
        data, server_template.copy(data), settings=settings | mapping | {"VITRINE_OIDC_ISSUER": provider}
    )  # fmt: skip
    assert manage(started.env, "migrate", "-v", "0").returncode == 0
    try:
        started.start().provision(
            {"op": "user", "username": "olga", "email": "olga@example.org", "password": PASSWORD},
            {"op": "organization", "name": "Acme", "owner": "olga"},
            {"op": "team", "organization": "Acme", "name": "vision", "admin": "olga"},
        )
        yield started
    finally:
        started.discard()


def sign_on_as(server: Server, provider: str, sub: str, **claims: Any) -> tuple[requests.Session, requests.Response]:
    """What a browser does: press the button, say at the provider who one is, come back."""
    requests.put(f"{provider}/users/{sub}", json=claims, timeout=10).raise_for_status()
    browser = requests.Session()
    page = browser.get(f"{server.url}/accounts/login/?next=/profile/", timeout=30).text
    assert "Sign in with Acme Login" in page
    asked = browser.get(server.url + re.findall(r'href="(/accounts/sign-on/sso/[^"]*)"', page)[0], timeout=30)
    assert asked.url.startswith(f"{provider}/oauth2/authorize?")
    assert "code_challenge_method=S256" in asked.url
    return browser, browser.post(asked.url, data={"sub": sub, "action": "authorize"}, timeout=30)


def test_people_sign_on_by_a_real_provider(server: Server, provider: str) -> None:
    nina = {"preferred_username": "nina", "name": "Nina N", "email": "nina@example.org", "email_verified": True}
    browser, landed = sign_on_as(server, provider, "7", **nina, groups=["engineers"])
    assert (landed.status_code, landed.url) == (200, f"{server.url}/profile/")
    assert "Nina N" in landed.text
    assert "nina" in browser.get(f"{server.url}/orgs/Acme/teams/vision/", timeout=30).text
    assert "127.0.0.1" in browser.get(f"{server.url}/profile/security/", timeout=30).text
    check_addresses(server, browser)

    again, landed = sign_on_as(server, provider, "7", **nina | {"email": "new@example.org"}, groups=["others"])
    assert "Nina N" in landed.text
    assert "nina" not in again.get(f"{server.url}/orgs/Acme/teams/vision/", timeout=30).text.split("<main")[1]

    olga = {"preferred_username": "olga", "email": "olga@example.org"}
    _, stranger = sign_on_as(server, provider, "8", **olga, email_verified=False)
    assert "olga-2" in stranger.text
    _, herself = sign_on_as(server, provider, "9", **olga, email_verified=True)
    assert '<span class="mono">olga</span>' in herself.text


# The rest of the table tests/access/pages.txt: these addresses are there only where sign-on is set. Each method as a stranger
# and as nina, who is signed in; 403 is the missing CSRF token.
ADDRESSES = {
    "/accounts/sign-on/sso/": {"GET": (302, 302), "HEAD": (302, 302), "POST": (403, 403), "PUT": (403, 403)},
    "/accounts/sign-on/sso/callback/": {"GET": (401, 401), "HEAD": (401, 401), "POST": (403, 403), "PUT": (403, 403)},
    "/accounts/sign-on/other/": {"GET": (404, 404), "HEAD": (404, 404), "POST": (403, 403)},
    "/accounts/sign-on/other/callback/": {"GET": (404, 404), "HEAD": (404, 404), "POST": (403, 403)},
    "/accounts/sign-on/cancelled/": {"GET": (200, 200), "HEAD": (200, 200), "POST": (403, 403), "DELETE": (403, 403)},
}  # fmt: skip


def check_addresses(server: Server, nina: requests.Session) -> None:
    """Every address of sign-on answers each method the same whoever asks, and takes nobody's session away."""
    found = {
        address: {
            method: tuple(
                person.request(method, server.url + address, allow_redirects=False, timeout=30).status_code
                for person in (requests.Session(), nina)
            )
            for method in methods
        }
        for address, methods in ADDRESSES.items()
    }
    assert found == ADDRESSES
    assert nina.get(f"{server.url}/profile/", timeout=30).url == f"{server.url}/profile/"


def test_what_breaks_off_makes_no_account(server: Server, provider: str) -> None:
    browser = requests.Session()
    asked = browser.get(f"{server.url}/accounts/sign-on/sso/", timeout=30)
    denied = browser.post(asked.url, data={"action": "deny"}, timeout=30)
    assert (denied.status_code, "Sign-on did not work" in denied.text) == (401, True)  # it leaves out the state
    asked = browser.get(f"{server.url}/accounts/sign-on/sso/", timeout=30)
    state = parse_qs(urlsplit(asked.url).query)["state"][0]
    cancelled = f"{server.url}/accounts/sign-on/sso/callback/?error=access_denied&state={state}"
    assert "You were not signed in" in browser.get(cancelled, timeout=30).text
    forged = f"{server.url}/accounts/sign-on/sso/callback/?code=1&state=forged"
    assert requests.get(forged, timeout=30).status_code == 401
    assert requests.get(f"{server.url}/accounts/sign-on/other/", timeout=30).status_code == 404
    connect = browser.get(f"{server.url}/accounts/sign-on/sso/?process=connect", timeout=30)
    refused = browser.post(connect.url, data={"sub": "7", "action": "authorize"}, timeout=30)
    assert refused.status_code == 400
    assert browser.get(f"{server.url}/profile/", timeout=30).url.startswith(f"{server.url}/accounts/login/")
