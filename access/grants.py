"""Giving and taking roles on containers: the only writer of guardian's rows."""

from __future__ import annotations

from access.models import Container, ContainerGroupGrant, ContainerUserGrant, Team, User
from access.models.containers import role_permission
from access.roles import Role


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


def take(container: Container, principal: User | Team) -> bool:
    """Remove the grant of `principal`; whether there was one."""
    if isinstance(principal, Team):
        removed, _ = ContainerGroupGrant.objects.filter(content_object_id=container.pk, group=principal.group).delete()
    else:
        removed, _ = ContainerUserGrant.objects.filter(content_object_id=container.pk, user=principal).delete()
    return removed > 0
