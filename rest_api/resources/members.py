"""Members of an organization."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query
from pydantic import BaseModel

from access.policy import organization_role, require_organization_admin
from access.services import organizations
from projects.queries import find_organization
from rest_api.door import KeyRequest, Scope
from rest_api.finding import find_member, find_person
from rest_api.routing import Router
from rest_api.schemas import Body, GroupRole, Page, Paging, page_of

router = Router(tags=["Members"])
ORDER = ("user__username", "pk")


class MemberOut(BaseModel):
    """A person with the role in the organization; the address is shown to its admins only."""

    username: str
    full_name: str
    email: str | None
    role: str
    since: datetime


class RoleIn(Body):
    """The one role from now on."""

    role: GroupRole


def _shown(row: Any, *, with_email: bool) -> MemberOut:
    return MemberOut(
        username=row.user.username,
        full_name=row.user.full_name,
        email=row.user.email if with_email else None,
        role=row.role,
        since=row.created_at,
    )


@router.read("/organizations/{organization}/members", shows=Page[MemberOut])
def list_members(request: KeyRequest, organization: str, paging: Query[Paging]) -> Page[MemberOut]:
    """The people of the organization, by user name; service accounts have their own list."""
    found = find_organization(request.user, organization)
    with_email = organization_role(request.user, found) == "admin"
    rows = found.memberships.exclude(role="service").select_related("user")
    return page_of(rows, paging, ORDER, lambda row: _shown(row, with_email=with_email))


@router.read("/organizations/{organization}/deactivated-members", shows=Page[MemberOut])
def list_deactivated_members(request: KeyRequest, organization: str, paging: Query[Paging]) -> Page[MemberOut]:
    """Those whose membership is switched off; `role` is what they had, `since` when it ended. Admins of the organization."""
    found = find_organization(request.user, organization)
    require_organization_admin(request.user, found)
    return page_of(found.deactivated.select_related("user"), paging, ORDER, lambda row: _shown(row, with_email=True))


@router.read("/organizations/{organization}/members/{username}", shows=MemberOut)
def get_member(request: KeyRequest, organization: str, username: str) -> MemberOut:
    """One person of the organization."""
    found = find_organization(request.user, organization)
    membership = found.memberships.select_related("user").get(user=find_person(found, username))
    return _shown(membership, with_email=organization_role(request.user, found) == "admin")


@router.set("/organizations/{organization}/members/{username}", shows=MemberOut, scope=Scope.ADMIN)
def set_member(request: KeyRequest, organization: str, username: str, body: RoleIn) -> MemberOut:
    """Give a person a role, or add a colleague from another organization of yours. Admins of the organization."""
    found = find_organization(request.user, organization)
    user = find_member(request.user, found, username)
    membership = organizations.set_member(actor=request.user, organization=found, user=user, role=body.role)
    membership.user = user
    return _shown(membership, with_email=True)


@router.remove("/organizations/{organization}/members/{username}", scope=Scope.ADMIN)
def remove_member(request: KeyRequest, organization: str, username: str) -> None:
    """End a membership, with all that came through it. Admins of the organization, and everybody for themselves."""
    found = find_organization(request.user, organization)
    oneself = username.lower() == request.user.username.lower()
    user = request.user if oneself else find_member(request.user, found, username)
    organizations.remove_member(actor=request.user, organization=found, user=user)


@router.act("/organizations/{organization}/members/{username}/deactivate", scope=Scope.ADMIN)
def deactivate_member(request: KeyRequest, organization: str, username: str) -> None:
    """Switch a membership off, keeping what it gave. Admins of the organization."""
    found = find_organization(request.user, organization)
    user = find_member(request.user, found, username)
    organizations.deactivate_member(actor=request.user, organization=found, user=user)


@router.act("/organizations/{organization}/members/{username}/reactivate", scope=Scope.ADMIN)
def reactivate_member(request: KeyRequest, organization: str, username: str) -> None:
    """Give back what a deactivated membership gave. Admins of the organization."""
    found = find_organization(request.user, organization)
    user = find_member(request.user, found, username)
    organizations.reactivate_member(actor=request.user, organization=found, user=user)
