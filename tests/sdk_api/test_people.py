"""Administering people through the SDK's door: who may, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from access.models import (
    ApiKey,
    ContainerGroupGrant,
    ContainerUserGrant,
    Invitation,
    OrganizationMembership,
    Team,
    TeamMembership,
    User,
)
from access.services import organizations, people, service_accounts, teams
from access.services.keys import authenticate, create_key
from registries.services.founding import found_organization
from sdk_api.ids import encode
from tests.cast import Cast, person
from tests.sdk_api.cases_people import MEMBERS, USERS, team_id
from tests.sdk_api.conftest import Ask, wire_id

Fields = dict[str, Any]
Given = Callable[[Cast], Fields]
ROWS = (OrganizationMembership, TeamMembership, ContainerUserGrant, ContainerGroupGrant, User, Team, Invitation, ApiKey)


def state() -> Any:
    """Everything that these mutations may change, but when keys were used."""
    return [
        sorted(
            tuple(sorted((name, str(value)) for name, value in row.items() if name != "last_used_at"))
            for row in model.objects.values()
        )
        for model in ROWS
    ]


def attempt(ask: Ask, user: User, name: str, given: Fields, **options: Any) -> Any:
    kind = name[0].upper() + name[1:] + "Input"
    inner = {
        "generateApiKey": "apiKey { id name }",
        "createTeam": "entity { id }",
        "createInvite": "invite { id }",
        "createUser": "user { id }",
        "createServiceAccount": "user { id }",
    }.get(name, "success")
    document = f"mutation M($input: {kind}!) {{ answer: {name}(input: $input) {{ {inner} }} }}"
    return ask(user, document, input=given, **options)


def shelf(**more: Callable[[Cast], Any]) -> Given:
    return lambda cast: {"projectId": wire_id(cast.registry)} | {name: value(cast) for name, value in more.items()}


def plain(**given: Any) -> Given:
    return lambda cast: given


MIA = {"userId": lambda cast: wire_id(cast.mia)}
VISION = {"teamId": lambda cast: team_id(cast.team)}
ACTS: dict[str, tuple[str, Given]] = {
    "add": ("createProjectMembers", shelf(teamIds=lambda cast: [team_id(cast.team)])),
    "add again": ("createProjectMembers", shelf(userIds=lambda cast: [wire_id(cast.mia)])),
    "remove": ("deleteProjectMembers", shelf(userIds=lambda cast: [wire_id(cast.mia)])),
    "remove nobody": ("deleteProjectMembers", shelf(userIds=lambda cast: [wire_id(cast.otto)])),
    "role": ("updateProjectMember", shelf(**MIA, userProjectRole=lambda cast: "viewer")),
    "team role": ("updateProjectTeamMember", shelf(**VISION, teamProjectRole=lambda cast: "viewer")),
    "team": ("createTeam", plain(teamName="speech")),
    "user": ("createUser", plain(email="new@example.org")),
    "operator": ("createUser", plain(email="new@example.org", admin=True)),
    "invite": ("createInvite", plain(entityName="vision", username="adam")),
    "invite an address": ("createInvite", plain(entityName="vision", email="new@example.org")),
    "take out": ("deleteInvite", lambda cast: {"entityName": "vision", "id": wire_id(cast.olga)}),
    "take out nobody": ("deleteInvite", lambda cast: {"entityName": "vision", "id": encode("User", 10**9)}),
    "withdraw": ("deleteInvite", plain(entityName="vision", id=encode("Invite", 1))),
    "account": ("createServiceAccount", plain(entityName="vision", description="ci")),
    "account of all": ("createServiceAccount", plain(entityName="acme", description="ci")),
}
ON_REGISTRY = ("add", "add again", "remove", "remove nobody", "role", "team role")
REFUSED = [
    (who, act)
    for who in ("vera", "mia", "adam", "otto")
    for act in ACTS
    if who != "adam" or act not in ON_REGISTRY  # of which he is an admin
]


@pytest.mark.parametrize(("who", "act"), REFUSED)
def test_what_is_not_allowed_is_refused_and_changes_nothing(who: str, act: str, ask: Ask, cast: Cast) -> None:
    user, (name, given) = getattr(cast, who), ACTS[act]
    ask(user, "{ viewer { id } }")  # makes the key
    before = state()
    answer = attempt(ask, user, name, given(cast))
    hidden = who == "otto" and name not in {"createTeam", "createUser"}  # which name nothing that is there
    assert answer.status == (404 if hidden else 403), answer
    assert answer.message
    assert state() == before


@pytest.mark.parametrize("act", ACTS)
def test_a_key_that_reads_only_changes_nothing(act: str, ask: Ask, cast: Cast) -> None:
    name, given = ACTS[act]
    answer = attempt(ask, cast.olga, name, given(cast), scope="read")
    assert (answer.status, "may only read" in answer.message) == (403, True)


@pytest.mark.parametrize("act", [act for act in ACTS if act != "operator"])
def test_an_admin_of_the_organization_may_with_an_ordinary_key(act: str, ask: Ask, cast: Cast) -> None:
    name, given = ACTS[act]
    if act == "take out":  # the other admin of the team stays
        teams.set_member(actor=cast.olga, team=cast.team, user=cast.mia, role="admin")
    if act == "team role":
        assert attempt(ask, cast.olga, "createProjectMembers", ACTS["add"][1](cast)).status == 200
    answer = attempt(ask, cast.olga, name, given(cast))
    assert (answer.status, answer.message) == (200, "")


@pytest.mark.parametrize(
    ("name", "given", "status"),
    [
        ("createProjectMembers", shelf(), 400),
        ("createProjectMembers", shelf(userIds=lambda cast: ["mia"]), 400),
        ("createProjectMembers", shelf(userIds=lambda cast: [team_id(cast.team)]), 400),
        ("createProjectMembers", shelf(userIds=lambda cast: [encode("User", n) for n in range(501)]), 400),
        ("createProjectMembers", shelf(userIds=lambda cast: [wire_id(cast.vera), encode("User", 10**9)]), 404),
        ("createProjectMembers", shelf(userIds=lambda cast: [wire_id(cast.vera), wire_id(cast.otto)]), 404),
        ("createProjectMembers", shelf(teamIds=lambda cast: [encode("Entity", 10**9)]), 404),
        ("createProjectMembers", shelf(teamIds=lambda cast: [encode("Entity", cast.organization.namespace_id)]), 404),
        ("updateProjectMember", shelf(**MIA, userProjectRole=lambda cast: "boss"), 400),
        ("updateProjectTeamMember", shelf(**VISION, teamProjectRole=lambda cast: "viewer"), 404),
        ("updateProjectMember", shelf(userId=lambda cast: wire_id(cast.otto), userProjectRole=lambda cast: "viewer"), 404),
        ("createUser", plain(email="nobody"), 400),
        ("createUser", plain(email=""), 400),
        ("createUser", plain(email=f"x@{'y' * 60}.{'.'.join(['z' * 60] * 4)}"), 400),
        ("createUser", plain(email="otto@example.org"), 409),
        ("createTeam", plain(teamName="no/slash"), 400),
        ("createTeam", plain(teamName="otto"), 409),
        ("createTeam", plain(teamName="speech", teamAdminUserName="otto"), 404),
        ("createInvite", plain(entityName="vision"), 400),
        ("createInvite", plain(entityName="olga", username="mia"), 400),
        ("createInvite", plain(entityName="vision", username="otto"), 404),
        ("createInvite", plain(entityName="vision", username="absent"), 404),
        ("createInvite", plain(entityName="vision", email="nobody"), 400),
        ("deleteInvite", plain(entityName="vision"), 400),
        ("deleteInvite", plain(entityName="absent", id=encode("User", 1)), 404),
        ("deleteInvite", lambda cast: {"entityName": "acme", "id": wire_id(cast.olga)}, 409),
        ("createServiceAccount", plain(entityName="vision", description=" "), 400),
        ("createServiceAccount", plain(entityName="absent", description="ci"), 404),
        ("deleteApiKey", plain(id=encode("ApiKey", 10**9)), 404),
        ("deleteApiKey", plain(id="x"), 400),
        ("generateApiKey", plain(description="x" * 129), 400),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_changes_nothing(name: str, given: Given, status: int, ask: Ask, cast: Cast) -> None:
    ask(cast.olga, "{ viewer { id } }")
    before = state()
    answer = attempt(ask, cast.olga, name, given(cast))
    assert (answer.status, bool(answer.message)) == (status, True), answer
    assert state() == before


def test_service_accounts_are_members_or_admins_of_a_registry(ask: Ask, cast: Cast) -> None:
    account = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="ci")
    given = {"projectId": wire_id(cast.registry), "userId": wire_id(account)}
    added = {"projectId": wire_id(cast.registry), "userIds": [wire_id(account)]}
    assert attempt(ask, cast.adam, "createProjectMembers", added).status == 200
    for role, status in (("viewer", 400), ("restricted_viewer", 400), ("member", 200), ("admin", 200)):
        assert attempt(ask, cast.adam, "updateProjectMember", given | {"userProjectRole": role}).status == status


def test_a_hidden_registry_is_an_absent_one(ask: Ask, cast: Cast) -> None:
    for name, given in (ACTS[act] for act in ON_REGISTRY):
        hidden = attempt(ask, cast.otto, name, given(cast))
        absent = attempt(ask, cast.otto, name, given(cast) | {"projectId": encode("Project", 10**9)})
        assert (hidden.status, hidden.message) == (absent.status, absent.message) == (404, absent.message)
    document = """query P { project(name: "wandb-registry-shelf", entityName: "acme") {
        members { id } teamMembers { role { name } } } }"""
    assert ask(cast.otto, document).data == {"project": None}
    assert ask(cast.otto, MEMBERS, name="vision").data == ask(cast.otto, MEMBERS, name="absent").data


def test_the_view_of_a_team(ask: Ask, cast: Cast) -> None:
    attempt(ask, cast.olga, "createInvite", {"entityName": "vision", "email": "new@example.org"})
    told = ask(cast.olga, MEMBERS, name="vision").data["entity"]
    assert [(row["name"], row["role"], row["admin"], row["pending"], row["email"]) for row in told["members"]] == [
        ("mia", "member", False, False, "mia@example.org"),
        ("olga", "admin", True, False, "olga@example.org"),
        ("vera", "viewer", False, False, "vera@example.org"),
        ("new@example.org", "member", False, True, "new@example.org"),
    ]
    assert (told["storageBytes"], told["readOnly"], told["defaultAccess"]) == (0, False, "PRIVATE")
    seen = ask(cast.vera, MEMBERS, name="vision").data["entity"]
    assert [(row["name"], row["email"]) for row in seen["members"]] == [
        ("mia", None),
        ("olga", None),
        ("vera", "vera@example.org"),
    ]
    assert (seen["readOnly"], ask(cast.mia, MEMBERS, name="vision").data["entity"]["readOnly"]) == (True, False)
    own = ask(cast.mia, MEMBERS, name="mia").data["entity"]
    assert [row["username"] for row in own["members"]] == ["mia"]


def test_the_first_key_is_told_to_the_key_that_made_it_for_some_minutes(ask: Ask, cast: Cast) -> None:
    teams.set_member(actor=cast.olga, team=cast.team, user=cast.mia, role="admin")
    for description in ("one", "two", "one"):
        attempt(ask, cast.olga, "createServiceAccount", {"entityName": "vision", "description": description})
    accounts = ask(cast.olga, MEMBERS, name="vision").data["entity"]["members"][-3:]
    assert [row["name"] for row in accounts] == ["one", "two", "one"]
    assert len({row["apiKey"] for row in accounts}) == 3
    attempt(ask, cast.mia, "createServiceAccount", {"entityName": "vision", "description": "hers"})
    last = ask(cast.olga, MEMBERS, name="vision").data["entity"]["members"][-1]
    assert last == accounts[-1]  # though hers is newer
    told = ask(cast.mia, MEMBERS, name="vision").data["entity"]["members"]
    assert [row["name"] for row in told if row["apiKey"]] == ["hers"]
    User.objects.filter(service_team=cast.team).update(created_at=timezone.now() - timedelta(minutes=6))
    assert not any(row["apiKey"] for row in ask(cast.olga, MEMBERS, name="vision").data["entity"]["members"])
    assert authenticate(last["apiKey"])  # it works on


def test_a_script_makes_no_key_that_outlives_or_outranks_its_own(ask: Ask, cast: Cast) -> None:
    ask(cast.mia, "{ viewer { id } }")
    until = timezone.now() + timedelta(days=1)
    cast.mia.api_keys.update(scope="admin", expires_at=until)
    attempt(ask, cast.mia, "generateApiKey", {})
    made = cast.mia.api_keys.get(name="made by a script")
    assert (made.scope, made.expires_at) == ("admin", until)


def test_keys_of_others_are_absent_and_those_of_ones_service_accounts_are_ones_own(ask: Ask, cast: Cast) -> None:
    foreign, _ = create_key(actor=cast.mia, user=cast.mia, name="hers")
    absent = attempt(ask, cast.olga, "deleteApiKey", {"id": encode("ApiKey", 10**9)})
    hidden = attempt(ask, cast.olga, "deleteApiKey", {"id": wire_id(foreign)})
    assert (hidden.status, hidden.message) == (absent.status, absent.message) == (404, absent.message)
    account = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="ci")
    key, _ = create_key(actor=cast.olga, user=account, name="one")
    assert attempt(ask, cast.otto, "deleteApiKey", {"id": wire_id(key)}).status == 404
    assert attempt(ask, cast.mia, "deleteApiKey", {"id": wire_id(key)}).status in {403, 404}
    assert attempt(ask, cast.olga, "deleteApiKey", {"id": wire_id(key)}).status == 200
    assert [row.name for row in ApiKey.objects.filter(user=cast.mia, name="hers")] == ["hers"]


def test_of_several_organizations_the_default_entity_says_which_is_meant(ask: Ask, cast: Cast) -> None:
    other = found_organization(actor=None, name="Beta", owner=cast.olga)
    for name, given in (("createTeam", {"teamName": "speech"}), ("createUser", {"email": "new@example.org"})):
        refused = attempt(ask, cast.olga, name, given)
        assert refused.status == 400
        assert "Acme, Beta" in refused.message
    team = teams.create_team(actor=cast.olga, organization=other, name="betas", admin=cast.olga)
    people.set_default_namespace(actor=cast.olga, user=cast.olga, namespace=team.namespace)
    assert attempt(ask, cast.olga, "createTeam", {"teamName": "speech"}).status == 200
    assert Team.objects.get(namespace__name="speech").organization == other


def test_the_operator_makes_accounts_and_operators(ask: Ask, cast: Cast) -> None:
    boss = people.create_user(username="boss", is_operator=True)
    for email, admin in (("plain@example.org", False), ("chief@example.org", True)):
        assert attempt(ask, boss, "createUser", {"email": email, "admin": admin}).status == 200
        made = User.objects.get(email=email)
        assert (made.is_superuser, made.organization_memberships.count()) == (admin, 0)
        assert attempt(ask, boss, "createUser", {"email": email, "admin": not admin}).status == 409
    assert ask(boss, USERS, text="otto").data["users"]["edges"][0]["node"]["email"] == "otto@example.org"


def test_an_address_of_somebody_out_of_sight_is_invited_like_one_of_nobody(ask: Ask, cast: Cast) -> None:
    known = attempt(ask, cast.olga, "createInvite", {"entityName": "vision", "email": "otto@example.org"})
    unknown = attempt(ask, cast.olga, "createInvite", {"entityName": "vision", "email": "new@example.org"})
    assert (known.status, unknown.status) == (200, 200)
    assert Invitation.objects.open().count() == 2
    assert not cast.team.memberships.filter(user=cast.otto).exists()


def test_one_leaves_a_team_oneself_and_loses_what_came_through_it(ask: Ask, cast: Cast) -> None:
    assert attempt(ask, cast.mia, "deleteInvite", {"entityName": "vision", "id": wire_id(cast.mia)}).status == 200
    assert not cast.team.memberships.filter(user=cast.mia).exists()
    assert attempt(ask, cast.mia, "deleteInvite", {"entityName": "vision", "id": wire_id(cast.mia)}).status == 200


def test_nothing_is_done_of_what_cannot_be_done_whole(ask: Ask, cast: Cast) -> None:
    nora = person("nora")
    far = found_organization(actor=None, name="Far", owner=nora)
    organizations.set_member(actor=nora, organization=far, user=cast.adam, role="member")
    given = {"projectId": wire_id(cast.registry), "userIds": [wire_id(cast.olga), wire_id(nora)]}
    ContainerUserGrant.objects.filter(user=cast.olga).delete()
    refused = attempt(ask, cast.adam, "createProjectMembers", given)  # he sees nora, who does not belong here
    assert (refused.status, "does not belong" in refused.message) == (400, True)
    assert not ContainerUserGrant.objects.filter(user=cast.olga).exists()


def test_an_invitation_is_mailed_once_and_opens_its_page(
    ask: Ask, cast: Cast, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    settings.SENDS_MAIL = True
    document = """mutation M($entity: String!) { createInvite(input: {entityName: $entity, email: "new@example.org"}) {
        invite { link } } }"""
    link, again = (ask(cast.olga, document, entity="vision").data["createInvite"]["invite"]["link"] for _ in range(2))
    (mail,) = mailoutbox
    assert (mail.to, link in mail.body, again) == (["new@example.org"], True, None)
    assert "vision" in Client().get(urlsplit(link).path).content.decode()
    settings.SENDS_MAIL = False
    assert ask(cast.olga, document, entity="acme").data["createInvite"]["invite"]["link"]
    assert len(mailoutbox) == 1
