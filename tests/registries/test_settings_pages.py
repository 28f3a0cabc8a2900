"""The settings pages of registries: who reads, who changes, what they say, and that a refusal changes nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.models import User
from access.policy import role_on
from access.roles import Role
from access.services import organizations, roles, service_accounts, teams
from events.models import Event
from registries.matrix import GROUPS
from registries.models import Registry
from registries.services.collections import create_collection, edit_collection
from registries.services.links import add_aliases
from registries.services.protection import protect_alias
from registries.services.registries import create_registry, delete_registry, set_owner
from tests.cast import Cast, person
from tests.registries import shelves

SignIn = Callable[[User], Client]
CAST = ("olga", "adam", "mia", "vera", "rita", "otto", "nobody")
LANDING = "/orgs/Acme/registry/"
NEW = f"{LANDING}new/"
SHELF = f"{LANDING}Shelf/"
SETTINGS = f"{SHELF}settings/"
MEMBERS = f"{SETTINGS}members/"
ADMINS, MEMBERS_UP = (302, 302, 403, 403, 403, 404, 302), (302, 302, 302, 403, 403, 404, 302)
# The page, what is posted, and the status for everybody of CAST.
POSTS = [
    ("", {"name": "Rack", "description": "New"}, MEMBERS_UP),
    ("visibility/", {"visibility": "organization", "typed": "Shelf"}, ADMINS),
    ("types/", {"types": "model"}, MEMBERS_UP),
    ("types/", {"accepts": "specified"}, ADMINS),
    ("aliases/", {"name": "production"}, ADMINS),
    ("aliases/", {"name": "staging", "remove": "1"}, ADMINS),
    ("members/add/", {"principal": "vision", "role": "viewer"}, ADMINS),
    ("members/role/", {"principal": "vera", "role": "member"}, ADMINS),
    ("members/remove/", {"principal": "vera"}, ADMINS),
    ("members/owner/", {"principal": "rita"}, ADMINS),
    ("delete/", {"typed": "Shelf"}, ADMINS),
]


def text_of(response: Any) -> str:
    """What a reader sees, without tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def state(cast: Cast) -> Any:
    """All that these pages can change."""
    found = Registry.objects.filter(pk=cast.registry.pk)
    people = (cast.mia, cast.vera, cast.rita)
    return (
        list(found.values_list("name", "description", "visibility", "accepts_all_types", "owner", "deleted_at")),
        list(cast.registry.accepted_types.values_list("name", flat=True)),
        list(cast.registry.protected_aliases.values_list("name", flat=True)),
        [role_on(one, cast.registry) for one in people],
        list(cast.registry.group_grants.values_list("group", flat=True)),
        Event.objects.count(),
    )


def client_of(cast: Cast, signed_in: SignIn, name: str) -> Client:
    return Client() if name == "nobody" else signed_in(getattr(cast, name))


@pytest.mark.parametrize("path", ["", "types/", "aliases/", "members/", "access/", "access/?person=mia"])
def test_every_role_reads_the_settings(cast: Cast, signed_in: SignIn, path: str) -> None:
    found = [client_of(cast, signed_in, name).get(f"{SETTINGS}{path}").status_code for name in CAST]
    assert found == [200, 200, 200, 200, 200, 404, 302]


@pytest.mark.parametrize("path", ["members/add/", "visibility/", "delete/"])
def test_pages_for_admins_are_for_admins(cast: Cast, signed_in: SignIn, path: str) -> None:
    found = [client_of(cast, signed_in, name).get(f"{SETTINGS}{path}").status_code for name in CAST]
    assert found == [200, 200, 403, 403, 403, 404, 302]


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize(("path", "data", "expected"), POSTS)
def test_whoever_may_changes_and_a_refusal_changes_nothing(
    cast: Cast, signed_in: SignIn, path: str, data: dict[str, str], expected: tuple[int, ...], name: str
) -> None:
    protect_alias(actor=cast.olga, registry=cast.registry, name="staging")
    before = state(cast)
    response = client_of(cast, signed_in, name).post(f"{SETTINGS}{path}", data)
    assert response.status_code == expected[CAST.index(name)]
    changed = response.status_code == 302 and name != "nobody"
    assert (state(cast) != before) is changed


