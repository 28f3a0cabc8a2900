"""SignOn: which memberships a person has by the groups of the identity provider."""

from __future__ import annotations

from django.db import models

from access.models import User


class SignOn(models.Model):
    """What the last sign-on gave, so that the next one can take it away, and nothing else.

    `organizations` and `teams` map ids, as text, to roles.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="sign_on")
    organizations = models.JSONField(default=dict)
    teams = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"What sign-on gave {self.user}"
