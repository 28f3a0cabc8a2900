"""Random organizations: SQL, decisions and explanations agree with twenty lines of plain Python (F30, C1, C7)."""

from __future__ import annotations

import random
from itertools import product

import pytest

from access import grants, policy
from access.models import Container, Organization, OrganizationMembership, Team, TeamMembership, User
from access.reach import people_of
from access.roles import Action, Role, allows
from access.services import organizations, people, service_accounts, teams
from access.ways import ways
from projects.models import Project
from registries.models import Registry
from tests.cast import person

WORDS = {"admin": Role.ADMIN, "member": Role.MEMBER, "viewer": Role.VIEWER}


def expected(user: User, container: Container) -> Role | None:
    """What F30 says, read row by row."""
    if not user.is_active or container.deleted_at:
        return None
    found = [Role.ADMIN] if user.is_superuser or user.namespace_id == container.namespace_id else []
    word = next((row.role for row in OrganizationMembership.objects.all()
                 if (row.user_id, row.organization_id) == (user.pk, container.organization_id)), None)  # fmt: skip
    if word == "admin":
        found.append(Role.ADMIN)
    if word in {"member", "viewer"} and container.visibility == "organization":
        assert container.organization is not None
        default = Role(container.organization.default_registry_role)
        found.append(default if word == "member" else min(default, Role.VIEWER))
    for team in Team.objects.all():
        row = TeamMembership.objects.filter(team=team, user=user).first()
        if row and team.namespace_id == container.namespace_id and container.visibility == "team":
            found.append(WORDS[row.role])
        if row and (given := grants.given(container, team)):
            found.append(given)
    if given := grants.given(container, user):
        found.append(given)
    return max(found, default=None)


def world(draw: random.Random) -> None:
    """Two organizations with people, programs, teams, registries and projects, everything by chance."""
    everybody = [person(f"p{number}") for number in range(7)]
    for number in range(2):
        owner = draw.choice(everybody)
        organization = organizations.create_organization(name=f"o{number}", owner=owner)
        organization.default_registry_role = draw.choice([Role.RESTRICTED_VIEWER, Role.VIEWER, Role.MEMBER])
        organization.save()
        for user in draw.sample(everybody, 4):
            if user != owner:
                role = draw.choice(list(WORDS))
                organizations.set_member(actor=None, organization=organization, user=user, role=role)
        _fill(draw, organization, everybody)
    people.delete_user(actor=None, user=draw.choice(everybody))
    User.objects.filter(pk=draw.choice(everybody).pk).update(is_superuser=True)
    User.objects.filter(pk=draw.choice(everybody).pk).update(is_active=False)


def _fill(draw: random.Random, organization: Organization, everybody: list[User]) -> None:
    crews = [
        teams.create_team(actor=None, organization=organization, name=f"{organization.name}-t{number}", admin=admin)
        for number, admin in enumerate(draw.sample(everybody, 3))
    ]
    for crew, user in draw.sample(list(product(crews, everybody)), 6):
        teams.set_member(actor=None, team=crew, user=user, role=draw.choice(list(WORDS)))
    robot = service_accounts.create_service_account(
        actor=None, organization=organization, name="robot", team=draw.choice([None, *crews])
    )
    places: list[Container] = [
        Registry.objects.create(
            kind="registry", namespace=organization.namespace, organization=organization,
            name=f"r{number}", name_key=f"r{number}", visibility=draw.choice(["organization", "restricted"]),
        )
        for number in range(4)
    ] + [
        Project.objects.create(
            kind="project", namespace=crew.namespace, organization=organization, name="p", name_key="p",
            visibility=draw.choice(["team", "restricted"]),
        )
        for crew in crews
    ]  # fmt: skip
    places.append(
        Project.objects.create(
            kind="project", namespace=draw.choice(everybody).namespace, name=organization.name,
            name_key=organization.name, visibility="restricted",
        )
    )  # fmt: skip
    for place in places[:-1]:
        for principal in draw.sample([*everybody, *crews, robot], 3):
            grants.give(place, principal, draw.choice(list(Role)))


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6))])
def test_every_way_of_asking_agrees_with_the_reference(db: None, seed: int) -> None:
    world(random.Random(seed))
    users, places = list(User.objects.all()), list(Container.objects.all())
    met: set[Role | None] = set()
    for user in users:
        for least in Role:
            high = set(Container.objects.visible_to(user, least).values_list("pk", flat=True))
            assert high == {place.pk for place in places if (expected(user, place) or 0) >= least}
        visible = set(Container.objects.visible_to(user).values_list("pk", flat=True))
        levels = dict(Container.objects.alive().with_role(user).values_list("pk", "role_level"))
        for place in places:
            role = expected(user, place)
            met.add(role)
            assert policy.role_on(user, place) is role
            assert (place.pk in visible) is (role is not None)
            assert levels.get(place.pk, 0) == (role or 0)
            assert all(policy.can(user, action, place) is allows(role, action) for action in (min(Action), max(Action)))
    assert met == {None, *Role}


@pytest.mark.parametrize("seed", [6, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (7, 8))])
def test_what_is_told_as_the_reason_is_the_reason(db: None, seed: int) -> None:
    world(random.Random(seed))
    users = list(User.objects.all())
    for place in Container.objects.select_related("organization").alive():
        told = ways(place, users)
        reaching = {user.pk for user in users if expected(user, place) and not user.is_superuser}
        assert set(people_of(place).exclude(is_superuser=True).values_list("pk", flat=True)) == reaching
        for user in users:
            assert max((way.role for way in told[user.pk]), default=None) == expected(user, place), (user, place)
