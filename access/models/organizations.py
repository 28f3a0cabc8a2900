"""Organization and its memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.models.namespaces import Namespace
from access.roles import Role

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
    """Owns registries and teams. `namespace` is its entity: the slug of its name.

    `default_registry_role` is what its members have on its open registries; its viewers never have more than Viewer (C7).
    """

    class Founders(models.TextChoices):
        """Who may create registries (C29)."""

        MEMBERS = "members", _("Members and admins")
        ADMINS = "admins", _("Admins only")

    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=256)
    namespace = models.OneToOneField(Namespace, models.PROTECT, related_name="organization")
    default_registry_role = models.PositiveSmallIntegerField(default=int(Role.MEMBER))
    registry_founders = models.CharField(max_length=7, choices=Founders, default=Founders.MEMBERS)
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
        """What the person may do in the organization; a service account has only the roles that name it (C7)."""

        ADMIN = "admin"
        MEMBER = "member"
        VIEWER = "viewer"
        SERVICE = "service"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="organization_memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="organization_membership_unique")]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}: {self.role}"


class DeactivatedMembership(models.Model):
    """What a person had in an organization when an admin switched the membership off, kept to be given back.

    `teams` maps ids of teams to roles, `grants` ids of containers to roles.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="deactivated")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="deactivated")
    role = models.CharField(max_length=8, choices=OrganizationMembership.Role)
    teams = models.JSONField(default=dict)
    grants = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="deactivated_membership_unique")]

    def __str__(self) -> str:
        return f"{self.user}, once in {self.organization}"
