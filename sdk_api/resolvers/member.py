"""Members: of registries by the roles that they were given there, of teams and organizations by their memberships."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType
from django.db.models import Prefetch
from graphql import GraphQLResolveInfo

from access.models import (
    Container,
    ContainerGroupGrant,
    ContainerUserGrant,
    Invitation,
    Namespace,
    OrganizationMembership,
    Team,
    TeamMembership,
)
from access.roles import Role
from sdk_api import ids
from sdk_api.context import Context, context
from sdk_api.first_keys import first_keys
from sdk_api.owners import Owner
from sdk_api.wire import Member

project, entity = ObjectType("Project"), ObjectType("Entity")
BINDABLES = [project, entity]
MOST = 5_000
SERVICE = "SERVICE"


def _role(grant: ContainerUserGrant | ContainerGroupGrant) -> dict[str, str]:
    return {"name": next(role.word for role in Role if role.codename == grant.permission.codename)}


@project.field("members")
def resolve_members(row: Container, info: GraphQLResolveInfo) -> list[dict[str, Any]]:
    """People and service accounts with a role of their own, by name."""
    request = context(info)
    grants = ContainerUserGrant.objects.select_related("user", "permission").order_by("user__username")[:MOST]
    if not hasattr(row, "given_people"):
        request.load(row, Prefetch("user_grants", grants, to_attr="given_people"))
    tells = request.administers(row.organization_id)
    return [
        {
            "id": ids.encode("User", grant.user_id),
            "name": grant.user.display_name,
            "username": grant.user.username,
            "email": grant.user.email if tells or grant.user == request.user else None,
            "role": _role(grant),
        }
        for grant in row.given_people  # type: ignore[attr-defined]
    ]


@project.field("teamMembers")
def resolve_team_members(row: Container, info: GraphQLResolveInfo) -> list[dict[str, Any]]:
    """Teams with a role, by name."""
    request = context(info)
    grants = ContainerGroupGrant.objects.select_related(
        "group__team__namespace", "group__team__organization", "permission"
    ).order_by("group__team__namespace__name_key")[:MOST]
    if not hasattr(row, "given_teams"):
        siblings = request.load(row, Prefetch("group_grants", grants, to_attr="given_teams"))
        request.together([grant.group.team.namespace for sibling in siblings for grant in sibling.given_teams])
    return [{"team": grant.group.team.namespace, "role": _role(grant)} for grant in row.given_teams]  # type: ignore[attr-defined]


@entity.field("members")
def resolve_entity_members(row: Namespace, info: GraphQLResolveInfo) -> list[Member]:
    """Those of a team or an organization; a person's entity has that person alone."""
    request = context(info)
    if row.kind == Namespace.Kind.PERSONAL:
        user = row.user
        return [Member(id=ids.encode("User", user.pk), name=user.display_name, username=user.username, role="admin")]
    owner: Owner = getattr(row, row.kind)
    if not hasattr(owner, "people"):
        _load(request, row)
    owned: Any = owner
    organization = owner.organization_id if isinstance(owner, Team) else owner.pk
    keys = first_keys(request, [membership.user for membership in owned.people])
    tells = request.administers(organization)
    people = [_member(request, membership, keys, tells=tells) for membership in owned.people]
    accounts = [member for member in people if member.account_type == SERVICE]
    return [
        *(member for member in people if member.account_type != SERVICE),
        *(_invited(invitation) for invitation in owned.invited if tells),
        *sorted(accounts, key=lambda member: (member.api_key is not None, ids.number(member.id, "User"))),
    ]


def _load(request: Context, row: Namespace) -> None:
    """Fetch members and invitations for the entity and its siblings at once."""
    of_team = row.kind == Namespace.Kind.TEAM
    kind: Any = TeamMembership if of_team else OrganizationMembership
    rows = kind.objects.select_related("user").order_by("user__username")[:MOST]
    invited = Invitation.objects.open().exclude(email="").filter(team__isnull=not of_team).order_by("pk")[:MOST]
    request.load(
        row,
        Prefetch(f"{row.kind}__memberships", rows, to_attr="people"),
        Prefetch(f"{row.kind}__invitations", invited, to_attr="invited"),
    )


def _member(request: Context, membership: Any, keys: dict[int, str], *, tells: bool) -> Member:
    user = membership.user
    return Member(
        id=ids.encode("User", user.pk),
        name=user.display_name,
        username=user.username,
        email=user.email if tells or user == request.user else None,
        role=membership.role,
        account_type=SERVICE if user.is_service else "MEMBER",
        api_key=keys.get(user.pk),
    )


def _invited(invitation: Invitation) -> Member:
    return Member(
        id=ids.encode("Invite", invitation.pk),
        name=invitation.email,
        email=invitation.email,
        role=invitation.team_role or invitation.role,
        pending=True,
    )
