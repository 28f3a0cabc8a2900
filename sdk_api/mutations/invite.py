"""Bringing people into teams and organizations, and taking them out."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from ariadne import MutationType
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from graphql import GraphQLResolveInfo

from access.models import Invitation, Team, User
from access.policy import require_organization_admin
from access.services import invitations
from access.services.service_accounts import delete_service_account
from common.errors import InvalidInputError, NotFoundError
from common.locking import lock
from common.names import email_address
from sdk_api import ids
from sdk_api.context import Context, context
from sdk_api.owners import Owner, get_owner, organization_of, put_member, require_admin, take_member
from sdk_api.wire import Invite

mutation = MutationType()
BINDABLES = [mutation]


@mutation.field("createInvite")
def create_invite(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Invite]:
    """An account that the asker sees is a member at once; who is one stays so, and may become an admin by it."""
    request = context(info)
    owner = get_owner(request, input["entity_name"])
    require_admin(request, owner)
    role = "admin" if input.get("admin") else "member"
    name, email = input.get("username"), (input.get("email") or "").strip()
    if not name and not email:
        raise InvalidInputError("Say whom to invite, by username or by email.")
    people = User.objects.visible_to(request.user).filter(deleted_at=None)
    user = people.filter(**({"username__iexact": name} if name else {"email__iexact": email})).first()
    if user is None:
        if name:
            raise NotFoundError(f"There is no user '{name}', or you may not see them; invite them by e-mail address.")
        return {"invite": _invitation(request, owner, email, role)}
    if role == "admin" or not owner.memberships.filter(user=user).exists():
        put_member(request, owner, user, role)
    return {"invite": Invite(ids.encode("User", user.pk), user.username, to_user=user)}


def _open(owner: Owner) -> Any:
    """The open invitations to a team, or to an organization and no team."""
    team = owner if isinstance(owner, Team) else None
    return Invitation.objects.open().filter(organization=organization_of(owner), team=team)


def _invitation(request: Context, owner: Owner, email: str, role: str) -> Invite:
    """Made, and mailed where this server sends mail; the same one again while it is open."""
    require_organization_admin(request.user, organization_of(owner))
    email = email_address(email)
    team = owner if isinstance(owner, Team) else None
    roles = {"role": "member", "team": team, "team_role": role} if team else {"role": role}
    organization, token = organization_of(owner), ""
    with transaction.atomic():
        lock(organization)
        found = _open(owner).filter(email__iexact=email, **roles).first()
        if found is None:
            found, token = invitations.create_invitation(
                actor=request.user, organization=organization, email=email, **roles
            )
    link = request.base + reverse("invitation", args=[token]) if token else None
    if link and settings.SENDS_MAIL:
        get_adapter().send_mail("organizations/email/invitation", email, {"invitation": found, "link": link})
    return Invite(ids.encode("Invite", found.pk), email, email, found.created_at, link=link)


@mutation.field("deleteInvite")
def delete_invite(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """The id of a member ends the membership, and a service account of that owner altogether; what is gone stays gone."""
    request = context(info)
    owner = get_owner(request, input.get("entity_name"))
    kind, pk = ids.decode(input.get("id") or "", "User", "Invite")
    if kind == "Invite":
        require_organization_admin(request.user, organization_of(owner))
        for invitation in _open(owner).filter(pk=pk):
            invitations.revoke_invitation(actor=request.user, invitation=invitation)
        return {"success": True}
    if pk != request.user.pk:
        require_admin(request, owner)
    membership = owner.memberships.select_related("user").filter(user=pk).first()
    if membership is not None:
        _take_out(request, owner, membership.user)
    return {"success": True}


def _take_out(request: Context, owner: Owner, user: User) -> None:
    home = user.service_team if user.service_team_id else user.service_of
    if user.is_service and home == owner:
        delete_service_account(actor=request.user, account=user)
    else:
        take_member(request, owner, user)