@pytest.mark.parametrize(("path", "data", "expected"), POSTS)
def test_a_change_that_arrives_twice_is_made_once(
    cast: Cast, signed_in: SignIn, path: str, data: dict[str, str], expected: tuple[int, ...]
) -> None:
    protect_alias(actor=cast.olga, registry=cast.registry, name="staging")
    client = signed_in(cast.adam)
    assert client.post(f"{SETTINGS}{path}", data).status_code == 302
    after = state(cast)
    assert client.post(f"{SETTINGS}{path}", data, follow=True).status_code == (404 if path == "delete/" else 200)
    assert state(cast) == after


def test_buttons_are_there_only_for_those_who_may_press_them(cast: Cast, signed_in: SignIn) -> None:
    protect_alias(actor=cast.olga, registry=cast.registry, name="staging")
    for name, controls in (("adam", True), ("mia", False), ("rita", False)):
        client = client_of(cast, signed_in, name)
        assert ("Add access" in text_of(client.get(MEMBERS))) is controls
        assert ("Stop protecting" in text_of(client.get(f"{SETTINGS}aliases/"))) is controls
        assert ("Delete registry" in text_of(client.get(SETTINGS))) is controls
        assert ('action="' + f"{MEMBERS}role/" in client.get(MEMBERS).content.decode()) is controls
    assert 'name="name"' in signed_in(cast.mia).get(SETTINGS).content.decode()
    assert 'name="name"' not in signed_in(cast.vera).get(SETTINGS).content.decode()


def test_the_table_says_why(cast: Cast, signed_in: SignIn) -> None:
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=cast.team, role=Role.MEMBER)
    noor = person("noor")
    teams.set_member(actor=cast.olga, team=cast.team, user=noor, role="viewer")
    text = text_of(signed_in(cast.rita).get(MEMBERS))
    assert "Member, through team vision" in text  # noor, and vera who is a viewer by her own row
    assert "Viewer, added here" in text
    assert "Admin, as organization admin" in text
    create_registry(actor=cast.olga, organization=cast.organization, name="Open")
    text = text_of(signed_in(cast.rita).get(f"{LANDING}Open/settings/members/"))
    assert "Member, by the organization's default" in text
    assert "Viewer, by the organization's default" in text


def test_members_are_paged_and_found_at_a_flat_cost(cast: Cast, signed_in: SignIn) -> None:
    for number in range(7):
        team = teams.create_team(actor=cast.olga, organization=cast.organization, name=f"team{number}", admin=cast.olga)
        roles.grant_role(actor=cast.olga, container=cast.registry, principal=team, role=Role.VIEWER)
    users = User.objects.bulk_create(User(username=f"person{number:03}") for number in range(230))
    cast.organization.memberships.model.objects.bulk_create(
        cast.organization.memberships.model(organization=cast.organization, user=user, role="member") for user in users
    )
    Registry.objects.filter(pk=cast.registry.pk).update(visibility="organization")
    client, seen, path = signed_in(cast.rita), [], MEMBERS
    client.get(MEMBERS)
    while path:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(path)
        assert len(queries) <= 12, [query["sql"][:90] for query in queries]
        page = response.context["page"]
        seen += [one.username for one in page.items]
        path = f"{MEMBERS}?cursor={page.next}" if page.next else ""
    assert len(seen) == len(set(seen)) == 235
    assert seen[:4] == ["adam", "mia", "olga", "rita"]  # those with a row of their own come first
    assert text_of(client.get(MEMBERS)).count("Team ") >= 7
    found = client.get(MEMBERS, {"q": "person007"}).context["rows"]
    assert [row.key for row in found] == ["person007"]


