"""What lists cost: the same queries for 10 rows as for 200, and few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import ApiKey, Invitation, OrganizationMembership, TeamMembership, User
from access.roles import Role
from access.services.roles import grant_role
from access.services.teams import create_team
from artifacts.models import Artifact, ManifestEntry, Tag, Version, VersionAlias
from projects.services.projects import get_or_create_project
from registries.models import Collection, Link, LinkAlias
from registries.services.registries import create_registry
from storage.models import Blob, Upload
from tests.rest_api.conftest import NET, NETS, SHELF, TRAINING, Ask, World

ACME = "/organizations/Acme"
MOST = 16


def fill(world: World, first: int, last: int) -> None:
    """More rows of everything, numbered from `first` up to `last`."""
    numbers = range(first, last)
    _people(world, numbers)
    _content(world, numbers)


def _people(world: World, numbers: range) -> None:
    cast = world.cast
    acme, later = cast.organization, timezone.now() + timedelta(days=3)
    users = User.objects.bulk_create(User(username=f"u{n:03}") for n in numbers)
    OrganizationMembership.objects.bulk_create(OrganizationMembership(organization=acme, user=user) for user in users)
    TeamMembership.objects.bulk_create(TeamMembership(team=cast.team, user=user) for user in users)
    acme.deactivated.model.objects.bulk_create(
        acme.deactivated.model(organization=acme, user=user, role="member") for user in users
    )
    programs = User.objects.bulk_create(
        User(username=f"service-{n:03}", service_of=acme, service_team=cast.team) for n in numbers
    )
    OrganizationMembership.objects.bulk_create(
        OrganizationMembership(organization=acme, user=user, role="service") for user in programs
    )
    ci = User.objects.filter(username="service-000").get()
    ApiKey.objects.bulk_create(ApiKey(user=ci, name=str(n), digest=f"k{n}") for n in numbers)
    Invitation.objects.bulk_create(
        Invitation(
            organization=acme, role="member", team=cast.team, digest=f"i{n}", expires_at=later, created_by=cast.olga
        )
        for n in numbers
    )
    grant_role(actor=cast.olga, container=cast.registry, principal=cast.team, role=Role.VIEWER)
    for n in numbers:
        team = create_team(actor=cast.olga, organization=acme, name=f"t{n}", admin=cast.olga)
        grant_role(actor=cast.olga, container=cast.registry, principal=team, role=Role.VIEWER)
        create_registry(actor=cast.olga, organization=acme, name=f"r{n}", types=["model"])
        get_or_create_project(actor=cast.olga, namespace=cast.team.namespace, name=f"p{n}")


def _content(world: World, numbers: range) -> None:
    mia, net, nets = world.cast.mia, world.versions[0].artifact, world.links[0].collection
    tag, _ = Tag.objects.get_or_create(name="shared")
    Artifact.objects.bulk_create(
        Artifact(project=world.project, name=f"a{n}", type="model", created_by=mia) for n in numbers
    )
    made = Collection.objects.bulk_create(
        Collection(registry=world.cast.registry, name=f"c{n}", name_key=f"c{n}", type="model") for n in numbers
    )
    Collection.tags.through.objects.bulk_create(
        Collection.tags.through(collection_id=row.pk, tag_id=tag.pk) for row in made
    )
    versions = Version.objects.bulk_create(
        Version(artifact=net, index=10 + n, state="committed", digest=str(n), created_by=mia) for n in numbers
    )
    Version.tags.through.objects.bulk_create(Version.tags.through(version_id=row.pk, tag_id=tag.pk) for row in versions)
    VersionAlias.objects.bulk_create(VersionAlias(artifact=net, version=row, name=f"x{row.index}") for row in versions)
    links = Link.objects.bulk_create(
        Link(collection=nets, version=row, index=row.index, created_by=mia) for row in versions
    )
    LinkAlias.objects.bulk_create(LinkAlias(collection=nets, link=row, name=f"x{row.index}") for row in links)
    blob, _ = Blob.objects.get_or_create(sha256="0" * 64, md5="0" * 32, size=1)
    ManifestEntry.objects.bulk_create(
        ManifestEntry(version=world.versions[0], path=f"f{n}", digest="", size=1, blob=blob) for n in numbers
    )
    pending, _ = Version.objects.get_or_create(artifact=net, digest="pending", state="pending")
    Upload.objects.bulk_create(
        Upload(purpose="version-file", container_id=world.project.pk, owner=mia, subject_id=pending.pk, name=f"f{n}")
        for n in numbers
    )


LISTS = [
    "/organizations",
    f"{ACME}/members",
    f"{ACME}/deactivated-members",
    f"{ACME}/invitations",
    f"{ACME}/teams",
    f"{ACME}/teams/vision/members",
    f"{ACME}/service-accounts",
    f"{ACME}/service-accounts/service-000/keys",
    f"{ACME}/registries",
    f"{SHELF}/members/users",
    f"{SHELF}/members/teams",
    f"{SHELF}/collections",
    f"{NETS}/versions",
    f"{NETS}/versions/v0/files",
    "/projects",
    f"{TRAINING}/artifacts",
    f"{NET}/versions",
    f"{NET}/versions/v0/files",
    "/uploads/{upload}/files",
]


@pytest.mark.django_db
def test_a_list_of_200_rows_costs_the_queries_of_one_of_10(world: World, ask: Ask) -> None:
    costs: list[dict[str, tuple[int, int]]] = []
    for first, last in ((0, 10), (10, 200)):
        fill(world, first, last)
        upload = Version.objects.get(state="pending").pk
        costs.append({route: cost(ask, world.cast.olga, route.format(upload=upload)) for route in LISTS})
    few, many = costs
    assert {route: queries for route, (queries, _) in many.items()} == {route: cost for route, (cost, _) in few.items()}
    assert {route: queries for route, (queries, _) in many.items() if queries > MOST} == {}
    assert {route for route, (_, rows) in many.items() if rows < 100} == {"/organizations"}


def cost(ask: Ask, user: User, route: str) -> tuple[int, int]:
    """Queries and rows of one page of up to 100."""
    ask(user, f"GET {route}?limit=1")
    with CaptureQueriesContext(connection) as captured:
        answer: Any = ask(user, f"GET {route}?limit=100")
    assert answer.status == 200, (route, answer.json)
    return len(captured), len(answer.json["items"])
