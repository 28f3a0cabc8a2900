"""Organizations and their members."""

from __future__ import annotations

from zlib import crc32

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from access.models import Namespace, Organization, OrganizationMembership, TeamMembership, User
from access.policy import require_operator, require_organization_admin
from access.services import namespaces
from common.errors import ConflictError, InvalidInputError, NotFoundError
from common.names import ENTITY_NAME, container_name, fold
from events.services import record
from events.types import EventType

Role = OrganizationMembership.Role


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
            raise ConflictError(f"There is an organization '{name}' already; choose another name.") from error
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
        teams = list(organization.teams.select_related("namespace"))
        owned = [organization.namespace, *(team.namespace for team in teams)]
        User.objects.filter(default_namespace__in=owned).update(default_namespace=None)
        TeamMembership.objects.filter(team__in=teams).delete()
        organization.memberships.all().delete()
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
        raise NotFoundError(f"There is no organization '{name}'.")
    return found


def parse_role(role: str) -> OrganizationMembership.Role:
    """The role of that word. Raises InvalidInputError."""
    if role not in Role.values:
        raise InvalidInputError(f"'{role}' is no role in an organization or a team; choose {', '.join(Role.values)}.")
    return Role(role)


def _put_member(
    actor: User | None, organization: Organization, user: User, role: OrganizationMembership.Role
) -> OrganizationMembership:
    if not user.is_active:
        raise ConflictError(f"The account {user.username} is switched off.")
    Organization.objects.select_for_update().get(
        pk=organization.pk
    )  # so that two demotions cannot both see another admin
    membership = organization.memberships.filter(user=user).first()
    before = membership.role if membership else None
    if before == Role.ADMIN != role and organization.memberships.filter(role=Role.ADMIN).count() == 1:
        raise ConflictError(
            f"{user.username} is the last admin of {organization.name}; make somebody else an admin first."
        )
    if membership is None:
        membership = OrganizationMembership(organization=organization, user=user)
    if before != role:
        membership.role = role
        membership.save()
        record(
            actor=actor,
            type=EventType.ORGANIZATION_MEMBER_SET,
            object=user,
            parent=organization,
            organization=organization,
            before={"role": before},
            after={"role": role},
        )
    return membership
