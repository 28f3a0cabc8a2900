"""Organizations and their members."""

from __future__ import annotations

from zlib import crc32

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import grants, hooks, roles
from access.models import (
    ApiKey,
    ContainerUserGrant,
    DeactivatedMembership,
    Invitation,
    Namespace,
    Organization,
    OrganizationMembership,
    TeamMembership,
    User,
)
from access.policy import require_operator, require_organization_admin
from access.services import namespaces
from common.errors import ConflictError, InvalidInputError, NotFoundError
from common.locking import lock
from common.names import ENTITY_NAME, container_name, fold
from events.services import record
from events.types import EventType

Role = OrganizationMembership.Role
GIVEN = [Role.ADMIN, Role.MEMBER, Role.VIEWER]


def create_organization(*, actor: User | None = None, name: str, owner: User) -> Organization:
    """A new organization with its namespace; `owner` becomes its admin. Core registries are `found_organization`'s.

    Raises ForbiddenError for all but the operator, InvalidInputError and ConflictError for a name that cannot be used.
    """
    require_operator(actor)
    container_name(name, "organization")
    with transaction.atomic():
        namespace = namespaces.claim(namespace_name(name), Namespace.Kind.ORGANIZATION, "organization")
        try:
            with transaction.atomic():
                organization = Organization.objects.create(name=name, name_key=fold(name), namespace=namespace)
        except IntegrityError as error:
            raise ConflictError(
                _("There is an organization '%(name)s' already; choose another name.") % {"name": name}
            ) from error
        record(
            actor=actor,
            type=EventType.ORGANIZATION_CREATED,
            object=organization,
            organization=organization,
            after={"name": name},
        )
        _put_member(actor, organization, owner, Role.ADMIN)
    return organization


def namespace_name(name: str) -> str:
    """The entity of an organization: its name where that is one, else its slug; a name without Latin letters gets a number."""
    return name if ENTITY_NAME.match(name) else slugify(name) or f"org-{crc32(fold(name).encode()):08x}"


def set_member(*, actor: User | None, organization: Organization, user: User, role: str) -> OrganizationMembership:
    """Make `role` (admin, member, viewer) the one role of `user` in the organization (F34); again changes nothing.

    Raises NotFoundError and ForbiddenError for all but its admins, ConflictError when no admin would be left.
    """
    require_organization_admin(actor, organization)
    with transaction.atomic():
        return _put_member(actor, organization, user, parse_role(role))


def remove_member(*, actor: User | None, organization: Organization, user: User) -> None:
    """End the membership with all that came through it (F33); one may always leave. A second time changes nothing.

    Raises NotFoundError and ForbiddenError for all but admins and oneself, ConflictError when no admin would be left.
    """
    if actor != user:
        require_organization_admin(actor, organization)
    with transaction.atomic():
        DeactivatedMembership.objects.filter(organization=organization, user=user).delete()
        had = _take_out(actor, organization, user)
        if had is not None:
            _record(EventType.ORGANIZATION_MEMBER_REMOVED, actor, organization, user, {"role": had.role}, None)


def deactivate_member(*, actor: User | None, organization: Organization, user: User) -> None:
    """Take the membership away, and keep what it gave for `reactivate_member`. A second time changes nothing.

    Raises as `set_member` does, and NotFoundError for somebody who does not belong to the organization.
    """
    require_organization_admin(actor, organization)
    with transaction.atomic():
        lock(organization)
        if DeactivatedMembership.objects.filter(organization=organization, user=user).exists():
            return
        had = _take_out(actor, organization, user)
        if had is None:
            raise NotFoundError(
                _("%(user)s does not belong to %(organization)s.")
                % {"user": user.username, "organization": organization.name}
            )
        had.save()
        _record(EventType.MEMBER_DEACTIVATED, actor, organization, user, {"role": had.role}, None)


