"""Registry: a shelf of an organization."""

from __future__ import annotations

from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from access.models import Container

CORE = {"model": ("Model", "model"), "dataset": ("Dataset", "dataset")}


class Registry(Container):
    """Collections of linked versions, of any type or of the accepted ones. Core registries come with the organization (F13).

    The owner answers for it, and may do nothing by that (F22).
    """

    is_core = models.BooleanField(default=False)
    accepts_all_types = models.BooleanField(default=True)
    icon = models.ImageField(upload_to="icons/", blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    def __str__(self) -> str:
        return self.title

    @property
    def icon_url(self) -> str:
        """The address of its picture, or empty: pages then show a drawing. It changes with the picture, so it may be cached."""
        if not self.icon or self.organization is None:
            return ""
        return reverse("registries:icon", args=[self.organization.name, self.name, PurePath(str(self.icon)).stem])

    @property
    def title(self) -> str:
        """The name that pages show (C5): `Model` for the core registry `model`."""
        return CORE[self.name][0] if self.is_core else self.name


class AcceptedType(models.Model):
    """A type that may be linked into a registry; types are only ever added (F16)."""

    registry = models.ForeignKey(Registry, models.CASCADE, related_name="accepted_types")
    name = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registry", "name"], name="accepted_type_unique")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ProtectedAlias(models.Model):
    """An alias that only admins of the registry may give, move and take away (F57)."""

    registry = models.ForeignKey(Registry, models.CASCADE, related_name="protected_aliases")
    name = models.CharField(max_length=128)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registry", "name"], name="protected_alias_unique")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
