"""Invitations to an organization."""

from __future__ import annotations

from datetime import datetime

from ninja import Query
from pydantic import BaseModel, Field

from access.models import Invitation
from access.policy import require_organization_admin
from access.services import invitations
from common.errors import NotFoundError
from projects.queries import find_organization
from rest_api.door import KeyRequest, Scope
from rest_api.finding import find_team
from rest_api.routing import Router
from rest_api.schemas import Body, GroupRole, Id, Page, Paging, page_of, username_of

router = Router(tags=["Invitations"])


class InvitationOut(BaseModel):
    """An open invitation; whoever brings its token joins with these roles."""

    id: int
    role: str
    team: str | None
    team_role: str | None
    email: str
    created_by: str | None
    expires_at: datetime


class NewInvitation(InvitationOut):
    """With the token, which is not shown again."""

    token: str


class InvitationIn(Body):
    """Whom to let in: with the role in the organization, and perhaps into a team."""

    role: GroupRole = "member"
    team: str | None = Field(None, max_length=128)
    team_role: GroupRole = "member"
    email: str = Field("", max_length=254)
    days: int = Field(7, ge=1, le=invitations.MOST_DAYS)


def _shown(row: Invitation) -> InvitationOut:
    return InvitationOut(
        id=row.pk,
        role=row.role,
        team=row.team.name if row.team else None,
        team_role=row.team_role or None,
        email=row.email,
        created_by=username_of(row.created_by),
        expires_at=row.expires_at,
    )


@router.read("/organizations/{organization}/invitations", shows=Page[InvitationOut])
def list_invitations(request: KeyRequest, organization: str, paging: Query[Paging]) -> Page[InvitationOut]:
    """The open invitations, newest first. Admins of the organization."""
    found = find_organization(request.user, organization)
    require_organization_admin(request.user, found)
    rows = Invitation.objects.open().filter(organization=found).select_related("team__namespace", "created_by")
    return page_of(rows, paging, ("-pk",), _shown)


@router.create("/organizations/{organization}/invitations", shows=NewInvitation, scope=Scope.ADMIN)
def create_invitation(request: KeyRequest, organization: str, body: InvitationIn) -> NewInvitation:
    """Make an invitation that one person can use once. Admins of the organization."""
    found = find_organization(request.user, organization)
    row, token = invitations.create_invitation(
        actor=request.user,
        organization=found,
        role=body.role,
        team=find_team(request.user, found, body.team) if body.team else None,
        team_role=body.team_role,
        email=body.email,
        days=body.days,
    )
    return NewInvitation(**_shown(row).model_dump(), token=token)


@router.remove("/organizations/{organization}/invitations/{id}", scope=Scope.ADMIN)
def revoke_invitation(request: KeyRequest, organization: str, id: Id) -> None:
    """Withdraw an invitation; again changes nothing. Admins of the organization."""
    found = find_organization(request.user, organization)
    require_organization_admin(request.user, found)
    row = found.invitations.select_related("organization", "team__namespace").filter(pk=id).first()
    if row is None:
        raise NotFoundError("There is no such invitation.")
    invitations.revoke_invitation(actor=request.user, invitation=row)
