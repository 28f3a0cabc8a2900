"""VersionMetric: the numbers by which versions are compared."""

from __future__ import annotations

from django.db import models

from artifacts.models.versions import Version


class VersionMetric(models.Model):
    """The value of a metric at the step at which the version was logged (C28), or from its run's summary."""

    class Source(models.TextChoices):
        """A value of the history wins over the summary's."""

        HISTORY = "history"
        SUMMARY = "summary"

    version = models.ForeignKey(Version, models.CASCADE, related_name="metrics")
    key = models.CharField(max_length=256)
    value = models.FloatField()
    source = models.CharField(max_length=7, choices=Source)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="version_metric_unique")]
        indexes = [models.Index(fields=["key", "value"], name="metric_by_value")]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
