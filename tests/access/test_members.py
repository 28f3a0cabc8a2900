"""Members come, go, are switched off and on, by the rules of F33, F34 and C31."""

from __future__ import annotations

import pytest

from access.models import Organization, OrganizationMembership, User
from access.policy import role_on
from access.roles import Role
from access.services import invitations, keys, organizations, people, roles, service_accounts, teams
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from projects.services.projects import get_or_create_project
from registries.models import Registry
from registries.services.registries import create_registry, set_owner
from tests.cast import Cast, person


def model_registry(cast: Cast) -> Registry:
    return Registry.objects.get(organization=cast.organization, name="model")


def test_who_leaves_a_team_loses_what_came_through_it(cast: Cast) -> None:
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=cast.team, role=Role.ADMIN)
    assert role_on(cast.mia, cast.registry) is Role.ADMIN
    teams.remove_member(actor=cast.mia, team=cast.team, user=cast.mia)
    assert role_on(cast.mia, cast.registry) is Role.MEMBER
    teams.remove_member(actor=cast.olga, team=cast.team, user=cast.mia)


def test_who_leaves_the_organization_loses_everything_in_it(cast: Cast) -> None:
    people.set_default_namespace(actor=cast.mia, user=cast.mia, namespace=cast.team.namespace)
    organizations.remove_member(actor=cast.mia, organization=cast.organization, user=cast.mia)
    cast.mia.refresh_from_db()
    assert role_on(cast.mia, cast.registry) is None
    assert not cast.mia.team_memberships.exists()
    assert cast.mia.default_namespace is None
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=cast.mia, role="member")
    assert role_on(cast.mia, cast.registry) is None


def test_a_deactivated_member_gets_everything_back(cast: Cast) -> None:
    organizations.deactivate_member(actor=cast.olga, organization=cast.organization, user=cast.mia)
    organizations.deactivate_member(actor=cast.olga, organization=cast.organization, user=cast.mia)
    assert role_on(cast.mia, cast.registry) is None
    assert not Organization.objects.visible_to(cast.mia).exists()
    organizations.reactivate_member(actor=cast.olga, organization=cast.organization, user=cast.mia)
    organizations.reactivate_member(actor=cast.olga, organization=cast.organization, user=cast.mia)
    assert role_on(cast.mia, cast.registry) is Role.MEMBER
    assert cast.team.memberships.get(user=cast.mia).role == "member"


def test_the_last_admin_stays(cast: Cast) -> None:
    for end in (organizations.remove_member, organizations.deactivate_member):
        with pytest.raises(ConflictError, match="last admin"):
            end(actor=cast.olga, organization=cast.organization, user=cast.olga)
    assert cast.organization.memberships.get(user=cast.olga).role == "admin"


def test_only_admins_take_others_out(cast: Cast) -> None:
    for actor, refusal in ((cast.adam, ForbiddenError), (cast.otto, NotFoundError)):
        for end in (organizations.remove_member, organizations.deactivate_member):
            with pytest.raises(refusal):
                end(actor=actor, organization=cast.organization, user=cast.mia)
        with pytest.raises(refusal):
            teams.remove_member(actor=actor, team=cast.team, user=cast.mia)
    assert role_on(cast.mia, cast.registry) is Role.MEMBER


def test_an_invitation_is_used_once(cast: Cast) -> None:
    _, token = invitations.create_invitation(
        actor=cast.olga, organization=cast.organization, role="viewer", team=cast.team, team_role="member"
    )
    invitations.accept_invitation(actor=cast.otto, token=token)
    assert cast.organization.memberships.get(user=cast.otto).role == "viewer"
    assert cast.team.memberships.get(user=cast.otto).role == "member"
    with pytest.raises(NotFoundError):
        invitations.accept_invitation(actor=person("nora"), token=token)


def test_signing_up_by_invitation_makes_the_team_the_default(cast: Cast) -> None:
    _, token = invitations.create_invitation(
        actor=cast.olga, organization=cast.organization, role="member", team=cast.team
    )
    with pytest.raises(InvalidInputError):
        invitations.sign_up(token=token, username="nora", password="short", email="nora@example.org")
    assert not User.objects.filter(username="nora").exists()
    nora = invitations.sign_up(token=token, username="nora", password="a long pass phrase", email="nora@example.org")
    assert nora.home == cast.team.namespace
    assert nora.check_password("a long pass phrase")


def test_an_invitation_never_lowers_a_role(cast: Cast) -> None:
    _, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="viewer")
    invitations.accept_invitation(actor=cast.olga, token=token)
    assert cast.organization.memberships.get(user=cast.olga).role == "admin"


def test_withdrawn_and_foreign_invitations_open_nothing(cast: Cast) -> None:
    invitation, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="member")
    with pytest.raises(ForbiddenError):
        invitations.revoke_invitation(actor=cast.mia, invitation=invitation)
    invitations.revoke_invitation(actor=cast.olga, invitation=invitation)
    for used in (token, "guess"):
        with pytest.raises(NotFoundError):
            invitations.accept_invitation(actor=cast.otto, token=used)
    with pytest.raises(ForbiddenError):
        invitations.create_invitation(actor=cast.mia, organization=cast.organization, role="admin")


def test_a_service_account_has_only_the_roles_that_name_it(cast: Cast) -> None:
    robot = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="nightly")
    assert role_on(robot, model_registry(cast)) is None
    with pytest.raises(InvalidInputError, match="only be member or admin"):
        roles.grant_role(actor=cast.olga, container=cast.registry, principal=robot, role=Role.VIEWER)
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=robot, role=Role.MEMBER)
    assert role_on(robot, cast.registry) is Role.MEMBER
    with pytest.raises(ConflictError):
        organizations.set_member(actor=cast.olga, organization=cast.organization, user=robot, role="admin")
    service_accounts.delete_service_account(actor=cast.olga, account=robot)
    robot.refresh_from_db()
    assert role_on(robot, cast.registry) is None


