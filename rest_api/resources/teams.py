"""Teams of an organization and their members."""

from __future__ import annotations

from datetime import datetime

from ninja import Query
from pydantic import BaseModel, Field

from access.models import Team, TeamMembership
from access.services import teams
from projects.queries import find_organization
from rest_api.door import KeyRequest, Scope
from rest_api.finding import find_person, find_team
from rest_api.resources.members import RoleIn
from rest_api.routing import Router
from rest_api.schemas import Body, Page, Paging, page_of

router = Router(tags=["Teams"])
TEAMS = "/organizations/{organization}/teams"
TEAM = f"{TEAMS}/{{team}}"


class TeamOut(BaseModel):
    """A team; its name is the entity to which its work is logged."""

    name: str
    created_at: datetime


class TeamIn(Body):
    """A new team; its first admin is who makes it, unless another member of the organization is named."""

    name: str
    admin: str | None = Field(None, max_length=128)


class TeamEdit(Body):
    """Scripts address the team by its new name from then on."""

    name: str


class TeamMemberOut(BaseModel):
    """A person or a service account with the role in the team."""

    username: str
    full_name: str
    is_service: bool
    role: str


def _shown(row: Team) -> TeamOut:
    return TeamOut(name=row.name, created_at=row.created_at)


def _member(row: TeamMembership) -> TeamMemberOut:
    user = row.user
    return TeamMemberOut(username=user.username, full_name=user.full_name, is_service=user.is_service, role=row.role)


@router.read(TEAMS, shows=Page[TeamOut])
def list_teams(request: KeyRequest, organization: str, paging: Query[Paging]) -> Page[TeamOut]:
    """The teams of the organization, by name."""
    found = find_organization(request.user, organization)
    rows = Team.objects.visible_to(request.user).filter(organization=found).select_related("namespace")
    return page_of(rows, paging, ("namespace__name_key", "pk"), _shown)


@router.create(TEAMS, shows=TeamOut, scope=Scope.ADMIN)
def create_team(request: KeyRequest, organization: str, body: TeamIn) -> TeamOut:
    """Make a team. Admins of the organization."""
    found = find_organization(request.user, organization)
    admin = find_person(found, body.admin) if body.admin else request.user
    return _shown(teams.create_team(actor=request.user, organization=found, name=body.name, admin=admin))


@router.read(TEAM, shows=TeamOut)
def get_team(request: KeyRequest, organization: str, team: str) -> TeamOut:
    """One team."""
    return _shown(_find(request, organization, team))


@router.edit(TEAM, shows=TeamOut, scope=Scope.ADMIN)
def rename_team(request: KeyRequest, organization: str, team: str, body: TeamEdit) -> TeamOut:
    """Give the team another name. Admins of the organization."""
    return _shown(teams.rename_team(actor=request.user, team=_find(request, organization, team), name=body.name))


@router.remove(TEAM, scope=Scope.ADMIN)
def delete_team(request: KeyRequest, organization: str, team: str) -> None:
    """Dissolve a team that has no projects. Admins of the organization."""
    teams.delete_team(actor=request.user, team=_find(request, organization, team))


@router.read(f"{TEAM}/members", shows=Page[TeamMemberOut])
def list_team_members(request: KeyRequest, organization: str, team: str, paging: Query[Paging]) -> Page[TeamMemberOut]:
    """The members of the team, by user name."""
    rows = _find(request, organization, team).memberships.select_related("user")
    return page_of(rows, paging, ("user__username", "pk"), _member)


@router.set(f"{TEAM}/members/{{username}}", shows=TeamMemberOut, scope=Scope.ADMIN)
def set_team_member(request: KeyRequest, organization: str, team: str, username: str, body: RoleIn) -> TeamMemberOut:
    """Give somebody of the organization a role in the team. Admins of the team and of the organization."""
    found = _find(request, organization, team)
    user = find_person(found.organization, username)
    membership = teams.set_member(actor=request.user, team=found, user=user, role=body.role)
    membership.user = user
    return _member(membership)


@router.remove(f"{TEAM}/members/{{username}}", scope=Scope.ADMIN)
def remove_team_member(request: KeyRequest, organization: str, team: str, username: str) -> None:
    """Take somebody out of the team; again changes nothing. Admins of team and organization, everybody for themselves."""
    found = _find(request, organization, team)
    teams.remove_member(actor=request.user, team=found, user=find_person(found.organization, username))


def _find(request: KeyRequest, organization: str, team: str) -> Team:
    return find_team(request.user, find_organization(request.user, organization), team)
