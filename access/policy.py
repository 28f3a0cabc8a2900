"""May this person do that? Every view, resolver and service asks here, and nowhere else."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from access.models import Container, Organization, OrganizationMembership, Team, TeamMembership, User
from access.roles import MINIMUM, Action, Role, allows
from common.errors import ForbiddenError, NotFoundError
from common.nouns import noun

C = TypeVar("C", bound=Container)
Actor = User | AnonymousUser


def role_on(user: Any, container: Container) -> Role | None:
    """The effective role (F30): the highest of all that reach `user`; None when the container is invisible."""
    if getattr(container, "role_user", None) == (user.pk or 0):
        level: int = container.role_level  # type: ignore[attr-defined]  # annotated by with_role
    else:
        level = Container.objects.role_level(user, container.pk)
    return Role(level) if level else None


def note_role(user: Any, container: Container, level: int) -> None:
    """Put at hand what `level_of` said of `container`."""
    container.role_user, container.role_level = user.pk or 0, level  # type: ignore[attr-defined]


def can(user: Any, action: Action, container: Container) -> bool:
    """Whether `user` may do `action` in `container`."""
    return allows(role_on(user, container), action)


def require(user: Any, action: Action, container: Container) -> Role:
    """The role of `user`, who may do `action`.

    Raises NotFoundError when the container is invisible and ForbiddenError when it is visible and the role too low.
    """
    role = role_on(user, container)
    if role is None:
        raise NotFoundError(_("There is no such %(kind)s, or you may not see it.") % {"kind": noun(container.kind)})
    if not allows(role, action):
        raise ForbiddenError(
            _(
                "Your role in the %(kind)s '%(container)s' is %(role)s; to %(action)s one needs %(needed)s. An "
                "admin of the %(kind)s can change your role."
            )
            % {
                "kind": noun(container.kind),
                "container": container.name,
                "role": role.said,
                "action": gettext(action.value),
                "needed": MINIMUM[action].said,
            }
        )
    return role


def find_visible(queryset: models.QuerySet[C], user: Any, **lookup: Any) -> C | None:
    """The visible container of `queryset` that matches, with its role at hand, or None."""
    found: C | None = queryset.visible_to(user).with_role(user).filter(**lookup).first()  # type: ignore[attr-defined]
    return found


def get_visible(queryset: models.QuerySet[C], user: Any, what: str, **lookup: Any) -> C:
    """The one visible container of `queryset` that matches, with its role at hand. Raises NotFoundError."""
    found = find_visible(queryset, user, **lookup)
    if found is None:
        raise NotFoundError(_("There is no such %(what)s, or you may not see it.") % {"what": noun(what)})
    return found


def organization_role(user: Any, organization: Organization) -> str | None:
    """`admin`, `member` or `viewer`; the operator is an admin everywhere; None for outsiders."""
    if not user.is_authenticated or not user.is_active:
        return None
    if user.is_superuser:
        return OrganizationMembership.Role.ADMIN
    return (
        OrganizationMembership.objects.filter(organization=organization, user=user)
        .values_list("role", flat=True)
        .first()
    )


def is_operator(actor: Any) -> bool:
    """Whether `actor` runs this server: None stands for the person at its command line."""
    return actor is None or (actor.is_active and actor.is_superuser)


def require_operator(actor: Any) -> None:
    """Refuse all but the operator of this server."""
    if not is_operator(actor):
        raise ForbiddenError(_("Only the operator of this server may do this."))


def _said(word: str) -> str:
    """A role in an organization, in the reader's language; that of a service account is none on registries."""
    role = Role.parse(word)
    return role.said if role else noun(word)


def require_organization_admin(actor: Any, organization: Organization) -> None:
    """Refuse all but admins of the organization and the operator. Raises NotFoundError and ForbiddenError."""
    if is_operator(actor):
        return
    role = organization_role(actor, organization)
    if role is None or organization.deleted_at:
        raise NotFoundError(_("There is no such organization, or you do not belong to it."))
    if role != OrganizationMembership.Role.ADMIN:
        raise ForbiddenError(
            _("Your role in %(organization)s is %(role)s; this needs admin. An admin of it can change your role.")
            % {"organization": organization.name, "role": _said(role)}
        )


def require_team_admin(actor: Any, team: Team) -> None:
    """Refuse all but admins of the team or of its organization, and the operator. Raises NotFoundError and ForbiddenError."""
    if is_operator(actor):
        return
    if not actor.is_active or not team.memberships.filter(user=actor, role=TeamMembership.Role.ADMIN).exists():
        require_organization_admin(actor, team.organization)


def may_found(role: str | None, founders: str) -> bool:
    """Whether `require_registry_creation` lets somebody of that role in an organization through, whose `founders` these are."""
    admin, member = OrganizationMembership.Role.ADMIN, OrganizationMembership.Role.MEMBER
    return role == admin or (role == member and founders != Organization.Founders.ADMINS)


def require_registry_creation(user: Any, organization: Organization) -> None:
    """Refuse all but members and admins of the organization, or its admins alone (F31 row 11, C29)."""
    role = organization_role(user, organization)
    if role is None:
        raise NotFoundError(_("There is no such organization, or you do not belong to it."))
    if role == OrganizationMembership.Role.ADMIN:
        return
    if organization.registry_founders == Organization.Founders.ADMINS:
        raise ForbiddenError(
            _("In %(organization)s only admins create registries; ask one of them.")
            % {"organization": organization.name}
        )
    if role != OrganizationMembership.Role.MEMBER:
        raise ForbiddenError(
            _("A %(role)s of %(organization)s cannot create registries; ask an admin for the role member.")
            % {"role": _said(role), "organization": organization.name}
        )
