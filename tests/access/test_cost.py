"""What deciding costs: one query for a list, and little time however many registries and teams there are."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from access import policy
from access.models import (
    Container,
    ContainerGroupGrant,
    Namespace,
    Organization,
    OrganizationMembership,
    Team,
    TeamMembership,
    User,
)
from access.models.containers import role_permission
from access.roles import Action, Role
from access.services import organizations
from registries.models import Registry
from tests.cast import Cast, person

REGISTRIES, TEAMS = 2000, 50
SECONDS = 1.0  # some fifty times what it takes, for slow machines


def _many_teams(organization: Organization, user: User) -> list[Team]:
    teams = []
    for number in range(TEAMS):
        namespace = Namespace.objects.create(name=f"t{number}", name_key=f"t{number}", kind=Namespace.Kind.TEAM)
        group = Group.objects.create(name=f"t{number}")
        teams.append(Team.objects.create(organization=organization, namespace=namespace, group=group))
    TeamMembership.objects.bulk_create(TeamMembership(team=team, user=user) for team in teams)
    return teams


@pytest.fixture
def crowded(db: None) -> User:
    """Somebody in 50 teams, of which each was added to 40 of 2,000 restricted registries."""
    organization = organizations.create_organization(name="Acme", owner=person("olga"))
    mia = person("mia")
    OrganizationMembership.objects.create(organization=organization, user=mia, role="member")
    teams = _many_teams(organization, mia)
    for number in range(REGISTRIES):
        Registry.objects.create(
            kind="registry",
            namespace=organization.namespace,
            organization=organization,
            name=f"r{number}",
            name_key=f"r{number}",
            visibility="restricted" if number % 2 else "organization",
        )
    permission = role_permission(Role.VIEWER)
    ContainerGroupGrant.objects.bulk_create(
        ContainerGroupGrant(content_object_id=pk, group=teams[number % TEAMS].group, permission=permission)
        for number, pk in enumerate(Registry.objects.values_list("pk", flat=True))
    )
    return mia


def test_two_thousand_registries_are_one_quick_query(crowded: User, django_assert_num_queries: Any) -> None:
    lists = {
        "visible_to": Registry.objects.visible_to(crowded),
        "with_role": Registry.objects.visible_to(crowded).with_role(crowded),
        "a page": Registry.objects.visible_to(crowded).with_role(crowded).order_by("name_key")[:50],
    }
    for name, rows in lists.items():
        started = time.process_time()
        with django_assert_num_queries(1):
            found = len(rows)
        took = time.process_time() - started
        print(f"{name}: {found} in {took * 1000:.0f} ms")
        assert took < SECONDS, name
    assert Container.objects.visible_to(crowded).count() == REGISTRIES


def test_a_decision_is_one_query_and_none_for_a_row_that_brought_its_role(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert policy.can(cast.mia, Action.LINK_VERSION, cast.registry)
    with django_assert_num_queries(1):
        found = policy.get_visible(Registry.objects.all(), cast.mia, "registry", pk=cast.registry.pk)
        assert policy.can(cast.mia, Action.LINK_VERSION, found)
    with django_assert_num_queries(1):
        assert not policy.can(cast.rita, Action.LINK_VERSION, found), (
            "a role brought for one person decides for no other"
        )


def test_the_landing_page_costs_the_same_with_five_teams_and_with_fifty(
    crowded: User, signed_in: Callable[[User], Client], django_assert_max_num_queries: Any
) -> None:
    client, counts = signed_in(crowded), []
    for teams in (TEAMS, 5):
        keep = list(crowded.team_memberships.order_by("pk").values_list("pk", flat=True)[:teams])
        TeamMembership.objects.exclude(pk__in=keep).delete()
        client.get("/orgs/Acme/registry/")  # the first visit remembers the organization
        with django_assert_max_num_queries(12) as captured:
            assert client.get("/orgs/Acme/registry/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
