"""Manifest and its entries: which files a version consists of."""

from __future__ import annotations

from django.db import models

from artifacts.models.versions import Version
from storage.models import Blob, Upload


class Manifest(models.Model):
    """The manifest document of a version, stored without the writer's local paths."""

    class Kind(models.TextChoices):
        """Whole, or relative to a base version."""

        FULL = "FULL"
        PATCH = "PATCH"
        INCREMENTAL = "INCREMENTAL"

    version = models.OneToOneField(Version, models.CASCADE, related_name="manifest")
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.FULL)
    base = models.ForeignKey(Version, models.SET_NULL, related_name="+", null=True)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+", null=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="manifests", null=True)

    def __str__(self) -> str:
        return f"manifest of {self.version_id}"


class ManifestEntry(models.Model):
    """One line: `path` is exact, opaque text; the bytes are `blob`'s, or, for a reference, at `reference_uri`."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="entries")
    path = models.TextField()
    digest = models.CharField(max_length=512)
    size = models.BigIntegerField(null=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="entries", null=True)
    reference_uri = models.TextField(blank=True)
    extra = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "path"], name="manifest_entry_unique")]

    def __str__(self) -> str:
        return self.path
