"""Registry: a shelf of an organization."""

from __future__ import annotations

from django.db import models

from access.models import Container

CORE = {"model": ("Model", "model"), "dataset": ("Dataset", "dataset")}


class Registry(Container):
    """Collections of linked versions, of any type or of the accepted ones. Core registries come with the organization (F13)."""

    is_core = models.BooleanField(default=False)
    accepts_all_types = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title

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
