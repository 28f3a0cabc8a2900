"""Roles that people and teams are given on a registry; a project takes them in the same way."""

from __future__ import annotations

from typing import Any

from ariadne import MutationType
from django.db import transaction
from graphql import GraphQLResolveInfo

from access.grants import given
from access.models import Team, User
from access.policy import require
from access.roles import Action, Role
from access.services.roles import grant_role, remove_role
from common.errors import InvalidInputError, NotFoundError
from sdk_api import ids
from sdk_api.context import Context, context

mutation = MutationType()
BINDABLES = [mutation]
MOST = 500  # at once
FIRST_ROLE: dict[type, Role] = {User: Role.MEMBER, Team: Role.VIEWER}  # C7


def _container(request: Context, text: str, action: Action) -> Any:
    container = request.container(ids.number(text, "Project", "ProjectInternalId"))
    if container is None:
        raise NotFoundError("There is no such registry, or you may not see it.")
    require(request.user, action, container)
    return container


def _numbers(input: dict[str, Any]) -> tuple[set[int], set[int]]:
    """The ids of people, and of teams' entities."""
    people = {ids.number(text, "User") for text in input.get("user_ids") or ()}
    teams = {ids.number(text, "Entity") for text in input.get("team_ids") or ()}
    if not 1 <= len(people) + len(teams) <= MOST:
        raise InvalidInputError(f"Name 1 to {MOST} people and teams, by userIds and teamIds.")
    return people, teams


def _principals(request: Context, people: set[int], teams: set[int]) -> list[User | Team]:
    """The visible ones of those ids; all must be there. Raises NotFoundError."""
    users = User.objects.visible_to(request.user).filter(pk__in=people, deleted_at=None)
    groups = Team.objects.visible_to(request.user).filter(namespace__in=teams).select_related("namespace", "group")
    found: list[User | Team] = [*users, *groups]
    if len(found) < len(people) + len(teams):
        raise NotFoundError(
            "One of these people and teams is not there, or you may not see it; look them up by Api().user() or "
            "Api().team()."
        )
    return found


@mutation.field("createProjectMembers")
def create_members(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """All of them or none; a role that somebody was given before stays."""
    request = context(info)
    container = _container(request, input["project_id"], Action.ADD_MEMBER)
    principals = _principals(request, *_numbers(input))
    with transaction.atomic():
        for principal in principals:
            if given(container, principal) is None:
                role = FIRST_ROLE[type(principal)]
                grant_role(actor=request.user, container=container, principal=principal, role=role)
    return {"success": True}


@mutation.field("deleteProjectMembers")
def delete_members(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Afterwards none of them has a role of its own here, whoever had one before."""
    request = context(info)
    container = _container(request, input["project_id"], Action.ASSIGN_ROLE)
    people, teams = _numbers(input)
    users = User.objects.filter(pk__in=container.user_grants.filter(user__in=people).values("user"))
    groups = Team.objects.filter(namespace__in=teams, group__in=container.group_grants.values("group"))
    with transaction.atomic():
        for principal in [*users, *groups.select_related("namespace", "group")]:
            remove_role(actor=request.user, container=container, principal=principal)
    return {"success": True}


def _update(request: Context, project: str, people: set[int], teams: set[int], word: str) -> dict[str, bool]:
    container = _container(request, project, Action.ASSIGN_ROLE)
    role = Role.parse(word)
    if role is None:
        raise InvalidInputError(f"'{word[:80]}' is no role; choose {', '.join(role.word for role in reversed(Role))}.")
    (principal,) = _principals(request, people, teams)
    if given(container, principal) is None:
        raise NotFoundError(
            f"'{principal}' has no role of its own in '{container.name}' that could be changed; add it as a member first."
        )
    grant_role(actor=request.user, container=container, principal=principal, role=role)
    return {"success": True}


@mutation.field("updateProjectMember")
def update_member(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """A person or a service account, who has a role of their own here."""
    person = ids.number(input["user_id"], "User")
    return _update(context(info), input["project_id"], {person}, set(), input["user_project_role"])


@mutation.field("updateProjectTeamMember")
def update_team_member(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """A team, which has a role here."""
    team = ids.number(input["team_id"], "Entity")
    return _update(context(info), input["project_id"], set(), {team}, input["team_project_role"])
