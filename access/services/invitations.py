"""Invitations: made and withdrawn by admins, used once by whoever brings the token."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Invitation, Organization, Team, TeamMembership, User
from access.policy import require_organization_admin
from access.services import organizations, teams
from access.services.keys import digest_of
from access.services.people import open_account
from common.errors import ConflictError, InvalidInputError, NotFoundError
from common.names import email_address
from events.services import record
from events.types import EventType

MOST_DAYS = 90
MOST_OPEN = 500


def create_invitation(
    *,
    actor: User | None,
    organization: Organization,
    role: str,
    team: Team | None = None,
    team_role: str = TeamMembership.Role.MEMBER,
    email: str = "",
    days: int = 7,
) -> tuple[Invitation, str]:
    """An invitation that lives for 1 to 90 days, and its token, which is not shown again.

    Raises NotFoundError and ForbiddenError for all but admins of the organization, InvalidInputError for a role, a team
    or a time that cannot be, and ConflictError when 500 are open.
    """
    require_organization_admin(actor, organization)
    if team is not None and (team.organization_id != organization.pk or team.deleted_at):
        raise InvalidInputError(_("%(organization)s has no such team.") % {"organization": organization.name})
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInputError(_("An invitation lives for 1 to %(most_days)s days.") % {"most_days": MOST_DAYS})
    if organization.invitations.open().count() >= MOST_OPEN:
        raise ConflictError(
            _("There are %(most_open)s open invitations; withdraw some first.") % {"most_open": MOST_OPEN}
        )
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            organization=organization,
            role=organizations.parse_role(role),
            team=team,
            team_role=organizations.parse_role(team_role) if team else "",
            email=email_address(email) if email else "",
            digest=digest_of(token),
            created_by=actor,
            expires_at=timezone.now() + timedelta(days=days),
        )
        _record(EventType.INVITATION_CREATED, actor, invitation)
    return invitation, token


def revoke_invitation(*, actor: User | None, invitation: Invitation) -> None:
    """Withdraw an invitation; of a used one, or a second time, it changes nothing. Admins of the organization."""
    require_organization_admin(actor, invitation.organization)
    with transaction.atomic():
        unused = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
        if unused.update(revoked_at=timezone.now()):
            _record(EventType.INVITATION_REVOKED, actor, invitation)


def find_invitation(token: str) -> Invitation:
    """The open invitation of that token. Raises NotFoundError, which tells not why."""
    rows = Invitation.objects.open().select_related("organization__namespace", "team__namespace", "created_by")
    found = rows.filter(digest=digest_of(token)).first()
    if found is None:
        raise NotFoundError(_("This invitation was used, withdrawn or has expired; ask for a new one."))
    return found


def accept_invitation(*, actor: User, token: str) -> Organization:
    """Join by the invitation: the higher of the present and the invited role, and the team. One person, once.

    Raises NotFoundError for a token that is not open, ConflictError for a service account and for a membership that was
    deactivated, which only an admin gives back.
    """
    if actor.is_service:
        raise ConflictError(_("Invitations are for people; sign in with an account of your own."))
    with transaction.atomic():
        invitation = _take(token)
        if invitation.organization.deactivated.filter(user=actor).exists():
            raise ConflictError(
                _("Your membership in %(organization)s is switched off; ask an admin of it to give it back.")
                % {"organization": invitation.organization.name}
            )
        _join(invitation, actor)
    return invitation.organization


def sign_up(*, token: str, username: str, password: str, email: str, full_name: str = "") -> User:
    """A new account that joins by the invitation; its team becomes the default entity (C31).

    Raises NotFoundError for a token that is not open, InvalidInputError and ConflictError for name, password or address.
    """
    with transaction.atomic():
        invitation = _take(token)
        user = User(username=username, email=email or invitation.email, full_name=full_name)
        open_account(actor=None, user=user, password=password)
        _join(invitation, user)
        if invitation.team:
            user.default_namespace = invitation.team.namespace
            user.save(update_fields=["default_namespace"])
    return user


def _take(token: str) -> Invitation:
    """The invitation, marked as used: of two who come at once, one gets it."""
    invitation = find_invitation(token)
    # The row's own columns alone: PostgreSQL does not look again at what is joined when it has waited for another.
    unused = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
    if not unused.update(used_at=timezone.now()):
        return find_invitation(token)  # raises
    return invitation


def _join(invitation: Invitation, user: User) -> None:
    organization, team = invitation.organization, invitation.team
    present = organization.memberships.filter(user=user).values_list("role", flat=True).first()
    invited = organizations.parse_role(invitation.role)
    if present is None or organizations.GIVEN.index(invited) < organizations.GIVEN.index(
        organizations.parse_role(present)
    ):
        organizations.set_member(actor=None, organization=organization, user=user, role=invited)
    if team and not team.memberships.filter(user=user).exists():
        teams.set_member(actor=None, team=team, user=user, role=invitation.team_role)
    Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
    _record(EventType.INVITATION_USED, user, invitation)


def _record(kind: EventType, actor: User | None, invitation: Invitation) -> None:
    after = {"role": invitation.role, "team": invitation.team.name if invitation.team else None}
    record(actor=actor, type=kind, object=invitation, organization=invitation.organization, after=after)
