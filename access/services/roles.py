"""Roles of people and teams on a container (F26, F27)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from access import grants
from access.models import Container, Organization, Team, User
from access.policy import is_operator, require
from access.roles import Action, Role
from common.errors import InvalidInputError
from events.services import record
from events.types import EventType


def grant_role(*, actor: User | None, container: Container, principal: User | Team, role: Role) -> None:
    """Make `role` the one role that `principal` is given on `container`; again changes nothing.

    Raises NotFoundError and ForbiddenError for all but admins of the container, InvalidInputError for somebody outside
    its organization (F27) and for a personal project, which belongs to its owner alone.
    """
    _require_admin(actor, container)
    if container.organization_id is None:
        raise InvalidInputError(
            _("The project '%(container)s' is personal; to share work, log it to a team.")
            % {"container": container.name}
        )
    if isinstance(principal, User) and principal.is_service and role < Role.MEMBER:
        raise InvalidInputError(
            _("%(principal)s is a service account, which can only be member or admin.") % {"principal": principal}
        )
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=container.organization_id)  # who leaves it now keeps nothing
        if not _belongs(container, principal):
            raise InvalidInputError(
                _("%(principal)s does not belong to the organization of '%(container)s'; add them to it first.")
                % {"principal": principal, "container": container.name}
            )
        before = grants.given(container, principal)
        if before == role:
            return
        grants.give(container, principal, role)
        record(
            actor=actor,
            type=EventType.GRANT_SET,
            object=principal,
            container=container,
            before={"role": before.word if before else None},
            after={"role": role.word},
        )


def remove_role(*, actor: User | None, container: Container, principal: User | Team) -> None:
    """Take back the role that `principal` was given on `container`, if any. Raises as `grant_role` does."""
    _require_admin(actor, container)
    with transaction.atomic():
        if container.organization_id is not None:
            Organization.objects.select_for_update().get(pk=container.organization_id)  # one after the other
        before = grants.given(container, principal)
        if before is None:
            return
        grants.take(container, principal)
        record(
            actor=actor,
            type=EventType.GRANT_REMOVED,
            object=principal,
            container=container,
            before={"role": before.word},
        )


def _require_admin(actor: User | None, container: Container) -> None:
    if not is_operator(actor):
        require(actor, Action.ASSIGN_ROLE, container)


def _belongs(container: Container, principal: User | Team) -> bool:
    if isinstance(principal, Team):
        return principal.organization_id == container.organization_id and principal.deleted_at is None
    return (
        principal.is_active
        and principal.organization_memberships.filter(organization=container.organization_id).exists()
    )
