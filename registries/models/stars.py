"""Stars: what a person marked, to find it first. They are theirs alone, and show nothing that they do not see anyway (F19)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from registries.models.collections import Collection
from registries.models.registries import Registry


class RegistryStar(models.Model):
    """A registry that somebody starred."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="registry_stars")
    registry = models.ForeignKey(Registry, models.CASCADE, related_name="stars")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "registry"], name="one_star_per_registry")]

    def __str__(self) -> str:
        return f"{self.user}: {self.registry}"


class CollectionStar(models.Model):
    """A collection that somebody starred."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="collection_stars")
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="stars")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "collection"], name="one_star_per_collection")]

    def __str__(self) -> str:
        return f"{self.user}: {self.collection}"
