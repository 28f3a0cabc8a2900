"""Invitation: a one-time link by which somebody joins an organization, and perhaps a team of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.models.organizations import Organization, OrganizationMembership
from access.models.teams import Team, TeamMembership


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by whether they can still be used."""

    def open(self) -> InvitationQuerySet:
        """Those neither used nor withdrawn nor expired, of what still exists."""
        return self.filter(
            models.Q(team=None) | models.Q(team__deleted_at=None),
            organization__deleted_at=None,
            used_at=None,
            revoked_at=None,
            expires_at__gt=timezone.now(),
        )


class Invitation(models.Model):
    """The roles that whoever brings its token gets, once; only a keyed hash of the token is kept."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=8, choices=OrganizationMembership.Role)
    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations", null=True, blank=True)
    team_role = models.CharField(max_length=8, choices=TeamMembership.Role, blank=True)
    email = models.EmailField(blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Invitation {self.pk} to {self.organization}"
