"""Version: one immutable content of an artifact."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from access.models import Container
from access.roles import MINIMUM, Action
from artifacts.manifest import Algorithm
from artifacts.models.aliases import Tag
from artifacts.models.artifacts import Artifact
from projects.models import Run
from storage.models import Upload

if TYPE_CHECKING:
    from access.models import User


# Links live one layer up; the reverse relation is the honest way to look up from here.
DIGEST_ALGORITHMS = [(algorithm.value, algorithm.name) for algorithm in Algorithm]
ALIVE_LINK: dict[str, Any] = {"links__isnull": False, "links__deleted_at": None, "links__collection__deleted_at": None}


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions by who may see them."""

    def committed(self) -> VersionQuerySet:
        """Those that are complete and not deleted."""
        return self.filter(state=Version.State.COMMITTED, artifact__deleted_at=None)

    def visible_to(self, user: User) -> VersionQuerySet:
        """Committed versions that `user` reaches by any path: the source project, or a link in a visible registry."""
        return self._reached_through(Container.objects.visible_to(user).values("pk"))

    def readable_by(self, user: User) -> VersionQuerySet:
        """Committed versions whose bytes `user` may download by some path (F31 row 4)."""
        level = MINIMUM[Action.DOWNLOAD_VERSION]
        containers = Container.objects.visible_to(user, level)
        return self._reached_through(containers.values("pk"))

    def unlinked(self) -> VersionQuerySet:
        """Those that no registry links."""
        return self.exclude(Exists(self.model.objects.filter(pk=OuterRef("pk"), **ALIVE_LINK)))

    def restorable(self, deleted_since: datetime) -> VersionQuerySet:
        """Deleted ones whose files are kept still, in projects that are there (F131)."""
        deleted = self.filter(state=Version.State.DELETED, deleted_at__gte=deleted_since, purged_at=None)
        return deleted.filter(index__isnull=False, artifact__project__deleted_at=None)

    def purgeable(self, deleted_before: datetime) -> VersionQuerySet:
        """Those that were deleted before that moment, alone or with their project, and have their files still (F131)."""
        own = Q(state=Version.State.DELETED, deleted_at__lt=deleted_before)
        gone = Q(artifact__in=Artifact.objects.filter(project__deleted_at__lt=deleted_before).values("pk"))
        # No version goes that a registry shows, whatever became of its project.
        alive = Q(**ALIVE_LINK, links__collection__registry__deleted_at=None)
        linked = self.model.objects.filter(alive, pk=OuterRef("pk"))
        return self.filter(own | gone, purged_at=None).exclude(state=Version.State.PENDING).exclude(Exists(linked))

    def idle(self, since: datetime) -> VersionQuerySet:
        """Pending ones for which nothing was announced and nothing arrived since that moment."""
        purposes = [Upload.Purpose.VERSION_FILE, Upload.Purpose.MANIFEST]
        uploads = Upload.objects.filter(purpose__in=purposes, subject_id=OuterRef("pk"))
        arrived = Q(blob__touched_at__gte=since) | Q(parts__blob__touched_at__gte=since)
        active = uploads.filter(Q(created_at__gte=since) | arrived)
        return self.filter(state=Version.State.PENDING, created_at__lt=since).exclude(Exists(active))

    def _reached_through(self, containers: models.QuerySet[Any, Any]) -> VersionQuerySet:
        linked = Q(**ALIVE_LINK, links__collection__registry__in=containers)
        links = self.model.objects.filter(linked).values("pk")
        return self.committed().filter(Q(artifact__project__in=containers) | Q(pk__in=links))


class Version(models.Model):
    """Content by its manifest digest; `index` (v0, v1, …) is given at commit. Description, metadata and tags stay editable.

    `same_as` is the version that an identical, concurrent log turned out to be (C30); `metrics_step` the history step
    whose values its metrics hold; `purged_at` when the files of a deleted one were given up, so that it cannot come back.
    `digest_algorithm` says how the digests of the manifest were computed. `ttl_seconds` is None where its team's default
    holds, and 0 where it is kept for good (artifacts/lifetimes.py).
    """

    class State(models.TextChoices):
        """Only a committed version is ever listed (F11)."""

        PENDING = "pending"
        COMMITTED = "committed"
        DELETED = "deleted"

    artifact = models.ForeignKey(Artifact, models.CASCADE, related_name="versions")
    index = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    digest = models.CharField(max_length=64)
    digest_algorithm = models.CharField(max_length=6, choices=DIGEST_ALGORITHMS, default=Algorithm.MD5.value)
    client_id = models.CharField(max_length=160, blank=True)
    description = models.TextField(blank=True)
    metadata = models.JSONField(default=dict)
    size = models.BigIntegerField(default=0)
    file_count = models.IntegerField(default=0)
    ttl_seconds = models.BigIntegerField(null=True)
    history_step = models.BigIntegerField(null=True)
    produced_by = models.ForeignKey(Run, models.SET_NULL, db_index=False, related_name="outputs", null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    requested_aliases = models.JSONField(default=list)
    metrics_step = models.BigIntegerField(null=True)
    same_as = models.ForeignKey("self", models.SET_NULL, related_name="duplicates", null=True)
    tags = models.ManyToManyField(Tag, related_name="versions")
    created_at = models.DateTimeField(default=timezone.now)
    committed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artifact", "index"], name="version_index_unique"),
            models.UniqueConstraint(
                fields=["artifact", "client_id"], condition=~Q(client_id=""), name="version_client_id_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["artifact", "digest"], name="version_by_digest"),
            models.Index(fields=["client_id"], name="version_by_client_id"),
            models.Index(fields=["created_at"], condition=Q(state="pending"), name="version_pending"),
            models.Index(
                fields=["ttl_seconds", "created_at"],
                condition=Q(state="committed", ttl_seconds__gt=0),
                name="version_by_time_to_live",
            ),
            models.Index(
                fields=["deleted_at"], condition=Q(state="deleted", purged_at=None), name="version_restorable"
            ),
            models.Index(fields=["produced_by", "-id"], name="version_by_run"),
        ]

    def __str__(self) -> str:
        return f"{self.artifact.name}:{self.label}"

    @property
    def label(self) -> str:
        """`v3`."""
        return f"v{self.index}"
