"""RunInput: the edge from a version to a run that used it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from access.models import Container
from artifacts.models.versions import Version
from projects.models import Run


class RunInput(models.Model):
    """A run used a version, reached through `container` (its project, or a registry that links it)."""

    run = models.ForeignKey(Run, models.CASCADE, db_index=False, related_name="inputs")
    version = models.ForeignKey(Version, models.CASCADE, db_index=False, related_name="uses")
    container = models.ForeignKey(Container, models.SET_NULL, related_name="+", null=True)
    used_as = models.CharField(max_length=256, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "version"], name="run_input_unique")]
        # The newest few edges of a node, which lineage asks of a thousand nodes, are read off an index.
        indexes = [
            models.Index(fields=["version", "-id"], name="run_input_by_version"),
            models.Index(fields=["run", "-id"], name="run_input_by_run"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} in {self.run_id}"
