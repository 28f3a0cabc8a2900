"""Download: that somebody took bytes of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from access.models import Container
from artifacts.models.versions import Version

if TYPE_CHECKING:
    from access.models import User


class DownloadQuerySet(models.QuerySet["Download"]):
    """Downloads by who may know of them."""

    def visible_to(self, user: User) -> DownloadQuerySet:
        """Those through containers that `user` sees: who reads by the registry learns nothing of the project's readers."""
        return self.filter(container__in=Container.objects.visible_to(user).values("pk"))


class Download(models.Model):
    """What one person took of a version in one day by one door, through one container (F78).

    `count` is the number of files, or of zips; `bytes` what was sent, parts of files included. Beside the events, not
    among them: nothing changed. Rows it points to may go, so nothing is constrained.
    """

    class Door(models.TextChoices):
        """How the bytes left."""

        PAGE = "page"
        ZIP = "zip"
        REST = "rest"
        SDK = "sdk"

    version = models.ForeignKey(Version, models.CASCADE, db_constraint=False, db_index=False, related_name="downloads")
    container = models.ForeignKey(Container, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+")
    door = models.CharField(max_length=4, choices=Door)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    objects = DownloadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "container", "actor", "door", "day"], name="download_unique")
        ]
        indexes = [models.Index(fields=["version", "-last_at", "-id"], name="download_by_version")]

    def __str__(self) -> str:
        return f"{self.version_id} by {self.actor_id} on {self.day}"
