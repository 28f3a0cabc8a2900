"""Team and its memberships; a team owns one Group, by which guardian knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from access.models.namespaces import Namespace
from access.models.organizations import Organization

if TYPE_CHECKING:
    from access.models.users import User


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams by who may see them."""

    def alive(self) -> TeamQuerySet:
        """Those that were not deleted, nor their organization."""
        return self.filter(deleted_at=None, organization__deleted_at=None)

    def visible_to(self, user: User) -> TeamQuerySet:
        """Those of one's organizations; the operator sees all."""
        return self.alive().filter(organization__in=Organization.objects.visible_to(user))


class Team(models.Model):
    """A namespace of an organization where people log work together.

    `default_ttl_seconds` is how long versions of its projects live that say nothing of it themselves (F133); None: for good.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="teams")
    namespace = models.OneToOneField(Namespace, models.PROTECT, related_name="team")
    group = models.OneToOneField(Group, models.PROTECT, related_name="team")
    default_ttl_seconds = models.BigIntegerField(null=True, blank=True)
    members_set_ttl = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name of its namespace."""
        return self.namespace.name


class TeamMembership(models.Model):
    """A person's role in a team, which is the role on the team's projects (F35)."""

    class Role(models.TextChoices):
        """What the person may do in the team."""

        ADMIN = "admin"
        MEMBER = "member"
        VIEWER = "viewer"

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="team_memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_membership_unique")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.role}"
