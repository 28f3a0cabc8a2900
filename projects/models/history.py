"""HistoryChunk: lines of a run's streams, compressed, as they arrived."""

from __future__ import annotations

from django.db import models

from projects.models.runs import Run


class HistoryChunk(models.Model):
    """Consecutive lines of one stream. Chunks of a stream never overlap: a later line replaces an earlier one."""

    class Stream(models.TextChoices):
        """Metrics by step, system metrics by time, console output."""

        HISTORY = "history"
        SYSTEM = "system"
        CONSOLE = "console"

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    stream = models.CharField(max_length=7, choices=Stream)
    first_line = models.IntegerField()
    count = models.IntegerField()
    first_step = models.BigIntegerField(null=True)
    last_step = models.BigIntegerField(null=True)
    lines = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "stream", "first_line"], name="chunk_unique")]

    def __str__(self) -> str:
        return f"{self.stream} {self.first_line}+{self.count}"
