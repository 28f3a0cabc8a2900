"""Where one is signed in, what ends it, and how often one may be wrong (T23, T49, T50)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from access.models import User
from access.services import keys, organizations, people, service_accounts
from accounts import limits, sessions
from tests.cast import PASSWORD, Cast, person

SECURITY = "/profile/security/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def walter(db: None) -> User:
    """Somebody with a password."""
    return person("walter", password=PASSWORD)


def browser(agent: str = FIREFOX, login: str = "walter") -> Client:
    client = Client(headers={"user-agent": agent})
    client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "device"),
    [(FIREFOX, "Firefox · Linux"), (EDGE, "Edge · Windows"), (PHONE, "Safari · iPhone"), ("", "Unknown browser")],
)
def test_devices_go_by_their_names(agent: str, device: str) -> None:
    assert sessions.describe(agent) == device


def test_the_page_lists_each_device_and_ends_one(walter: User) -> None:
    here, there, third = browser(), browser(EDGE), browser(PHONE)
    page = here.get(SECURITY)
    assert {row["device"] for row in page.context["rows"]} == {"Firefox · Linux", "Edge · Windows", "Safari · iPhone"}
    assert [row["device"] for row in page.context["rows"] if row["is_here"]] == ["Firefox · Linux"]
    assert "127.0.0.1" in page.content.decode()
    edge = UserSession.objects.get(user_agent=EDGE)
    for _ in range(2):
        assert here.post(f"{SECURITY}sessions/{edge.pk}/end/").status_code == 302
    assert [is_in(client) for client in (here, there, third)] == [True, False, True]
    here.post(f"{SECURITY}sessions/end/")
    assert [is_in(client) for client in (here, third)] == [True, False]


def test_nobody_ends_the_session_of_another(walter: User) -> None:
    person("eve", password=PASSWORD)
    mine, eves = browser(), browser(EDGE, "eve")
    eves.post(f"{SECURITY}sessions/{UserSession.objects.get(user=walter).pk}/end/")
    eves.post(f"{SECURITY}sessions/end/")
    assert is_in(mine)


def test_last_seen_is_noted_every_five_minutes(walter: User, django_assert_num_queries: Any) -> None:
    here = browser()
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    is_in(here)
    assert UserSession.objects.get().last_seen_at < timezone.now() - timedelta(minutes=50)
    stored = here.session
    stored[sessions.SEEN] -= sessions.SEEN_EVERY
    stored.save()
    is_in(here)
    assert UserSession.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)


def test_a_new_password_ends_all_other_sessions(walter: User) -> None:
    here, there = browser(), browser(EDGE)
    before = here.session.session_key
    new = "entirely different"
    here.post("/profile/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert [is_in(here), is_in(there)] == [True, False]
    assert here.session.session_key != before
    assert [row["is_here"] for row in here.get(SECURITY).context["rows"]] == [True]


def test_sessions_and_keys_die_with_the_account(walter: User) -> None:
    """T23: switched off, and deleted."""
    here = browser()
    _, secret = keys.create_key(actor=walter, user=walter, name="laptop")
    User.objects.filter(pk=walter.pk).update(is_active=False)
    assert not is_in(here)
    assert keys.authenticate(secret) is None
    User.objects.filter(pk=walter.pk).update(is_active=True)
    assert is_in(here)
    people.delete_user(actor=None, user=walter)
    assert not is_in(here)
    assert keys.authenticate(secret) is None


def test_who_was_moved_out_sees_nothing_with_the_session_they_have(cast: Cast, signed_in: Any) -> None:
    """T23: the session goes on, what it opened does not."""
    mia = signed_in(cast.mia)
    assert mia.get("/orgs/Acme/registry/Shelf/").status_code == 200
    organizations.deactivate_member(actor=cast.olga, organization=cast.organization, user=cast.mia)
    for path in ("/orgs/Acme/", "/orgs/Acme/registry/Shelf/", "/vision/"):
        assert mia.get(path).status_code == 404, path


def test_a_service_account_never_signs_in_by_browser(cast: Cast, client: Client) -> None:
    """Not even one that somehow got a password."""
    robot = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="robot")
    robot.set_password(PASSWORD)
    robot.save()
    assert client.post("/accounts/login/", {"login": robot.username, "password": PASSWORD}).status_code == 403
    assert not is_in(client)


def test_wrong_keys_come_to_a_pause_and_right_ones_do_not(
    walter: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T50."""
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)  # all within one minute
    _, secret = keys.create_key(actor=walter, user=walter, name="laptop")

    def ask(key: str) -> Any:
        return client.get("/api/v1/organizations", headers={"authorization": f"Bearer {key}"})

    assert {ask("0" * 40).status_code for _ in range(limits.WRONG_KEYS)} == {401}
    refused = ask("0" * 40)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert {ask(secret).status_code for _ in range(3)} == {200}


def test_searches_come_to_a_pause(cast: Cast, signed_in: Callable[[User], Client], monkeypatch: Any) -> None:
    """T50: of one person, whatever is searched; other pages and other people go on."""
    monkeypatch.setattr(limits, "SEARCHES", 3)
    caches["local"].clear()  # other tests search, too
    mia, vera = signed_in(cast.mia), signed_in(cast.vera)
    pages = ("/orgs/Acme/registry/", "/orgs/Acme/members/", "/orgs/Acme/projects/")
    assert {mia.get(page, {"q": "net"}).status_code for page in pages} == {200}
    refused = mia.get(pages[0], {"q": "net"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert mia.get(pages[0]).status_code == vera.get(pages[0], {"q": "net"}).status_code == 200


def test_wishes_for_a_new_password_come_to_a_pause(walter: User, client: Client, settings: Any) -> None:
    """T50: from one address, whatever accounts are named."""
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = True, "django.core.mail.backends.locmem.EmailBackend"
    wishes = [client.post("/accounts/password/reset/", {"email": f"a{number}@example.org"}) for number in range(21)]
    assert [wish.status_code for wish in wishes] == [302] * 20 + [429]
    assert wishes[-1]["Retry-After"] == "60"
