"""Members come, go, are switched off and on, by the rules of F33, F34 and C31."""

from __future__ import annotations

import pytest

from access.models import Organization, OrganizationMembership, User
from access.policy import role_on
from access.roles import Role
from access.services import invitations, organizations, people, roles, service_accounts, teams
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from registries.models import Registry
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
    assert not nora.has_usable_password()
    assert OrganizationMembership.objects.get(user=nora).role == "member"
    with pytest.raises(ForbiddenError):
        people.create_member(actor=cast.mia, organization=cast.organization, username="eve", email="")


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