def test_the_organization_lowers_what_members_have_on_open_registries(cast: Cast) -> None:
    open_one = model_registry(cast)
    assert (role_on(cast.mia, open_one), role_on(cast.vera, open_one)) == (Role.MEMBER, Role.VIEWER)
    organizations.edit_organization(
        actor=cast.olga, organization=cast.organization, default_registry_role=Role.RESTRICTED_VIEWER
    )
    assert role_on(cast.mia, open_one) is role_on(cast.vera, open_one) is Role.RESTRICTED_VIEWER
    assert role_on(cast.olga, open_one) is Role.ADMIN
    with pytest.raises(InvalidInputError):
        organizations.edit_organization(
            actor=cast.olga, organization=cast.organization, default_registry_role=Role.ADMIN
        )


def test_a_member_made_in_the_browser_starts_with_the_one_team(cast: Cast) -> None:
    nora = people.create_member(
        actor=cast.olga, organization=cast.organization, username="nora", email="nora@example.org"
    )
    assert nora.home == cast.team.namespace
    assert get_or_create_project(actor=nora, namespace=nora.home, name="first").namespace == nora.home
    assert not nora.has_usable_password()
    assert OrganizationMembership.objects.get(user=nora).role == "member"
    with pytest.raises(ForbiddenError):
        people.create_member(actor=cast.mia, organization=cast.organization, username="eve", email="")


def test_a_person_cannot_have_the_name_of_a_service_account(cast: Cast) -> None:
    robot = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="nightly")
    with pytest.raises(ConflictError, match="taken"):
        person(robot.username)


def test_a_team_is_renamed_and_dissolved(cast: Cast) -> None:
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=cast.team, role=Role.ADMIN)
    teams.rename_team(actor=cast.olga, team=cast.team, name="sight")
    assert teams.find_team("sight") == cast.team
    with pytest.raises(ConflictError):
        teams.rename_team(actor=cast.olga, team=cast.team, name="mia")
    cast.team.refresh_from_db()
    teams.delete_team(actor=cast.olga, team=cast.team)
    with pytest.raises(NotFoundError):
        teams.find_team("sight")
    assert role_on(cast.mia, cast.registry) is Role.MEMBER


def test_a_team_takes_its_service_accounts_along(cast: Cast) -> None:
    robot = service_accounts.create_service_account(
        actor=cast.olga, organization=cast.organization, name="nightly", team=cast.team
    )
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=robot, role=Role.ADMIN)
    _, secret = keys.create_key(actor=cast.olga, user=robot, name="job")
    teams.delete_team(actor=cast.olga, team=cast.team)
    robot.refresh_from_db()
    assert role_on(robot, cast.registry) is None
    assert keys.authenticate(secret) is None
    assert robot.deleted_at is not None


def test_deleted_service_accounts_make_room(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_accounts, "MOST", 1)
    for name in ("first", "second"):
        robot = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name=name)
        service_accounts.delete_service_account(actor=cast.olga, account=robot)


@pytest.mark.parametrize("way", ["demote", "remove", "deactivate", "delete"])
def test_the_open_invitations_of_an_admin_end_with_the_role(cast: Cast, way: str) -> None:
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=cast.adam, role="admin")
    _, token = invitations.create_invitation(actor=cast.adam, organization=cast.organization, role="admin")
    _, other = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="member")
    who = {"actor": cast.olga, "organization": cast.organization, "user": cast.adam}
    if way == "demote":
        organizations.set_member(**who, role="member")
    elif way == "delete":
        people.delete_user(actor=None, user=cast.adam)
    else:
        (organizations.remove_member if way == "remove" else organizations.deactivate_member)(**who)
    with pytest.raises(NotFoundError):
        invitations.accept_invitation(actor=cast.otto, token=token)
    invitations.accept_invitation(actor=cast.otto, token=other)


def test_who_is_deactivated_does_not_come_back_by_an_invitation(cast: Cast) -> None:
    _, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="admin")
    organizations.deactivate_member(actor=cast.olga, organization=cast.organization, user=cast.mia)
    with pytest.raises(ConflictError, match="switched off"):
        invitations.accept_invitation(actor=cast.mia, token=token)
    assert role_on(cast.mia, cast.registry) is None
    invitations.accept_invitation(actor=cast.otto, token=token)


@pytest.mark.parametrize("way", ["remove", "deactivate", "delete"])
def test_who_goes_answers_for_no_registry_any_more(cast: Cast, way: str) -> None:
    set_owner(actor=cast.olga, registry=cast.registry, owner=cast.rita)
    who = {"actor": cast.olga, "organization": cast.organization, "user": cast.rita}
    if way == "delete":
        people.delete_user(actor=None, user=cast.rita)
    else:
        (organizations.remove_member if way == "remove" else organizations.deactivate_member)(**who)
    assert Registry.objects.get(pk=cast.registry.pk).owner is None


def test_the_operator_of_once_keeps_nothing_of_strangers(cast: Cast) -> None:
    root = people.create_user(username="root", is_operator=True)
    made = create_registry(actor=root, organization=cast.organization, name="made", visibility="restricted")
    assert role_on(root, made) is Role.ADMIN
    people.edit_user(actor=None, user=root, is_superuser=False)
    assert role_on(root, Registry.objects.get(pk=made.pk)) is None
