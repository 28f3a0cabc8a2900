"""Two who act at the same moment: an organization keeps an admin, an invitation lets one person in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event
from time import sleep

import pytest
from django.db import connections, transaction

from access.models import Container, OrganizationMembership
from access.policy import role_on
from access.roles import Role
from access.services import invitations, organizations, people, roles, teams
from artifacts.models import Version
from artifacts.services.versions import delete_version
from common.errors import ConflictError, DomainError
from projects.services.projects import edit_project
from registries.models import Link
from registries.services.links import add_aliases, link_version
from registries.services.protection import protect_alias
from registries.services.registries import create_registry
from tests.cast import Cast, person
from tests.making import log_version, project_of

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What came of each: `done`, or the name of the refusal."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait()
            act()
        except DomainError as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.mark.parametrize("way", ["demote", "remove", "deactivate", "leave"])
def test_two_admins_who_end_each_other_leave_one(cast: Cast, way: str) -> None:
    acme = cast.organization

    def end(actor: object, user: object) -> Callable[[], object]:
        who = {"actor": user if way == "leave" else actor, "organization": acme, "user": user}
        if way == "demote":
            return lambda: organizations.set_member(**who, role="member")  # type: ignore[arg-type]
        act = organizations.deactivate_member if way == "deactivate" else organizations.remove_member
        return lambda: act(**who)  # type: ignore[arg-type]

    for _ in range(ROUNDS):
        for user in (cast.olga, cast.adam):
            organizations.set_member(actor=None, organization=acme, user=user, role="admin")
        outcome = at_once(end(cast.olga, cast.adam), end(cast.adam, cast.olga))
        assert outcome.count("done") == 1
        assert outcome[0] in {ConflictError.__name__, "ForbiddenError", "NotFoundError"}
        assert OrganizationMembership.objects.filter(organization=acme, role="admin").count() == 1


def test_two_who_use_one_invitation_at_once_are_one(cast: Cast) -> None:
    people = [person("nora"), person("emil")]
    _, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="member")
    outcome = at_once(*(lambda user=user: invitations.accept_invitation(actor=user, token=token) for user in people))
    assert outcome == ["NotFoundError", "done"]
    assert cast.organization.memberships.filter(user__in=people).count() == 1


def test_an_invitation_that_is_just_being_used_is_not_used_again(cast: Cast) -> None:
    _, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="member")
    first, second = (
        partial(invitations.accept_invitation, actor=person(name), token=token) for name in ("nora", "emil")
    )
    assert meanwhile(first, second) == "NotFoundError"


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> str:
    """What came of `second`, which starts while what `first` did is not committed yet."""
    is_done = Event()

    def run() -> str:
        is_done.wait()
        return at_once(second)[0]

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(run)
        with transaction.atomic():
            first()
            is_done.set()
            sleep(0.5)
        return later.result()


def test_who_is_just_being_removed_is_given_nothing(cast: Cast) -> None:
    acme, nora = cast.organization, person("nora")
    organizations.set_member(actor=cast.olga, organization=acme, user=nora, role="member")
    gone = lambda: organizations.remove_member(actor=cast.olga, organization=acme, user=nora)  # noqa: E731
    give = lambda: roles.grant_role(actor=cast.adam, container=cast.registry, principal=nora, role=Role.ADMIN)  # noqa: E731
    assert meanwhile(gone, give) == "InvalidInputError"
    assert role_on(nora, cast.registry) is None


@pytest.mark.parametrize("way", ["registry", "project"])
def test_who_is_just_being_removed_founds_nothing(cast: Cast, way: str) -> None:
    acme, nora = cast.organization, person("nora")
    teams.set_member(actor=cast.olga, team=cast.team, user=nora, role="admin")
    project = project_of(nora, cast.team.namespace)
    gone = lambda: organizations.remove_member(actor=cast.olga, organization=acme, user=nora)  # noqa: E731
    if way == "registry":
        found = lambda: create_registry(actor=nora, organization=acme, name="own", visibility="restricted")  # noqa: E731
    else:
        found = lambda: edit_project(actor=nora, project=project, visibility="restricted")  # noqa: E731
    meanwhile(gone, found)
    assert not Container.objects.visible_to(nora).exclude(namespace=nora.namespace).exists()


def test_who_is_just_being_removed_joins_no_team(cast: Cast) -> None:
    acme, nora = cast.organization, person("nora")
    organizations.set_member(actor=cast.olga, organization=acme, user=nora, role="member")
    teams.set_member(actor=cast.olga, team=cast.team, user=cast.mia, role="admin")
    gone = lambda: organizations.remove_member(actor=cast.olga, organization=acme, user=nora)  # noqa: E731
    join = lambda: teams.set_member(actor=cast.mia, team=cast.team, user=nora, role="member")  # noqa: E731
    assert meanwhile(gone, join) == "ForbiddenError"
    assert not nora.team_memberships.exists()


def test_a_version_that_is_just_being_deleted_is_not_linked(cast: Cast) -> None:
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"a"})
    gone = lambda: delete_version(actor=cast.mia, version=version, delete_aliases=True)  # noqa: E731
    link = lambda: link_version(actor=cast.mia, registry=cast.registry, collection_name="c", version=version)  # noqa: E731
    assert meanwhile(gone, link) == "NotFoundError"
    assert not Link.objects.exists()


def test_a_source_that_is_just_being_protected_stays(cast: Cast) -> None:
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"a"})
    protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    link = link_version(actor=cast.mia, registry=cast.registry, collection_name="c", version=version)
    held = lambda: add_aliases(actor=cast.adam, link=link, names=["production"])  # noqa: E731
    gone = lambda: delete_version(actor=cast.mia, version=version, delete_aliases=True)  # noqa: E731
    assert meanwhile(held, gone) == "ConflictError"
    assert Version.objects.committed().filter(pk=version.pk).exists()


@pytest.mark.parametrize("way", ["sign up", "edit"])
def test_an_address_that_is_just_being_taken_is_refused(cast: Cast, way: str) -> None:
    take = lambda: people.create_user(username="nora", email="new@example.org")  # noqa: E731
    if way == "edit":
        other = lambda: people.edit_user(actor=cast.mia, user=cast.mia, email="New@example.org")  # noqa: E731
    else:
        other = lambda: people.create_user(username="emil", email="New@example.org")  # noqa: E731
    assert meanwhile(take, other) == "ConflictError"
