"""Invitations: made by admins, opened by whoever has the link, used once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access.models import Invitation, OrganizationMembership, User
from access.services import invitations
from tests.accounts.mail_server import MailServer
from tests.cast import Cast

HOUSE = "/orgs/Acme/invitations/"
FORM = {"role": "member", "team": "", "team_role": "member", "days": "7", "email": ""}
ACCOUNT = {"username": "nina", "full_name": "Nina Ode", "email": "nina@example.org", "password": "a long passphrase"}


def invite(cast: Cast, **changes: Any) -> str:
    """The address of a new invitation."""
    given = {"role": "member", "team": cast.team, "team_role": "viewer"} | changes
    _, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, **given)
    return f"/invitations/{token}/"


def role_of(user: User, cast: Cast) -> str | None:
    return (
        OrganizationMembership.objects.filter(user=user, organization=cast.organization)
        .values_list("role", flat=True)
        .first()
    )


def test_an_admin_makes_a_link_that_is_shown_once(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    response = browser.post(HOUSE, FORM | {"team": cast.team.pk, "role": "viewer", "days": "30"})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    found = re.search(r"http://testserver(/invitations/[\w-]+/)", response.content.decode())
    assert found
    made = Invitation.objects.get()
    assert (made.role, made.team, made.team_role, made.created_by) == ("viewer", cast.team, "member", cast.olga)
    assert timedelta(days=29) < made.expires_at - timezone.now() < timedelta(days=30)
    assert found[1] not in browser.get(HOUSE).content.decode()
    assert Client().get(found[1]).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"role": "owner"}, {"role": "service"}, {"days": "365"}, {"email": "x"}, {"team": "0"}]
)
def test_an_invitation_that_cannot_be_is_refused(cast: Cast, signed_in: Any, wrong: dict[str, str]) -> None:
    assert signed_in(cast.olga).post(HOUSE, FORM | wrong).status_code == 400
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("adam", 403), ("mia", 403), ("vera", 403), ("otto", 404)])
def test_others_neither_see_nor_make_nor_withdraw_any(cast: Cast, signed_in: Any, who: str, status: int) -> None:
    invite(cast)
    made, browser = Invitation.objects.get(), signed_in(getattr(cast, who))
    revoke = f"{HOUSE}{made.pk}/revoke/"
    assert [browser.get(HOUSE).status_code, browser.post(HOUSE, FORM).status_code] == [status] * 2
    assert [browser.post(revoke).status_code, browser.post(f"{HOUSE}999/revoke/").status_code] == [status] * 2
    assert list(Invitation.objects.open()) == [made]


def test_a_withdrawn_one_opens_nothing_and_withdrawing_again_changes_nothing(cast: Cast, signed_in: Any) -> None:
    link, browser = invite(cast), signed_in(cast.olga)
    for _ in range(2):
        assert browser.post(f"{HOUSE}{Invitation.objects.get().pk}/revoke/").status_code == 302
    assert Client().get(link).status_code == 404


def test_it_says_who_invites_whereto_and_as_what_and_tells_its_address_to_nobody(cast: Cast) -> None:
    response = Client().get(invite(cast))
    page = response.content.decode()
    assert all(word in page for word in ("Join Acme", "olga", "vision", "Member", "Viewer"))
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


def test_a_stranger_makes_an_account_joins_and_is_signed_in(cast: Cast) -> None:
    link, browser = invite(cast), Client()
    assert browser.post(link, ACCOUNT)["Location"] == "/registry/"
    nina = User.objects.get(username="nina")
    assert (nina.full_name, nina.email, nina.home) == ("Nina Ode", "nina@example.org", cast.team.namespace)
    assert nina.check_password("a long passphrase")
    assert (role_of(nina, cast), cast.team.memberships.get(user=nina).role) == ("member", "viewer")
    assert browser.get("/orgs/Acme/").status_code == 200
    assert browser.post(link)["Location"] == "/registry/"  # twice is once
    assert Client().post(link, ACCOUNT | {"username": "eve", "email": "eve@example.org"}).status_code == 404
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short"},
        {"password": "1234567890"},
        {"password": "nina@example.org"},
        {"username": "olga"},
        {"username": "setup"},
        {"email": "olga@example.org"},
        {"email": ""},
        {"full_name": "a" * 201},
    ],
)
def test_an_account_that_cannot_be_leaves_the_invitation_open(cast: Cast, wrong: dict[str, str]) -> None:
    link, people = invite(cast), User.objects.count()
    response = Client().post(link, ACCOUNT | wrong)
    assert response.status_code in {400, 409}
    assert 'class="err"' in response.content.decode() or "note-bad" in response.content.decode()
    assert User.objects.count() == people
    assert Client().get(link).status_code == 200


def test_who_is_signed_in_joins_with_that_account(cast: Cast, signed_in: Any) -> None:
    link, browser = invite(cast), signed_in(cast.otto)
    assert "Join as otto" in browser.get(link).content.decode()
    assert role_of(cast.otto, cast) is None  # looking is not joining
    assert browser.post(link)["Location"] == "/orgs/Acme/registry/"
    assert browser.post(link).status_code == 302
    assert (role_of(cast.otto, cast), cast.team.memberships.get(user=cast.otto).role) == ("member", "viewer")


def test_a_link_never_lowers_a_role(cast: Cast, signed_in: Any) -> None:
    assert signed_in(cast.olga).post(invite(cast, role="viewer")).status_code == 302
    assert role_of(cast.olga, cast) == "admin"


def test_a_form_of_another_site_does_not_join(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.otto, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.post(invite(cast)).status_code == 403
    assert role_of(cast.otto, cast) is None


@pytest.mark.parametrize("end", ["expired", "used", "withdrawn", "never there"])
def test_one_that_is_not_open_reads_the_same_whatever_ended_it(cast: Cast, end: str) -> None:
    link, now = invite(cast), timezone.now()
    fields = {"expired": {"expires_at": now}, "used": {"used_at": now}, "withdrawn": {"revoked_at": now}}
    Invitation.objects.update(**fields.get(end, {}))
    response = Client().get("/invitations/unknown/" if end == "never there" else link)
    assert response.status_code == 404
    assert "Ask whoever sent it for a new one" in response.content.decode()
    assert "Acme" not in response.content.decode()
    assert response["Referrer-Policy"] == "strict-origin"


def test_without_a_mail_server_the_link_is_handed_over(cast: Cast, signed_in: Any) -> None:
    page = signed_in(cast.olga).post(HOUSE, FORM | {"email": "nina@example.org"}).content.decode()
    assert "No mail was sent" in page
    assert "/invitations/" in page


def test_with_one_it_is_sent_and_a_failure_is_told(cast: Cast, signed_in: Any, mail: MailServer) -> None:
    browser, form = signed_in(cast.olga), FORM | {"email": "nina@example.org"}
    assert "The invitation is sent to nina@example.org" in browser.post(HOUSE, form).content.decode()
    (message,) = mail.messages
    link = re.search(r"http://testserver(/invitations/[\w-]+/)", message.get_payload(decode=True).decode())  # type: ignore[union-attr]
    assert link
    assert 'value="nina@example.org"' in Client().get(link[1]).content.decode()
    mail.shutdown()
    mail.server_close()
    assert "No mail was sent" in browser.post(HOUSE, form).content.decode()
