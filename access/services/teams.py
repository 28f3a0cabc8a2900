"""Teams and their members."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import ContainerGroupGrant, Namespace, Organization, Team, TeamMembership, User
from access.policy import require_organization_admin, require_team_admin
from access.services import namespaces, service_accounts
from access.services.organizations import ensure_member, parse_role
from common.errors import ConflictError, InvalidInputError, NotFoundError
from common.locking import lock
from common.names import fold
from events.services import record
from events.types import EventType

Role = TeamMembership.Role
MAX_TTL = 36_500 * 86_400


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


def remove_member(*, actor: User | None, team: Team, user: User) -> None:
    """Take `user` out of the team, and with it what came through it (F33); one may always leave. Again changes nothing.

    Raises NotFoundError and ForbiddenError for all but its admins, the organization's, and oneself.
    """
    if actor != user:
        require_team_admin(actor, team)
    with transaction.atomic():
        membership = team.memberships.select_for_update().filter(user=user).first()
        if membership is None:
            return
        membership.delete()
        User.objects.filter(pk=user.pk, default_namespace=team.namespace).update(default_namespace=None)
        _record(EventType.TEAM_MEMBER_REMOVED, actor, team, user, {"role": membership.role}, None)


def rename_team(*, actor: User | None, team: Team, name: str) -> Team:
    """Give the team another name, by which scripts must address it from now on (C17).

    Raises NotFoundError and ForbiddenError for all but admins of the organization, InvalidInputError and ConflictError
    for a name that cannot be used.
    """
    require_organization_admin(actor, team.organization)
    with transaction.atomic():
        lock(team.namespace, "name", "name_key")
        before = team.name
        if name == before:
            return team
        namespaces.rename(team.namespace, name, "team")
        _record(EventType.TEAM_RENAMED, actor, team, team, {"name": before}, {"name": name})
    return team


def set_lifetimes(*, actor: User | None, team: Team, default_seconds: int | None, members_set: bool) -> Team:
    """How long the team's versions live that say nothing themselves (None: for good), existing ones too, and whether members
    or only admins may say so (F133). Again changes nothing.

    Raises NotFoundError and ForbiddenError for all but its admins and the organization's, InvalidInputError for a time
    that cannot be.
    """
    require_team_admin(actor, team)
    if default_seconds is not None and not 0 < default_seconds <= MAX_TTL:
        raise InvalidInputError(
            _("A time to live has between 1 second and %(days)s days.") % {"days": MAX_TTL // 86400}
        )
    after = {"ttl_seconds": default_seconds, "members_set_ttl": members_set}
    with transaction.atomic():
        lock(team, "default_ttl_seconds", "members_set_ttl")
        before = {"ttl_seconds": team.default_ttl_seconds, "members_set_ttl": team.members_set_ttl}
        if before == after:
            return team
        team.default_ttl_seconds, team.members_set_ttl = default_seconds, members_set
        team.save(update_fields=["default_ttl_seconds", "members_set_ttl"])
        _record(EventType.TEAM_EDITED, actor, team, team, before, after)
    return team


def require_no_projects(team: Team) -> None:
    """Refuse to delete a team that has living projects. Raises ConflictError."""
    if team.namespace.containers.alive().exists():
        raise ConflictError(_("The team %(team)s has projects; delete them first.") % {"team": team.name})


def delete_team(*, actor: User | None, team: Team) -> None:
    """Dissolve a team: its members, its service accounts and what it gave on registries go, its name is free again.

    Again changes nothing.
    Raises NotFoundError and ForbiddenError for all but admins of the organization, ConflictError while it has projects,
    since their versions may be linked.
    """
    require_organization_admin(actor, team.organization)
    with transaction.atomic():
        Namespace.objects.select_for_update().get(pk=team.namespace_id)
        if not Team.objects.filter(pk=team.pk, deleted_at=None).update(deleted_at=timezone.now()):
            return
        require_no_projects(team)
        before = team.name
        User.objects.filter(default_namespace=team.namespace).update(default_namespace=None)
        programs = team.service_accounts.filter(deleted_at=None)
        for account in programs.select_related("service_of", "service_team__namespace"):
            service_accounts.end(actor, account)
        team.memberships.all().delete()
        ContainerGroupGrant.objects.filter(group=team.group_id).delete()
        namespaces.release(team.namespace)
        _record(EventType.TEAM_DELETED, actor, team, team, {"name": before}, None)


def find_team(name: str) -> Team:
    """The living team of that name, in whatever case. Raises NotFoundError."""
    found = (
        Team.objects.alive()
        .select_related("namespace", "organization", "group")
        .filter(namespace__name_key=fold(name))
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no team '%(name)s'.") % {"name": name})
    return found


def _put_member(actor: User | None, team: Team, user: User, role: TeamMembership.Role) -> TeamMembership:
    if not user.is_active:
        raise ConflictError(_("The account %(user)s is switched off.") % {"user": user.username})
    if user.is_service and user.service_of_id != team.organization_id:
        raise ConflictError(_("%(user)s is a service account of another organization.") % {"user": user.username})
    Organization.objects.select_for_update().get(pk=team.organization_id)  # who leaves it now keeps nothing
    ensure_member(actor=actor, organization=team.organization, user=user)
    membership = team.memberships.filter(user=user).first() or TeamMembership(team=team, user=user)
    before = membership.role if membership.pk else None
    if before != role:
        membership.role = role
        membership.save()
        _record(EventType.TEAM_MEMBER_SET, actor, team, user, {"role": before}, {"role": role})
    return membership


def _record(
    kind: EventType,
    actor: User | None,
    team: Team,
    object: User | Team,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    record(
        actor=actor,
        type=kind,
        object=object,
        parent=team,
        organization=team.organization,
        before=before,
        after=after,
    )
