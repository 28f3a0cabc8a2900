"""What the housekeeping gives up: files of versions deleted long ago, and uploads that nobody goes on with (F131).

Rows go here; the bytes that nothing refers to then are collected by `storage.collecting`. These functions ask nobody's
leave: they belong to operators and to the server itself. Each works in short transactions and may be killed and repeated.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from artifacts.models import Artifact, Manifest, ManifestEntry, Version
from artifacts.services.uploads import forget
from common.batches import keys_of
from storage.models import Part, Upload

BATCH = 500
VERSION_PURPOSES = [Upload.Purpose.VERSION_FILE, Upload.Purpose.MANIFEST]


def purge_versions(*, deleted_before: datetime) -> int:
    """Give up the files of versions that were deleted before that moment; their numbers and history stay. How many."""
    batches = keys_of(Version.objects.purgeable(deleted_before), BATCH)
    return sum(_purge(key, deleted_before) for keys in batches for key in keys)


def _purge(key: int, deleted_before: datetime) -> bool:
    with transaction.atomic():
        # Locked by its key alone; that it may go still is asked after whoever restores it just now.
        Version.objects.select_for_update(of=("self",)).only("pk").get(pk=key)
        if not Version.objects.purgeable(deleted_before).filter(pk=key).exists():
            return False
        Manifest.objects.filter(version=key).delete()
        ManifestEntry.objects.filter(version=key).delete()
        Version.objects.filter(pk=key).update(purged_at=timezone.now())
    return True


def forget_idle_uploads(*, idle_since: datetime) -> int:
    """Give up versions that were never committed and whose uploads have been silent since that moment. How many."""
    batches = keys_of(Version.objects.idle(idle_since), BATCH)
    return sum(_forget(key, idle_since) for keys in batches for key in keys)


def _forget(key: int, idle_since: datetime) -> bool:
    with transaction.atomic():
        # Locked, so that there is no commit and no new manifest meanwhile.
        artifact = Artifact.objects.select_for_update().filter(versions=key).first()
        if artifact is None:
            return False
        pending = Version.objects.idle(idle_since).filter(pk=key).first()
        if pending is None:
            return False
        forget(pending, artifact)
    return True


def leftover_uploads(since: datetime) -> models.QuerySet[Upload]:
    """Promises older than that moment of versions that are pending no more: a crash after their commit left them."""
    pending = Version.objects.filter(pk=OuterRef("subject_id"), state=Version.State.PENDING)
    old = Upload.objects.filter(purpose__in=VERSION_PURPOSES, created_at__lt=since)
    return old.exclude(Exists(pending))


def drop_leftover_uploads(*, since: datetime) -> int:
    """Remove the `leftover_uploads`. How many."""
    dropped = 0
    for keys in keys_of(leftover_uploads(since), BATCH):
        with transaction.atomic():
            Manifest.objects.filter(upload__in=keys).update(upload=None)
            dropped += Upload.objects.filter(pk__in=keys).delete()[0]
    return dropped


def holding_nothing(
    *, deleted_before: datetime, idle_since: datetime
) -> dict[type[models.Model], models.QuerySet[Any]]:
    """The rows, by their model, that the functions above would take from blobs: for a rehearsal."""
    purged = Version.objects.purgeable(deleted_before).values("pk")
    idle = Version.objects.idle(idle_since).values("pk")
    versions = models.Q(version__in=purged) | models.Q(version__in=idle)
    uploads = Upload.objects.filter(purpose__in=VERSION_PURPOSES, subject_id__in=idle) | leftover_uploads(idle_since)
    return {
        ManifestEntry: ManifestEntry.objects.filter(versions),
        Manifest: Manifest.objects.filter(versions),
        Upload: uploads,
        Part: Part.objects.filter(upload__in=uploads.values("pk")),
    }
