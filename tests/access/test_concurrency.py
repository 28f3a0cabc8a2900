"""Two who act at the same moment: an organization keeps an admin, an invitation lets one person in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from access.models import OrganizationMembership
from access.services import invitations, organizations
from common.errors import ConflictError, DomainError
from tests.cast import Cast, person

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
