"""The effective role: every way that leads to one, the highest wins, and `visible_to` agrees."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from access import grants, policy
from access.models import Container, Organization, OrganizationMembership, Team, TeamMembership, User
from access.roles import Role
from access.services import organizations, people, roles, teams
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from events.models import Event
from projects.services.projects import get_or_create_project
from registries.models import Registry
from registries.services.registries import create_registry
from tests.cast import Cast, person

RV, V, M, A = Role.RESTRICTED_VIEWER, Role.VIEWER, Role.MEMBER, Role.ADMIN


def role(user: User, container: Container) -> Role | None:
    """The effective role, read anew; `visible_to` and `with_role` must agree with it."""
    found = policy.role_on(user, Container.objects.get(pk=container.pk))
    rows = Container.objects.filter(pk=container.pk)
    assert rows.visible_to(user).exists() is (found is not None)
    assert Role(level) is found if (level := rows.with_role(user).get().role_level) else True
    return found


@pytest.fixture
def open_registry(cast: Cast) -> Registry:
    """A registry that the whole organization sees."""
    return create_registry(actor=cast.olga, organization=cast.organization, name="Open")


def test_an_organization_registry_gives_the_role_in_the_organization(cast: Cast, open_registry: Registry) -> None:
    assert [role(user, open_registry) for user in (cast.olga, cast.mia, cast.vera, cast.otto)] == [A, M, V, None]


def test_a_restricted_registry_gives_nothing_but_to_organization_admins(cast: Cast) -> None:
    roles.remove_role(actor=cast.olga, container=cast.registry, principal=cast.mia)
    assert [role(user, cast.registry) for user in (cast.olga, cast.mia)] == [A, None]


@pytest.mark.parametrize("granted", list(Role))
def test_a_grant_never_lowers(cast: Cast, open_registry: Registry, granted: Role) -> None:
    for user, own in ((cast.olga, A), (cast.mia, M), (cast.vera, V)):
        roles.grant_role(actor=cast.olga, container=open_registry, principal=user, role=granted)
        assert role(user, open_registry) is max(own, granted)


def test_a_team_that_was_added_gives_its_role_to_each_member_whatever_theirs_in_the_team(cast: Cast) -> None:
    for user in (cast.mia, cast.vera):
        roles.remove_role(actor=cast.olga, container=cast.registry, principal=user)
    roles.grant_role(actor=cast.adam, container=cast.registry, principal=cast.team, role=M)
    assert [role(user, cast.registry) for user in (cast.mia, cast.vera, cast.rita)] == [M, M, RV]
    TeamMembership.objects.filter(user=cast.vera).delete()
    assert role(cast.vera, cast.registry) is None


def test_the_highest_of_several_teams_and_the_own_grant_wins(cast: Cast) -> None:
    for name, granted in (("one", V), ("two", A), ("three", RV)):
        team = teams.create_team(actor=cast.olga, organization=cast.organization, name=name, admin=cast.rita)
        roles.grant_role(actor=cast.olga, container=cast.registry, principal=team, role=granted)
    assert role(cast.rita, cast.registry) is A


def test_a_role_in_a_team_gives_nothing_on_a_registry_by_itself(cast: Cast) -> None:
    roles.remove_role(actor=cast.olga, container=cast.registry, principal=cast.vera)
    teams.set_member(actor=cast.olga, team=cast.team, user=cast.vera, role="admin")
    assert role(cast.vera, cast.registry) is None


def test_a_teams_project_gives_the_role_in_the_team(cast: Cast) -> None:
    project = get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name="training")
    assert [role(user, project) for user in (cast.olga, cast.mia, cast.vera)] == [A, M, V]
    assert [role(user, project) for user in (cast.adam, cast.rita, cast.otto)] == [None, None, None]
    roles.grant_role(actor=cast.olga, container=project, principal=cast.rita, role=RV)
    assert role(cast.rita, project) is RV


def test_a_restricted_project_is_closed_to_its_team(cast: Cast) -> None:
    project = get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name="training")
    Container.objects.filter(pk=project.pk).update(visibility="restricted")
    roles.grant_role(actor=cast.olga, container=project, principal=cast.vera, role=M)
    assert [role(user, project) for user in (cast.olga, cast.mia, cast.vera)] == [A, None, M]


def test_a_personal_project_is_its_owners_alone(cast: Cast) -> None:
    project = get_or_create_project(actor=cast.mia, namespace=cast.mia.namespace, name="mine")  # type: ignore[arg-type]
    assert [role(user, project) for user in (cast.mia, cast.olga, cast.vera, cast.otto)] == [A, None, None, None]
    with pytest.raises(InvalidInputError, match="personal"):
        roles.grant_role(actor=cast.mia, container=project, principal=cast.vera, role=V)


def test_what_is_deleted_is_seen_by_nobody(cast: Cast) -> None:
    Container.objects.filter(pk=cast.registry.pk).update(deleted_at=cast.registry.created_at)
    operator = people.create_user(username="root", is_operator=True)
    assert [policy.role_on(user, cast.registry) for user in (cast.olga, cast.adam, operator)] == [None, None, None]
    assert not Registry.objects.visible_to(operator).filter(pk=cast.registry.pk).exists()


def test_somebody_who_is_switched_off_sees_nothing(cast: Cast, open_registry: Registry) -> None:
    for user in (cast.olga, cast.mia):
        user.is_active = False
        assert role(user, open_registry) is None
    assert role(AnonymousUser(), open_registry) is None  # type: ignore[arg-type]


def test_the_operator_administers_everything(cast: Cast) -> None:
    operator = people.create_user(username="root", is_operator=True)
    project = get_or_create_project(actor=cast.mia, namespace=cast.mia.namespace, name="mine")  # type: ignore[arg-type]
    assert [role(operator, container) for container in (cast.registry, project)] == [A, A]
    assert list(Organization.objects.visible_to(operator)) == [cast.organization]
    operator.is_active = False
    assert role(operator, cast.registry) is None


def test_a_grant_goes_to_the_organizations_own_people_and_teams_alone(cast: Cast) -> None:
    rival = organizations.create_organization(name="Rival", owner=cast.otto)
    team = teams.create_team(actor=cast.otto, organization=rival, name="rivals", admin=cast.otto)
    for principal in (cast.otto, team):
        with pytest.raises(InvalidInputError, match="does not belong"):
            roles.grant_role(actor=cast.olga, container=cast.registry, principal=principal, role=V)


def test_a_grant_is_one_row_and_one_event_however_often_it_is_given(cast: Cast) -> None:
    events = Event.objects.count()
    for _ in range(2):
        roles.grant_role(actor=cast.olga, container=cast.registry, principal=cast.vera, role=M)
    assert cast.registry.user_grants.filter(user=cast.vera).count() == 1
    assert Event.objects.count() == events + 1
    for _ in range(2):
        roles.remove_role(actor=cast.olga, container=cast.registry, principal=cast.vera)
    assert grants.given(cast.registry, cast.vera) is None
    assert Event.objects.count() == events + 2


def test_administering_needs_an_admin(cast: Cast) -> None:
    attempts: list[tuple[User, type[Exception], Any]] = [
        (cast.mia, ForbiddenError, lambda user: organizations.create_organization(actor=user, name="Mine", owner=user)),
        (cast.mia, ForbiddenError, lambda user: people.create_user(actor=user, username="friend")),
        (cast.mia, ForbiddenError, lambda user: people.delete_user(actor=user, user=cast.vera)),
        (
            cast.mia,
            NotFoundError,
            lambda user: people.set_password(actor=user, user=cast.vera, password="long enough now"),
        ),
        (cast.mia, NotFoundError, lambda user: people.edit_user(actor=user, user=cast.vera, full_name="Eve")),
        (cast.mia, ForbiddenError, lambda user: people.edit_user(actor=user, user=user, is_superuser=True)),
    ]
    for user, refusal in ((cast.mia, ForbiddenError), (cast.otto, NotFoundError)):
        attempts += [
            (
                user,
                refusal,
                lambda user: organizations.set_member(
                    actor=user, organization=cast.organization, user=user, role="admin"
                ),
            ),
            (user, refusal, lambda user: organizations.delete_organization(actor=user, organization=cast.organization)),
            (
                user,
                refusal,
                lambda user: teams.create_team(actor=user, organization=cast.organization, name="new", admin=user),
            ),
            (user, refusal, lambda user: teams.set_member(actor=user, team=cast.team, user=user, role="admin")),
        ]
    events = Event.objects.count()
    for user, refusal, attempt in attempts:
        with pytest.raises(refusal):
            attempt(user)
    assert Event.objects.count() == events


def test_a_team_admin_adds_colleagues_but_no_strangers(cast: Cast) -> None:
    teams.set_member(actor=cast.olga, team=cast.team, user=cast.mia, role="admin")
    teams.set_member(actor=cast.mia, team=cast.team, user=cast.rita, role="member")
    with pytest.raises(ForbiddenError):
        teams.set_member(actor=cast.mia, team=cast.team, user=cast.otto, role="member")
    assert not OrganizationMembership.objects.filter(user=cast.otto).exists()
    cast.otto.is_active = False
    with pytest.raises(ConflictError, match="switched off"):
        organizations.set_member(actor=cast.olga, organization=cast.organization, user=cast.otto, role="member")


def _reference(user: User, container: Container) -> int:
    """F30 in plain loops over the rows."""
    levels = {"viewer": 2, "member": 3, "admin": 4}
    if container.deleted_at or not user.is_active:
        return 0
    if user.is_superuser or container.namespace_id == user.namespace_id:
        return 4
    found = [0]
    for membership in OrganizationMembership.objects.filter(user=user, organization=container.organization_id):
        if membership.role == "admin" or container.visibility == "organization":
            found.append(levels[membership.role])
    for team in TeamMembership.objects.filter(user=user).select_related("team"):
        if container.visibility == "team" and team.team.namespace_id == container.namespace_id:
            found.append(levels[team.role])
        found.append(grants.given(container, team.team) or 0)
    return max(*found, grants.given(container, user) or 0)


@pytest.mark.parametrize("seed", range(8))
def test_the_query_is_the_rule_on_random_worlds(db: None, seed: int) -> None:
    dice = random.Random(seed)
    persons = [person(f"user{number}") for number in range(6)]
    persons[0].is_superuser = seed % 2 == 0
    persons[1].is_active = seed % 3 != 0
    containers: list[Container] = []
    for number in range(2):
        organization = organizations.create_organization(name=f"Org{number}", owner=persons[2 + number])
        for user in dice.sample(persons, 3):
            OrganizationMembership.objects.get_or_create(
                organization=organization, user=user, defaults={"role": dice.choice(["admin", "member", "viewer"])}
            )
        groups = [
            teams.create_team(
                actor=None, organization=organization, name=f"team{number}{letter}", admin=persons[2 + number]
            )
            for letter in "ab"
        ]
        for team in groups:
            for user in dice.sample(persons, 3):
                TeamMembership.objects.get_or_create(
                    team=team, user=user, defaults={"role": dice.choice(["admin", "member", "viewer"])}
                )
        containers += _random_containers(dice, organization, groups, persons)
    for user in persons:
        containers.append(_container(dice, user.namespace, None, "restricted"))
    for user in persons:
        expected = {container.pk: _reference(user, container) for container in containers}
        rows = Container.objects.alive().with_role(user).in_bulk()
        assert {pk: rows[pk].role_level if pk in rows else 0 for pk in expected} == expected
        visible = set(Container.objects.visible_to(user).values_list("pk", flat=True))
        assert visible == {pk for pk, level in expected.items() if level}


def _container(dice: random.Random, namespace: Any, organization: Organization | None, visibility: str) -> Container:
    name = f"c{dice.getrandbits(40)}"
    kind = Container.Kind.REGISTRY if visibility == "organization" else Container.Kind.PROJECT
    return Container.objects.create(
        kind=kind, namespace=namespace, organization=organization, name=name, name_key=name, visibility=visibility
    )


def _random_containers(
    dice: random.Random, organization: Organization, groups: list[Team], persons: list[User]
) -> list[Container]:
    made = []
    for visibility in ("organization", "organization", "team", "team", "restricted", "restricted"):
        owner = organization if visibility == "organization" else dice.choice(groups)
        made.append(_container(dice, owner.namespace, organization, visibility))
    for container in made:
        for principal in (*dice.sample(persons, 2), dice.choice(groups)):
            if dice.random() < 0.6:
                grants.give(container, principal, dice.choice(list(Role)))
    made[0].deleted_at = made[0].created_at
    made[0].save()
    return made
