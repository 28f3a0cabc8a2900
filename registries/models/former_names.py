"""Former names: what registries and collections once were called, so that old addresses lead on (C17)."""

from __future__ import annotations

from django.db import models

from access.models import Organization
from registries.models.collections import Collection
from registries.models.registries import Registry


class FormerRegistryName(models.Model):
    """A name that a registry of the organization had; it counts while no other registry bears it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    name_key = models.CharField(max_length=256)
    registry = models.ForeignKey(Registry, models.CASCADE, related_name="former_names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name_key"], name="former_registry_name_unique")]

    def __str__(self) -> str:
        return self.name_key


class FormerCollectionName(models.Model):
    """A name that a collection of the registry had; it counts while no other collection bears it."""

    registry = models.ForeignKey(Registry, models.CASCADE, related_name="+")
    name_key = models.CharField(max_length=256)
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="former_names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registry", "name_key"], name="former_collection_name_unique")]

    def __str__(self) -> str:
        return self.name_key
