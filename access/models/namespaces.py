"""Namespace: the one table of names that own things (personal, team, organization)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from access.models.users import User


class NamespaceQuerySet(models.QuerySet["Namespace"]):
    """Namespaces by who may see them."""

    def visible_to(self, user: User) -> NamespaceQuerySet:
        """One's own, those of one's organizations and of their teams; the operator's are all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(
            Q(user=user)
            | Q(organization__in=user.organization_memberships.values("organization"))
            | Q(team__organization__in=user.organization_memberships.values("organization"))
        )


class Namespace(models.Model):
    """A unique owner name; `Entity:<id>` on the wire, the first part of every project's address."""

    class Kind(models.TextChoices):
        """Who owns it."""

        PERSONAL = "personal"
        TEAM = "team"
        ORGANIZATION = "organization"

    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=256, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)

    objects = NamespaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
