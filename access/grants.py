"""Giving and taking roles on containers: the only writer of guardian's rows."""

from __future__ import annotations

from typing import Any

from access.models import Container, ContainerGroupGrant, ContainerUserGrant, Organization, Team, User
from access.models.containers import role_permission
from access.roles import Role


def given(container: Container, principal: User | Team) -> Role | None:
    """The role that a grant of its own gives `principal` on `container`, whatever it has by other ways."""
    codename = _grants(container, principal).values_list("permission__codename", flat=True).first()
    return next((role for role in Role if role.codename == codename), None)


def give(container: Container, principal: User | Team, role: Role) -> None:
    """Make `role` the one role of `principal` on `container`; a second time changes nothing."""
    permission = role_permission(role)
    if isinstance(principal, Team):
        ContainerGroupGrant.objects.update_or_create(
            content_object_id=container.pk, group=principal.group, defaults={"permission": permission}
        )
    else:
        ContainerUserGrant.objects.update_or_create(
            content_object_id=container.pk, user=principal, defaults={"permission": permission}
        )


def give_founder(container: Container, founder: User) -> bool:
    """Make who made or restricted `container` its admin; not the operator, who needs no grant, nor who leaves just now.

    Whether that was so. Within the caller's transaction.
    """
    organization = Organization.objects.select_for_update(of=("self",)).get(containers=container)
    belongs = organization.memberships.filter(user=founder).exists()
    if belongs:
        give(container, founder, Role.ADMIN)
    return belongs


def take(container: Container, principal: User | Team) -> bool:
    """Remove the grant of `principal`; whether there was one."""
    removed: int = _grants(container, principal).delete()[0]
    return removed > 0


def _grants(container: Container, principal: User | Team) -> Any:
    if isinstance(principal, Team):
        return ContainerGroupGrant.objects.filter(content_object_id=container.pk, group=principal.group_id)
    return ContainerUserGrant.objects.filter(content_object_id=container.pk, user=principal)
