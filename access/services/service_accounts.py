"""Service accounts: programs that sign in by key alone (F29, F37)."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from access.models import ContainerUserGrant, Organization, OrganizationMembership, Team, TeamMembership, User
from access.policy import require_organization_admin, require_team_admin
from common.errors import ConflictError, InvalidInputError
from events.services import record
from events.types import EventType

MOST = 1_000


def create_service_account(
    *, actor: User | None, organization: Organization, name: str, team: Team | None = None
) -> User:
    """A service account of the organization, or of one team, of which it is a member then and where its runs go.

    Its roles on registries are only those that name it (C7). Raises NotFoundError and ForbiddenError for all but admins
    of the organization, or of the team for the team's; InvalidInputError for a name that cannot be used.
    """
    _require_admin(actor, organization, team)
    if not name.strip() or len(name) > 128 or not name.isprintable():
        raise InvalidInputError(
            _("Give the service account a name of at most 128 characters, such as the job that uses it.")
        )
    if organization.service_accounts.filter(deleted_at=None).count() >= MOST:
        raise ConflictError(
            _("An organization has at most %(most)s service accounts; delete one that is not used any more.")
            % {"most": MOST}
        )
    with transaction.atomic():
        account = User(
            username=f"service-{slugify(name)[:80] or 'account'}-{secrets.token_hex(4)}",
            full_name=name.strip(),
            service_of=organization,
            service_team=team,
            default_namespace=team.namespace if team else None,
        )
        account.set_unusable_password()
        account.save()
        OrganizationMembership.objects.create(
            organization=organization, user=account, role=OrganizationMembership.Role.SERVICE
        )
        if team:
            TeamMembership.objects.create(team=team, user=account, role=TeamMembership.Role.MEMBER)
        _record(EventType.SERVICE_ACCOUNT_CREATED, actor, account)
    return account


def delete_service_account(*, actor: User | None, account: User) -> None:
    """End a service account: keys, memberships and grants go, what it made stays. A second time changes nothing.

    Raises NotFoundError and ForbiddenError as `create_service_account` does.
    """
    require_administration(actor, account)
    end(actor, account)


def end(actor: User | None, account: User) -> None:
    """What `delete_service_account` does, for a caller who settled that `actor` may."""
    with transaction.atomic():
        if not User.objects.filter(pk=account.pk, deleted_at=None).update(is_active=False, deleted_at=timezone.now()):
            return
        account.api_keys.all().delete()
        account.team_memberships.all().delete()
        account.organization_memberships.all().delete()
        ContainerUserGrant.objects.filter(user=account).delete()
        _record(EventType.SERVICE_ACCOUNT_DELETED, actor, account)


def require_administration(actor: User | None, account: User) -> None:
    """Refuse all but those who may manage this service account and its keys. Raises NotFoundError and ForbiddenError."""
    if account.service_of is None:
        raise InvalidInputError(_("%(account)s is a person, not a service account.") % {"account": account.username})
    _require_admin(actor, account.service_of, account.service_team)


def _require_admin(actor: User | None, organization: Organization, team: Team | None) -> None:
    if team is None:
        require_organization_admin(actor, organization)
    elif team.organization_id != organization.pk or team.deleted_at:
        raise InvalidInputError(_("%(organization)s has no such team.") % {"organization": organization.name})
    else:
        require_team_admin(actor, team)


def _record(kind: EventType, actor: User | None, account: User) -> None:
    after = {"name": account.full_name, "team": account.service_team.name if account.service_team else None}
    record(actor=actor, type=kind, object=account, organization=account.service_of, after=after)
