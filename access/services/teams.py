"""Teams and their members."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction

from access.models import Namespace, Organization, Team, TeamMembership, User
from access.policy import require_organization_admin, require_team_admin
from access.services import namespaces
from access.services.organizations import ensure_member, parse_role
from common.errors import ConflictError, NotFoundError
from common.names import fold
from events.services import record
from events.types import EventType

Role = TeamMembership.Role


def create_team(*, actor: User | None, organization: Organization, name: str, admin: User) -> Team:
    """A new team with its namespace; `admin` becomes its admin, and a member of the organization.

    Raises NotFoundError and ForbiddenError for all but admins of the organization, InvalidInputError and ConflictError
    for a name that cannot be used.
    """
    require_organization_admin(actor, organization)
    with transaction.atomic():
        namespace = namespaces.claim(name, Namespace.Kind.TEAM, "team")
        group = Group.objects.create(name=f"team-{namespace.pk}")
        team = Team.objects.create(organization=organization, namespace=namespace, group=group)
        record(actor=actor, type=EventType.TEAM_CREATED, object=team, organization=organization, after={"name": name})
        _put_member(actor, team, admin, Role.ADMIN)
    return team


def set_member(*, actor: User | None, team: Team, user: User, role: str) -> TeamMembership:
    """Make `role` (admin, member, viewer) the one role of `user` in the team (F35); again changes nothing.

    Raises NotFoundError and ForbiddenError for all but its admins and the organization's; only the latter may bring in
    somebody who does not belong to the organization yet.
    """
    require_team_admin(actor, team)
    with transaction.atomic():
        return _put_member(actor, team, user, TeamMembership.Role(parse_role(role)))


def find_team(name: str) -> Team:
    """The living team of that name, in whatever case. Raises NotFoundError."""
    found = (
        Team.objects.select_related("namespace", "organization", "group").filter(namespace__name_key=fold(name)).first()
    )
    if found is None or found.organization.deleted_at:
        raise NotFoundError(f"There is no team '{name}'.")
    return found


def _put_member(actor: User | None, team: Team, user: User, role: TeamMembership.Role) -> TeamMembership:
    if not user.is_active:
        raise ConflictError(f"The account {user.username} is switched off.")
    ensure_member(actor=actor, organization=team.organization, user=user)
    membership = team.memberships.filter(user=user).first() or TeamMembership(team=team, user=user)
    before = membership.role if membership.pk else None
    if before != role:
        membership.role = role
        membership.save()
        record(
            actor=actor,
            type=EventType.TEAM_MEMBER_SET,
            object=user,
            parent=team,
            organization=team.organization,
            before={"role": before},
            after={"role": role},
        )
    return membership
