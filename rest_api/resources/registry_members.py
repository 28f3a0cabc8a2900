"""Roles on a registry: who has which, and why."""

from __future__ import annotations

from ninja import Query
from pydantic import BaseModel

from access.models import ContainerGroupGrant, User
from access.reach import people_of
from access.roles import Role
from access.services import roles
from access.ways import Kind, Way, ways
from common.pagination import paginate
from projects.queries import find_organization
from registries.models import Registry
from rest_api.door import KeyRequest, Scope
from rest_api.finding import find_person, find_registry, find_team
from rest_api.resources.registries import REGISTRY
from rest_api.routing import Router
from rest_api.schemas import Body, Page, Paging, RegistryRole, page_of

router = Router(tags=["Roles on a registry"])
USER = f"{REGISTRY}/members/users/{{username}}"
TEAM = f"{REGISTRY}/members/teams/{{team}}"


class WayOut(BaseModel):
    """One reason for a role: `kind` is what it came from, `team` which team."""

    role: str
    kind: str
    team: str | None


class RegistryMember(BaseModel):
    """A person or a service account: the effective role, the one granted by name (or null), and every reason."""

    username: str
    full_name: str
    is_service: bool
    role: str | None
    granted: str | None
    why: list[WayOut]


class RegistryTeam(BaseModel):
    """A team and the role that its members have by it."""

    team: str
    role: str


class RegistryRoleIn(Body):
    """The one role given from now on. Service accounts: member or admin only."""

    role: RegistryRole


def _member(user: User, found: list[Way]) -> RegistryMember:
    return RegistryMember(
        username=user.username,
        full_name=user.full_name,
        is_service=user.is_service,
        role=found[0].role.word if found else None,
        granted=next((way.role.word for way in found if way.kind == Kind.GRANT), None),
        why=[WayOut(role=way.role.word, kind=way.kind, team=way.team or None) for way in found],
    )


@router.read(f"{REGISTRY}/members/users", shows=Page[RegistryMember])
def list_registry_users(
    request: KeyRequest, organization: str, registry: str, paging: Query[Paging]
) -> Page[RegistryMember]:
    """Who reaches the registry, by user name."""
    shelf = find_registry(request.user, organization, registry)
    page = paginate(people_of(shelf), order=("username", "pk"), cursor=paging.cursor, size=paging.limit)
    found = ways(shelf, page.items)
    return Page(items=[_member(user, found[user.pk]) for user in page.items], next=page.next or None)


@router.read(f"{REGISTRY}/members/teams", shows=Page[RegistryTeam])
def list_registry_teams(
    request: KeyRequest, organization: str, registry: str, paging: Query[Paging]
) -> Page[RegistryTeam]:
    """The teams that were given a role, by name."""
    shelf = find_registry(request.user, organization, registry)
    rows = ContainerGroupGrant.objects.filter(content_object=shelf.pk)
    rows = rows.select_related("group__team__namespace", "permission")
    return page_of(rows, paging, ("group__team__namespace__name_key", "pk"), _team)


def _team(row: ContainerGroupGrant) -> RegistryTeam:
    return RegistryTeam(team=row.group.team.name, role=row.permission.codename.removeprefix("role_"))


@router.set(USER, shows=RegistryMember, scope=Scope.ADMIN)
def set_registry_user(
    request: KeyRequest, organization: str, registry: str, username: str, body: RegistryRoleIn
) -> RegistryMember:
    """Give somebody of the organization, or a service account, a role. Admins of the registry."""
    shelf, user = _named(request, organization, registry, username)
    roles.grant_role(actor=request.user, container=shelf, principal=user, role=Role[body.role.upper()])
    return _member(user, ways(shelf, [user])[user.pk])


@router.remove(USER, scope=Scope.ADMIN)
def remove_registry_user(request: KeyRequest, organization: str, registry: str, username: str) -> None:
    """Take back the role given by name; what comes by other ways stays. Again changes nothing. Admins of the registry."""
    shelf, user = _named(request, organization, registry, username)
    roles.remove_role(actor=request.user, container=shelf, principal=user)


@router.set(TEAM, shows=RegistryTeam, scope=Scope.ADMIN)
def set_registry_team(
    request: KeyRequest, organization: str, registry: str, team: str, body: RegistryRoleIn
) -> RegistryTeam:
    """Give a team of the organization a role. Admins of the registry."""
    shelf = find_registry(request.user, organization, registry)
    principal = find_team(request.user, find_organization(request.user, organization), team)
    roles.grant_role(actor=request.user, container=shelf, principal=principal, role=Role[body.role.upper()])
    return RegistryTeam(team=principal.name, role=body.role)


@router.remove(TEAM, scope=Scope.ADMIN)
def remove_registry_team(request: KeyRequest, organization: str, registry: str, team: str) -> None:
    """Take the team's role back; again changes nothing. Admins of the registry."""
    shelf = find_registry(request.user, organization, registry)
    principal = find_team(request.user, find_organization(request.user, organization), team)
    roles.remove_role(actor=request.user, container=shelf, principal=principal)


def _named(request: KeyRequest, organization: str, registry: str, username: str) -> tuple[Registry, User]:
    shelf = find_registry(request.user, organization, registry)
    return shelf, find_person(find_organization(request.user, organization), username)