def reactivate_member(*, actor: User | None, organization: Organization, user: User) -> None:
    """Give back role, teams and registry roles, as far as those still exist. A second time changes nothing."""
    require_organization_admin(actor, organization)
    with transaction.atomic():
        lock(organization)
        had = DeactivatedMembership.objects.filter(organization=organization, user=user).first()
        if had is None:
            return
        had.delete()
        _put_member(actor, organization, user, Role(had.role))
        for team in organization.teams.alive().filter(pk__in=had.teams):
            TeamMembership.objects.get_or_create(team=team, user=user, defaults={"role": had.teams[str(team.pk)]})
        for container in organization.containers.alive().filter(pk__in=had.grants):
            role = roles.Role.parse(had.grants[str(container.pk)])
            if role and grants.given(container, user) is None:
                grants.give(container, user, role)
        _record(EventType.MEMBER_REACTIVATED, actor, organization, user, None, {"role": had.role})


def edit_organization(
    *,
    actor: User | None,
    organization: Organization,
    default_registry_role: roles.Role | None = None,
    registry_founders: str | None = None,
) -> Organization:
    """Set what members have on open registries (C7: Member or lower) and who creates registries (C29); None leaves.

    Raises NotFoundError and ForbiddenError for all but its admins, InvalidInputError for values that cannot be.
    """
    require_organization_admin(actor, organization)
    if default_registry_role is not None and default_registry_role > roles.Role.MEMBER:
        raise InvalidInputError(_("The default role on registries is member, viewer or restricted viewer."))
    if registry_founders is not None and registry_founders not in Organization.Founders.values:
        raise InvalidInputError(
            _("Registries are created by one of %(choices)s.") % {"choices": ", ".join(Organization.Founders.values)}
        )
    wanted = {"default_registry_role": default_registry_role, "registry_founders": registry_founders}
    with transaction.atomic():
        lock(organization, *wanted)
        after = {
            name: value for name, value in wanted.items() if value is not None and value != getattr(organization, name)
        }
        if not after:
            return organization
        before = {name: getattr(organization, name) for name in after}
        for name, value in after.items():
            setattr(organization, name, value)
        organization.save(update_fields=list(after))
        record(
            actor=actor,
            type=EventType.ORGANIZATION_EDITED,
            object=organization,
            organization=organization,
            before=before,
            after=after,
        )
    return organization


def ensure_member(*, actor: User | None, organization: Organization, user: User) -> None:
    """Make `user` a member unless they belong to the organization already; raises as `set_member` does."""
    if not organization.memberships.filter(user=user).exists():
        set_member(actor=actor, organization=organization, user=user, role=Role.MEMBER)


def delete_organization(*, actor: User | None, organization: Organization) -> None:
    """Delete the organization with its teams, registries and projects, softly; its names are free again.

    A second time changes nothing. Raises NotFoundError and ForbiddenError for all but its admins.
    """
    if organization.deleted_at:
        return
    require_organization_admin(actor, organization)
    with transaction.atomic():
        now = timezone.now()
        organization.containers.alive().update(deleted_at=now)
        teams = list(organization.teams.alive().select_related("namespace"))
        owned = [organization.namespace, *(team.namespace for team in teams)]
        User.objects.filter(default_namespace__in=owned).update(default_namespace=None)
        TeamMembership.objects.filter(team__in=teams).delete()
        organization.memberships.all().delete()
        organization.deactivated.all().delete()
        programs = organization.service_accounts.all()
        ApiKey.objects.filter(user__in=programs).delete()
        programs.update(is_active=False, deleted_at=now)
        for namespace in owned:
            namespaces.release(namespace)
        organization.deleted_at = now
        organization.save(update_fields=["deleted_at"])
        record(actor=actor, type=EventType.ORGANIZATION_DELETED, object=organization, organization=organization)


def find_organization(name: str) -> Organization:
    """The living organization of that name, or with that namespace, in whatever case. Raises NotFoundError."""
    alive = Organization.objects.select_related("namespace").filter(deleted_at=None)
    found = alive.filter(name_key=fold(name)).first() or alive.filter(namespace__name_key=fold(name)).first()
    if found is None:
        raise NotFoundError(_("There is no organization '%(name)s'.") % {"name": name})
    return found