def test_who_is_added_is_offered_once_with_the_roles_they_may_have(cast: Cast, signed_in: SignIn) -> None:
    account = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="ci")
    nils = person("nils")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=nils, role="member")
    client = signed_in(cast.adam)
    rows = {row.key: row for row in client.get(f"{MEMBERS}add/").context["rows"]}
    assert list(rows) == ["nils", "vision", account.username]
    chosen = {key: next(word for word, _, is_chosen in row.choices if is_chosen) for key, row in rows.items()}
    assert chosen == {"nils": "member", "vision": "viewer", account.username: "member"}
    assert [word for word, _, _ in rows[account.username].choices] == ["admin", "member"]
    assert [row.key for row in client.get(f"{MEMBERS}add/", {"q": "nils@example.org"}).context["rows"]] == ["nils"]
    refused = client.post(f"{MEMBERS}add/", {"principal": account.username, "role": "viewer"})
    assert (refused.status_code, role_on(account, cast.registry)) == (400, None)
    for wrong in ({"principal": "otto", "role": "member"}, {"principal": "nils", "role": "king"}, {}):
        assert client.post(f"{MEMBERS}add/", wrong).status_code == 400
    assert client.post(f"{MEMBERS}add/", {"principal": account.username, "role": "member"}).status_code == 302
    assert account.username not in {row.key for row in client.get(f"{MEMBERS}add/").context["rows"]}


def test_an_owner_is_marked_and_unmarked(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.adam)
    assert client.post(f"{MEMBERS}owner/", {"principal": "vision"}).status_code == 400
    client.post(f"{MEMBERS}owner/", {"principal": "rita"})
    assert re.search(r"rita owner", text_of(client.get(MEMBERS)))
    client.post(f"{MEMBERS}owner/", {"principal": ""})
    cast.registry.refresh_from_db()
    assert cast.registry.owner is None


def test_an_admin_who_removes_themselves_is_led_to_the_shelves(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.adam).post(f"{MEMBERS}remove/", {"principal": "adam"})
    assert response.headers["Location"] == LANDING
    assert role_on(cast.adam, cast.registry) is None


def test_opening_to_the_organization_names_who_gains_access_and_asks_for_the_name(
    cast: Cast, signed_in: SignIn
) -> None:
    for name in ("nils", "nora", "noor"):
        organizations.set_member(actor=cast.olga, organization=cast.organization, user=person(name), role="member")
    client = signed_in(cast.adam)
    assert "3 people of Acme gain access." in text_of(client.get(f"{SETTINGS}visibility/"))
    for typed in ("", "shelf"):
        response = client.post(f"{SETTINGS}visibility/", {"visibility": "organization", "typed": typed})
        cast.registry.refresh_from_db()
        assert (response.status_code, cast.registry.visibility) == (400, "restricted")
    client.post(f"{SETTINGS}visibility/", {"visibility": "organization", "typed": "Shelf"})
    cast.registry.refresh_from_db()
    assert cast.registry.visibility == "organization"
    event = Event.objects.latest("pk")
    assert (event.type, event.after) == ("registry:edited", {"visibility": "organization"})
    assert "3 people of Acme lose access." in text_of(client.get(f"{SETTINGS}visibility/"))
    client.post(f"{SETTINGS}visibility/", {"visibility": "restricted"})
    cast.registry.refresh_from_db()
    assert cast.registry.visibility == "restricted"
    assert client.post(f"{SETTINGS}visibility/", {"visibility": "everybody"}).status_code == 400


def test_core_registries_are_fixed(cast: Cast, signed_in: SignIn) -> None:
    client, core = signed_in(cast.olga), f"{LANDING}model/settings/"
    assert "its name, description and visibility are fixed" in text_of(client.get(core))
    assert client.post(core, {"name": "models", "description": ""}).status_code == 403
    for page, data in (("visibility/", {"visibility": "restricted"}), ("delete/", {"typed": "model"})):
        assert client.get(f"{core}{page}").status_code == 403
        assert client.post(f"{core}{page}", data).status_code == 403
    assert Registry.objects.alive().filter(organization=cast.organization, name="model", visibility="organization")
    assert client.post(f"{core}types/", {"types": "checkpoint"}).status_code == 302


def test_types_are_added_and_stay(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.mia)
    client.post(f"{SETTINGS}types/", {"types": "model, dataset,model\ncheckpoint"})
    assert list(cast.registry.accepted_types.values_list("name", flat=True)) == ["model", "dataset", "checkpoint"]
    for wrong in ("", " , ", "a/b"):
        assert client.post(f"{SETTINGS}types/", {"types": wrong}).status_code == 400
    assert cast.registry.accepted_types.count() == 3


