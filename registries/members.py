"""Who has which role on a registry, and why (F30, C27)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from access.models import ContainerGroupGrant, ContainerUserGrant, OrganizationMembership, Team, User
from access.roles import Role
from registries.models import Registry

MOST = 200


@dataclass(frozen=True)
class Member:
    """A person with the effective role, and the role of their own row if they have one."""

    user: User
    role: Role
    own: Role | None


@dataclass(frozen=True)
class Members:
    """At most 200 people, and the teams that were added."""

    people: list[Member]
    teams: list[tuple[Team, Role]]
    is_cut: bool


def members_of(registry: Registry) -> Members:
    """Everybody who reaches `registry`, highest role first: four queries."""
    own = {row.user_id: _role(row) for row in _grants(ContainerUserGrant, registry)[:MOST]}
    by_group = {row.group_id: _role(row) for row in _grants(ContainerGroupGrant, registry)[:MOST]}
    teams = list(Team.objects.filter(group__in=by_group).select_related("namespace").prefetch_related("memberships"))
    through: dict[int, Role] = {}
    for team in teams:
        for membership in team.memberships.all():
            through[membership.user_id] = max(
                by_group[team.group_id], through.get(membership.user_id, Role.RESTRICTED_VIEWER)
            )
    memberships = OrganizationMembership.objects.filter(organization=registry.organization).select_related("user")
    people = [_member(registry, row, own, through) for row in memberships.order_by("user__username")[: MOST + 1]]
    known = [person for person in people if person is not None]
    return Members(
        sorted(known, key=lambda person: -person.role)[:MOST],
        [(team, by_group[team.group_id]) for team in teams],
        is_cut=len(people) > MOST,
    )


def _grants(model: type[ContainerUserGrant] | type[ContainerGroupGrant], registry: Registry) -> Any:
    return model.objects.filter(content_object=registry.pk).select_related("permission")


def _role(grant: ContainerUserGrant | ContainerGroupGrant) -> Role:
    return next(role for role in Role if role.codename == grant.permission.codename)


def _member(
    registry: Registry, membership: OrganizationMembership, own: dict[int, Role], through: dict[int, Role]
) -> Member | None:
    levels = [level for level in (own.get(membership.user_id), through.get(membership.user_id)) if level]
    if membership.role == OrganizationMembership.Role.ADMIN:
        levels.append(Role.ADMIN)
    elif registry.visibility == Registry.Visibility.ORGANIZATION:
        levels.append(Role.MEMBER if membership.role == OrganizationMembership.Role.MEMBER else Role.VIEWER)
    if not levels:
        return None
    return Member(membership.user, max(levels), own.get(membership.user_id))
