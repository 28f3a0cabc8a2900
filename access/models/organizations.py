"""Organization and its memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.models.namespaces import Namespace

if TYPE_CHECKING:
    from access.models.users import User


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Organizations by who belongs to them."""

    def visible_to(self, user: User) -> OrganizationQuerySet:
        """Those one belongs to; the operator sees all."""
        alive = self.filter(deleted_at=None)
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return alive if user.is_superuser else alive.filter(memberships__user=user)


class Organization(models.Model):
    """Owns registries and teams. `namespace` is its entity: the slug of its name."""

    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=256)
    namespace = models.OneToOneField(Namespace, models.PROTECT, related_name="organization")
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], condition=models.Q(deleted_at=None), name="organization_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationMembership(models.Model):
    """A person's role in an organization (F34)."""

    class Role(models.TextChoices):
        """What the person may do in the organization."""

        ADMIN = "admin"
        MEMBER = "member"
        VIEWER = "viewer"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="organization_memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="organization_membership_unique")]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}: {self.role}"