def test_protected_aliases_say_where_they_sit(cast: Cast, signed_in: SignIn) -> None:
    link = shelves.link(cast, shelves.log(cast))
    add_aliases(actor=cast.mia, link=link, names=["production"])
    client = signed_in(cast.adam)
    client.post(f"{SETTINGS}aliases/", {"name": "production"})
    assert "production (protected)" in text_of(client.get(f"{SETTINGS}aliases/"))
    assert "net:v0" in text_of(signed_in(cast.rita).get(f"{SETTINGS}aliases/"))
    for wrong in ("latest", "v3", "a/b", ""):
        assert client.post(f"{SETTINGS}aliases/", {"name": wrong}).status_code == 400
    client.post(f"{SETTINGS}aliases/", {"name": "production", "remove": "1"})
    assert not cast.registry.protected_aliases.exists()


def test_the_check_answers_all_rows_for_every_role(cast: Cast, signed_in: SignIn) -> None:
    assert sum(len(rows) for _, rows in GROUPS) == 27
    # F31, typed: how many of its rows each may do; row 11 goes by the organization, where adam and mia are members.
    expected = {"olga": 27, "adam": 27, "mia": 21, "vera": 7, "rita": 4}
    client = signed_in(cast.rita)
    for name, count in expected.items():
        check = client.get(f"{SETTINGS}access/", {"person": name}).context["check"]
        assert sum(answer.is_allowed for _, answers in check.groups for answer in answers) == count, name
    text = text_of(client.get(f"{SETTINGS}access/", {"person": "vera"}))
    assert "Viewer, added here" in text
    assert "Not allowed: Link a new version needs Member" in text
    nils = person("nils")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=nils, role="viewer")
    assert "does not exist" in text_of(client.get(f"{SETTINGS}access/", {"person": "nils"}))
    assert "Nobody of the organization" in text_of(client.get(f"{SETTINGS}access/", {"person": "otto"}))
    assert "Whom do you mean?" in text_of(client.get(f"{SETTINGS}access/", {"person": "a"}))


def test_deleting_says_what_is_lost_and_asks_for_the_name(cast: Cast, signed_in: SignIn) -> None:
    link = shelves.link(cast, shelves.log(cast), aliases=["production"])
    protect_alias(actor=cast.olga, registry=cast.registry, name="production")
    client = signed_in(cast.adam)
    text = text_of(client.get(f"{SETTINGS}delete/"))
    for loss in (
        "1 collection ",
        "1 linked version ",
        "2 aliases, 1 of them protected",
        "Lose access 5 people and service accounts",
    ):
        assert loss in text, loss
    assert client.post(f"{SETTINGS}delete/", {"typed": "shelf"}).status_code == 400
    assert client.post(f"{SETTINGS}delete/", {"typed": "Shelf"}).headers["Location"] == LANDING
    assert client.get(SHELF).status_code == 404
    link.version.refresh_from_db()
    assert link.version.state == "committed"


def test_a_taken_or_impossible_name_is_refused_beside_the_field(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.mia)
    for name, status in (("MODEL", 409), ("a/b", 400), ("New", 400), ("", 400)):
        response = client.post(SETTINGS, {"name": name, "description": "Changed"})
        assert (response.status_code, response.context["registry"].name) == (status, "Shelf")
        assert response.context["form"].errors["name"]
    cast.registry.refresh_from_db()
    assert (cast.registry.name, cast.registry.description) == ("Shelf", "")


def test_renamed_registries_and_collections_lead_on_in_the_browser(cast: Cast, signed_in: SignIn) -> None:
    link = shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.mia)
    client.post(SETTINGS, {"name": "Rack", "description": ""})
    edit_collection(actor=cast.mia, collection=link.collection, name="grid")
    led = client.get(f"{SHELF}collections/net/versions/v0/files/?q=1")
    assert led.headers["Location"] == f"{LANDING}Rack/collections/grid/versions/v0/files/?q=1"
    assert client.get(f"{LANDING}Rack/collections/net/").headers["Location"] == f"{LANDING}Rack/collections/grid/"
    assert client.get(f"{SHELF}collections/none/").status_code == 404
    assert signed_in(cast.otto).get(SHELF).status_code == 404
    create_collection(actor=cast.mia, registry=cast.registry, name="net", type="model")
    assert client.get(f"{LANDING}Rack/collections/net/").status_code == 200
    create_registry(actor=cast.mia, organization=cast.organization, name="Shelf")
    assert client.get(SHELF).status_code == 200
    cast.registry.refresh_from_db()
    delete_registry(actor=cast.olga, registry=Registry.objects.get(name="Shelf"))
    assert client.get(SHELF).headers["Location"] == f"{LANDING}Rack/"


