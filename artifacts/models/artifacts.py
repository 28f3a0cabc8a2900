"""Artifact: a named, typed series of versions in a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models import Project

if TYPE_CHECKING:
    from access.models import User


class ArtifactQuerySet(models.QuerySet["Artifact"]):
    """Artifacts by who may see them."""

    def visible_to(self, user: User) -> ArtifactQuerySet:
        """Undeleted artifacts of the projects that `user` sees."""
        return self.filter(deleted_at=None, project__in=Project.objects.visible_to(user))


class Artifact(models.Model):
    """A series. `next_index` is the number that the next committed version gets; numbers are never reused (F49).

    `keep_last` is how many of its newest versions stay without being aliased or linked; None: all.
    `metric_directions` says of a metric whether higher is better, above what runs said. `version_count` is what counting the
    committed versions would give: the services that commit and delete them keep it, so that no page counts them.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=128)
    type = models.CharField(max_length=128)
    description = models.TextField(blank=True)
    next_index = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)
    tags = models.ManyToManyField("artifacts.Tag", related_name="artifacts")
    metric_directions = models.JSONField(default=dict)
    keep_last = models.PositiveIntegerField(null=True)
    version_count = models.PositiveIntegerField(default=0)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=models.Q(deleted_at=None), name="artifact_name_unique"
            )
        ]
        indexes = [models.Index(fields=["project", "type", "name"], name="artifact_by_type")]

    def __str__(self) -> str:
        return self.name
