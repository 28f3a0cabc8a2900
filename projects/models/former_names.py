"""Former names of projects, so that old addresses lead on (C17)."""

from __future__ import annotations

from django.db import models

from access.models import Namespace
from projects.models.projects import Project


class FormerProjectName(models.Model):
    """A name that a project of the namespace had; it counts while no other project bears it."""

    namespace = models.ForeignKey(Namespace, models.CASCADE, related_name="+")
    name_key = models.CharField(max_length=256)
    project = models.ForeignKey(Project, models.CASCADE, related_name="former_names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "name_key"], name="former_project_name_unique")]

    def __str__(self) -> str:
        return self.name_key