def test_hidden_and_absent_cost_the_same(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.otto)
    client.get(SHELF)
    counts = []
    for name in ("Shelf", "Never"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{LANDING}{name}/settings/members/").status_code == 404
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", CAST)
def test_members_and_admins_of_the_organization_create_registries(cast: Cast, signed_in: SignIn, name: str) -> None:
    allowed = name in ("olga", "adam", "mia")
    client = client_of(cast, signed_in, name)
    refusal = {"otto": 404, "nobody": 302}.get(name, 403)
    assert client.get(NEW).status_code == (200 if allowed else refusal)
    if name not in ("otto", "nobody"):
        assert ("Create registry" in text_of(client.get(LANDING))) is allowed
    data = {"name": "Lab", "description": "**New**", "visibility": "restricted", "accepts": "specified"}
    data |= {"types": "model, dataset", "members": "rita\nvision, vera@example.org"}
    response = client.post(NEW, data)
    assert response.status_code == (302 if allowed else refusal)
    made = Registry.objects.filter(name="Lab").first()
    assert (made is not None) is allowed
    if made:
        assert response.headers["Location"] == f"{LANDING}Lab/"
        assert list(made.accepted_types.values_list("name", flat=True)) == ["model", "dataset"]
        assert [role_on(one, made) for one in (getattr(cast, name), cast.rita)] == [Role.ADMIN, Role.MEMBER]
        assert made.group_grants.count() == 1
        assert client.post(NEW, data).status_code == 409


def test_what_is_wrong_with_a_new_registry_stands_beside_its_field(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.mia)
    good = {"name": "Lab", "visibility": "organization", "accepts": "all"}
    wrong = {
        "name": {"name": "new"},
        "visibility": {"visibility": "everybody"},
        "types": {"accepts": "specified"},
        "members": {"members": "otto"},
        "description": {"description": "x" * 200_000},
    }
    for field, change in wrong.items():
        response = client.post(NEW, good | change)
        assert response.status_code in {400, 413}, field
        assert list(response.context["form"].errors) == [field if field != "description" else "name"]
    assert not Registry.objects.filter(name="Lab").exists()
    organizations.edit_organization(actor=cast.olga, organization=cast.organization, registry_founders="admins")
    assert client.post(NEW, good).status_code == 403


def test_a_name_is_checked_while_it_is_typed(cast: Cast, signed_in: SignIn) -> None:
    create_registry(actor=cast.olga, organization=cast.organization, name="Hidden", visibility="restricted")
    client = signed_in(cast.mia)
    expected = {"Lab": "can be used", "SHELF": "already", "a/b": "holds none of", "New": "choose another", "": "Give"}
    expected["Hidden"] = "can be used"  # the form refuses it, without saying to whom it belongs
    for name, words in expected.items():
        response = client.get(NEW, {"name": name}, headers={"HX-Request": "true"})
        assert words in text_of(response), name
        assert "Create registry" not in text_of(response)


def test_an_owner_who_loses_sight_is_named_still(cast: Cast, signed_in: SignIn) -> None:
    set_owner(actor=cast.olga, registry=cast.registry, owner=cast.rita)
    roles.remove_role(actor=cast.olga, container=cast.registry, principal=cast.rita)
    client = signed_in(cast.adam)
    assert client.get(MEMBERS).status_code == 200
    assert "Owner rita" in re.sub(r"\bRI\b ", "", text_of(client.get(SETTINGS)))


@pytest.mark.parametrize("path", ["members/role/", "members/remove/"])
def test_who_may_not_change_roles_does_not_learn_who_is_there(cast: Cast, signed_in: SignIn, path: str) -> None:
    for name in ("mia@example.org", "nobody@example.org"):
        assert signed_in(cast.rita).post(SETTINGS + path, {"principal": name, "role": "x"}).status_code == 403