def parse_role(role: str) -> OrganizationMembership.Role:
    """The role of that word. Raises InvalidInputError."""
    if role not in GIVEN:
        raise InvalidInputError(
            _("'%(role)s' is no role in an organization or a team; choose %(choices)s.")
            % {"role": role, "choices": ", ".join(GIVEN)}
        )
    return Role(role)


def _put_member(
    actor: User | None, organization: Organization, user: User, role: OrganizationMembership.Role
) -> OrganizationMembership:
    if not user.is_active:
        raise ConflictError(_("The account %(user)s is switched off.") % {"user": user.username})
    if user.is_service and role != Role.SERVICE:
        raise ConflictError(
            _("%(user)s is a service account; it has only the roles given on registries and teams.")
            % {"user": user.username}
        )
    membership = _locked(organization, user)
    before = membership.role if membership else None
    if role != Role.ADMIN:
        _require_other_admin(organization, membership)
    DeactivatedMembership.objects.filter(organization=organization, user=user).delete()
    if membership is None:
        membership = OrganizationMembership(organization=organization, user=user)
    if before != role:
        membership.role = role
        membership.save()
        if before == Role.ADMIN:
            withdraw_invitations(actor, user, organization)
        _record(EventType.ORGANIZATION_MEMBER_SET, actor, organization, user, {"role": before}, {"role": role})
    return membership


def _locked(organization: Organization, user: User) -> OrganizationMembership | None:
    """The membership of `user`, read after the organization is locked: two demotions cannot both see another admin."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    return organization.memberships.filter(user=user).first()


def _require_other_admin(organization: Organization, membership: OrganizationMembership | None) -> None:
    if membership is None or membership.role != Role.ADMIN:
        return
    if not organization.memberships.filter(role=Role.ADMIN).exclude(pk=membership.pk).exists():
        raise ConflictError(
            _("%(user)s is the last admin of %(organization)s; make somebody else an admin first.")
            % {"user": membership.user.username, "organization": organization.name}
        )


def withdraw_invitations(actor: User | None, user: User, organization: Organization | None = None) -> None:
    """End what `user` still offers to others, or to themselves, as an admin of `organization`, or of any."""
    rows = Invitation.objects.open().filter(created_by=user).select_related("organization")
    for invitation in rows if organization is None else rows.filter(organization=organization):
        Invitation.objects.filter(pk=invitation.pk, used_at=None).update(revoked_at=timezone.now())
        record(
            actor=actor,
            type=EventType.INVITATION_REVOKED,
            object=invitation,
            organization=invitation.organization,
            after={"role": invitation.role},
        )


def _take_out(actor: User | None, organization: Organization, user: User) -> DeactivatedMembership | None:
    """Delete the membership with its teams, grants, open invitations and default entity; what it was, or None."""
    membership = _locked(organization, user)
    if membership is None:
        return None
    _require_other_admin(organization, membership)
    teams = TeamMembership.objects.filter(user=user, team__organization=organization)
    given = ContainerUserGrant.objects.filter(user=user, content_object__organization=organization)
    had = DeactivatedMembership(
        organization=organization,
        user=user,
        role=membership.role,
        teams={str(row.team_id): row.role for row in teams},
        grants={
            str(row.content_object_id): row.permission.codename.removeprefix("role_")
            for row in given.select_related("permission")
        },
    )
    owned = Namespace.objects.filter(team__organization=organization)
    User.objects.filter(pk=user.pk, default_namespace__in=owned).update(default_namespace=None)
    for rows in (teams, given):
        rows.delete()
    membership.delete()
    withdraw_invitations(actor, user, organization)
    for settle in hooks.after_leaving:
        settle(user, organization)
    return had


def _record(
    kind: EventType,
    actor: User | None,
    organization: Organization,
    user: User,
    before: dict[str, str | None] | None,
    after: dict[str, str | None] | None,
) -> None:
    record(
        actor=actor, type=kind, object=user, parent=organization, organization=organization, before=before, after=after
    )
