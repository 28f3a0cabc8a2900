"""The pages of an organization: who opens which, what its admins do there, and what others are refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from access.models import DeactivatedMembership, Organization, OrganizationMembership, User
from access.services import organizations, people
from access.services.keys import create_key
from tests.cast import Cast, person

HOUSE = "/orgs/Acme/"
READ = ["", "members/", "members/?q=mi", "teams/", "teams/vision/", "service-accounts/", "storage/"]
ADMINISTER = [
    "members/deactivated/",
    "members/vera/remove/",
    "new-account/",
    "invitations/",
    "settings/",
    "teams/vision/settings/",
    "teams/vision/delete/",
    "teams/vision/members/vera/remove/",
]
CHANGES = {
    "members/vera/role/": {"role": "admin"},
    "members/vera/deactivate/": {},
    "members/vera/reactivate/": {},
    "members/vera/remove/": {},
    "new-account/": {"username": "new", "email": "new@example.org"},
    "invitations/": {"role": "member", "days": "7"},
    "settings/": {"default_registry_role": "1", "registry_founders": "admins"},
    "teams/": {"name": "new"},
    "teams/vision/members/": {"username": "adam", "role": "admin"},
    "teams/vision/members/vera/remove/": {},
    "teams/vision/settings/": {"name": "new"},
    "teams/vision/delete/": {"typed": "vision"},
    "service-accounts/": {"name": "new", "team": ""},
}


def state() -> list[Any]:
    """Everything that these pages change."""
    return [
        sorted(Organization.objects.values_list()),
        sorted(OrganizationMembership.objects.values_list()),
        sorted(DeactivatedMembership.objects.values_list("user", "role")),
        sorted(User.objects.values_list("username", "is_active")),
        sorted(
            Organization.objects.values_list("teams__namespace__name", "teams__memberships", "invitations"), key=str
        ),
    ]


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("who", ["olga", "adam", "mia", "vera"])
def test_everybody_in_it_reads_members_and_teams(cast: Cast, signed_in: Any, who: str, path: str) -> None:
    assert signed_in(getattr(cast, who)).get(HOUSE + path).status_code == 200


@pytest.mark.parametrize("path", ADMINISTER)
def test_only_admins_open_what_changes_it(cast: Cast, signed_in: Any, path: str) -> None:
    assert signed_in(cast.olga).get(HOUSE + path).status_code == 200
    assert signed_in(person("root")).get(HOUSE + path).status_code == 404
    for who in (cast.adam, cast.mia):
        assert signed_in(who).get(HOUSE + path).status_code == 403


@pytest.mark.parametrize("path", [*READ, *ADMINISTER])
def test_a_hidden_organization_reads_as_one_that_is_not_there(cast: Cast, signed_in: Any, path: str) -> None:
    browser = signed_in(cast.otto)
    hidden, absent = browser.get(HOUSE + path), browser.get(HOUSE.replace("Acme", "Xcme") + path)
    assert hidden.status_code == absent.status_code == 404
    token = re.compile(r'X-CSRFToken": "\w*"|value="\w{64}"')
    bodies = [token.sub("", page.content.decode()).replace("Xcme", "Acme") for page in (hidden, absent)]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(("who", "status"), [("adam", 403), ("mia", 403), ("otto", 404)])
def test_others_change_nothing(cast: Cast, signed_in: Any, who: str, status: int, path: str) -> None:
    before = state()
    assert signed_in(getattr(cast, who)).post(HOUSE + path, CHANGES[path]).status_code == status
    assert state() == before


@pytest.mark.parametrize("path", CHANGES)
def test_a_form_of_another_site_changes_nothing(cast: Cast, path: str) -> None:
    browser, before = Client(enforce_csrf_checks=True), state()
    browser.force_login(cast.olga, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.post(HOUSE + path, CHANGES[path]).status_code == 403
    assert state() == before


def test_pages_show_no_control_that_the_reader_may_not_use(cast: Cast, signed_in: Any) -> None:
    own = re.compile(r'action="/orgs/Acme/[^"]+"|href="/orgs/Acme/(settings|invitations|new-account)/"')
    for path in READ:
        assert own.search(signed_in(cast.olga).get(HOUSE + path).content.decode()), path
        main = signed_in(cast.mia).get(HOUSE + path).content.decode()
        assert not own.search(main), path
        assert 'class="panel" method="post"' not in main


def test_the_operator_administers_without_belonging_to_it(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(people.create_user(username="root", is_operator=True))
    assert browser.get(HOUSE + "settings/").status_code == 200
    assert browser.post(HOUSE + "members/vera/role/", {"role": "member"}).status_code == 302


def test_the_overview_counts_only_registries_that_one_sees(cast: Cast, signed_in: Any) -> None:
    assert "Shelf" in signed_in(cast.mia).get(HOUSE).content.decode()
    nina = person("nina")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=nina, role="member")
    assert "Shelf" not in signed_in(nina).get(HOUSE).content.decode()


def test_the_list_says_role_teams_and_when_somebody_was_last_active(cast: Cast, signed_in: Any) -> None:
    key, _ = create_key(actor=cast.mia, user=cast.mia, name="laptop")
    key.last_used_at = key.created_at
    key.save()
    rows = signed_in(cast.adam).get(HOUSE + "members/").content.decode().split("<tr>")
    (mia,) = [row for row in rows if "<small>mia" in row]
    assert all(word in mia for word in ("Member", "/teams/vision/", "just now"))
    (rita,) = [row for row in rows if "<small>rita" in row]
    assert all(word in rita for word in ("Viewer", "never"))
    assert "otto" not in "".join(rows)


def test_members_are_found_by_name_and_paged(cast: Cast, signed_in: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        user = person(f"many{number:02}")
        organizations.set_member(actor=cast.olga, organization=cast.organization, user=user, role="member")
    browser = signed_in(cast.olga)
    browser.get(HOUSE)
    with django_assert_max_num_queries(12):
        first = browser.get(HOUSE + "members/").content.decode()
    assert first.count('<th scope="row"') == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    assert browser.get(HOUSE + "members/" + following[1]).content.decode().count('<th scope="row"') == 15
    assert browser.get(HOUSE + "members/?cursor=damaged").status_code == 400
    assert browser.get(HOUSE + "members/?q=MANY07").content.decode().count('<th scope="row"') == 1


def test_addresses_are_shown_to_admins_only(cast: Cast, signed_in: Any) -> None:
    for who, is_shown in ((cast.olga, True), (cast.mia, False)):
        for page in ("members/", "teams/vision/"):
            assert ("vera@example.org" in signed_in(who).get(HOUSE + page).content.decode()) is is_shown
    assert signed_in(cast.mia).get(HOUSE + "members/?q=vera%40").content.decode().count('<th scope="row"') == 0


def test_an_admin_changes_a_role_and_again_changes_nothing(cast: Cast, signed_in: Any) -> None:
    for _ in range(2):
        assert signed_in(cast.olga).post(HOUSE + "members/vera/role/", {"role": "member"}).status_code == 302
    assert cast.organization.memberships.get(user=cast.vera).role == "member"
    for role in ("", "owner", "service"):
        assert signed_in(cast.olga).post(HOUSE + "members/vera/role/", {"role": role}).status_code == 400
    assert signed_in(cast.olga).post(HOUSE + "members/otto/role/", {"role": "member"}).status_code == 404


def test_the_last_admin_stays(cast: Cast, signed_in: Any) -> None:
    browser, before = signed_in(cast.olga), state()
    for path in ("role/", "deactivate/", "remove/"):
        response = browser.post(f"{HOUSE}members/olga/{path}", {"role": "member"})
        assert response.status_code == 409
        assert "make somebody else an admin first" in response.content.decode()
    assert state() == before


def test_deactivating_takes_all_away_and_reactivating_gives_it_back(cast: Cast, signed_in: Any) -> None:
    browser, mia = signed_in(cast.olga), signed_in(cast.mia)
    for _ in range(2):
        assert browser.post(HOUSE + "members/mia/deactivate/").status_code == 302
        assert mia.get(HOUSE).status_code == 404
    assert "mia@example.org" in browser.get(HOUSE + "members/deactivated/").content.decode()
    for _ in range(2):
        assert browser.post(HOUSE + "members/mia/reactivate/").status_code == 302
        assert mia.get("/orgs/Acme/registry/Shelf/").status_code == 200
    assert cast.team.memberships.get(user=cast.mia).role == "member"


def test_removing_asks_and_says_what_is_lost(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.olga)
    page = browser.get(HOUSE + "members/mia/remove/").content.decode()
    assert all(words in page for words in ("place in 1 team", "role on 1 registry"))
    for _ in range(2):
        assert browser.post(HOUSE + "members/mia/remove/")["Location"] == HOUSE + "members/"
    assert signed_in(cast.mia).get(HOUSE).status_code == 404
    assert browser.get(HOUSE + "members/mia/remove/").status_code == 404


def test_one_may_leave(cast: Cast, signed_in: Any) -> None:
    browser = signed_in(cast.mia)
    assert "Leave Acme?" in browser.get(HOUSE + "members/mia/remove/").content.decode()
    assert browser.post(HOUSE + "members/mia/remove/")["Location"] == "/"
    assert browser.get(HOUSE).status_code == 404


def test_an_admin_makes_an_account_whose_owner_sets_the_password(cast: Cast, signed_in: Any) -> None:
    form = {"username": "nina", "full_name": "Nina Ode", "email": "nina@example.org"}
    browser = signed_in(cast.olga)
    response = browser.post(HOUSE + "new-account/", form)
    assert "no-store" in response["Cache-Control"]
    link = re.search(r"http://testserver(/accounts/password/reset/[^<\s]+/)", response.content.decode())
    assert link
    nina = User.objects.get(username="nina")
    assert (nina.has_usable_password(), nina.home) == (False, cast.team.namespace)
    assert browser.post(HOUSE + "new-account/", form).status_code == 409
    own = Client()
    address = own.get(link[1])["Location"]
    assert own.post(address, {"password1": "a long passphrase", "password2": "a long passphrase"}).status_code == 302
    assert User.objects.get(username="nina").check_password("a long passphrase")
    assert "used already" in Client().get(link[1]).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"username": "a/b"}, {"username": "mia"}, {"email": "mia@example.org"}, {"email": ""}]
)
def test_an_account_that_cannot_be_is_refused(cast: Cast, signed_in: Any, wrong: dict[str, str]) -> None:
    before = state()
    form = {"username": "nina", "full_name": "", "email": "nina@example.org"} | wrong
    assert signed_in(cast.olga).post(HOUSE + "new-account/", form).status_code in {400, 409}
    assert state() == before


def test_the_settings_hold_for_all_registries(cast: Cast, signed_in: Any) -> None:
    browser, form = signed_in(cast.olga), {"default_registry_role": "2", "registry_founders": "admins"}
    for _ in range(2):
        assert browser.post(HOUSE + "settings/", form).status_code == 302
    cast.organization.refresh_from_db()
    assert (cast.organization.default_registry_role, cast.organization.registry_founders) == (2, "admins")
    for wrong in ({"default_registry_role": "4"}, {"registry_founders": "all"}, {"default_registry_role": "x"}):
        assert browser.post(HOUSE + "settings/", form | wrong).status_code == 400
    assert 'value="2" selected' in browser.get(HOUSE + "settings/").content.decode()
