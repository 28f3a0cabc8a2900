"""Tag, and VersionAlias: a movable pointer within one artifact."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Tag(models.Model):
    """A free label; rows are shared, and reading starts from the versions and collections that carry them."""

    name = models.CharField(max_length=128, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class VersionAlias(models.Model):
    """A name that points at exactly one version of an artifact (F6)."""

    artifact = models.ForeignKey("artifacts.Artifact", models.CASCADE, db_index=False, related_name="aliases")
    version = models.ForeignKey("artifacts.Version", models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=128)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["artifact", "name"], name="version_alias_unique")]
        indexes = [models.Index(fields=["artifact", "version"], name="version_alias_by_version")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
