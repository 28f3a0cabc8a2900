"""Why somebody has a role on a container: the ways of F30, C1 and C7, told apart for people to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from access.models import (
    Container,
    ContainerGroupGrant,
    ContainerUserGrant,
    OrganizationMembership,
    TeamMembership,
    User,
)
from access.roles import Role


class Kind(StrEnum):
    """What a role came from."""

    OPERATOR = "operator"
    OWNER = "owner"
    ORGANIZATION_ADMIN = "organization admin"
    ORGANIZATION = "organization"
    OWN_TEAM = "own team"
    GRANT = "grant"
    TEAM_GRANT = "team grant"


@dataclass(frozen=True, order=True)
class Way:
    """A role and where it comes from; `team` names the team of OWN_TEAM and TEAM_GRANT."""

    role: Role
    kind: Kind
    team: str = ""


def ways(container: Container, people: Collection[User]) -> dict[int, list[Way]]:
    """For each id of `people` the ways to `container`, the highest role first; empty lists for those who see nothing.

    Four queries whatever their number; the highest role is `policy.role_on`.
    """
    found: dict[int, list[Way]] = defaultdict(list)
    for user in people:
        if user.is_superuser:
            found[user.pk].append(Way(Role.ADMIN, Kind.OPERATOR))
        if user.namespace_id == container.namespace_id:
            found[user.pk].append(Way(Role.ADMIN, Kind.OWNER))
    ids = [user.pk for user in people]
    _from_organization(container, ids, found)
    if container.visibility == Container.Visibility.TEAM:
        rows = TeamMembership.objects.filter(team__namespace=container.namespace_id, user__in=ids)
        for row in rows.select_related("team__namespace"):
            found[row.user_id].append(Way(Role[row.role.upper()], Kind.OWN_TEAM, row.team.name))
    for grant in ContainerUserGrant.objects.filter(content_object=container.pk, user__in=ids).select_related(
        "permission"
    ):
        found[grant.user_id].append(Way(_role(grant), Kind.GRANT))
    grants = ContainerGroupGrant.objects.filter(content_object=container.pk).select_related("permission")
    by_group = {grant.group_id: _role(grant) for grant in grants}
    rows = TeamMembership.objects.filter(team__group__in=by_group, user__in=ids)
    for row in rows.select_related("team__namespace"):
        found[row.user_id].append(Way(by_group[row.team.group_id], Kind.TEAM_GRANT, row.team.name))
    active = {user.pk for user in people if user.is_active}
    return {pk: sorted(found[pk] if pk in active else (), reverse=True) for pk in ids}


def _from_organization(container: Container, ids: Collection[int], found: dict[int, list[Way]]) -> None:
    organization = container.organization
    if organization is None:
        return
    default = Role(organization.default_registry_role)
    for row in OrganizationMembership.objects.filter(organization=organization, user__in=ids):
        if row.role == OrganizationMembership.Role.ADMIN:
            found[row.user_id].append(Way(Role.ADMIN, Kind.ORGANIZATION_ADMIN))
        elif (
            container.visibility == Container.Visibility.ORGANIZATION
            and row.role != OrganizationMembership.Role.SERVICE
        ):
            role = min(default, Role.VIEWER) if row.role == OrganizationMembership.Role.VIEWER else default
            found[row.user_id].append(Way(role, Kind.ORGANIZATION))


def _role(grant: ContainerUserGrant | ContainerGroupGrant) -> Role:
    return next(role for role in Role if role.codename == grant.permission.codename)
