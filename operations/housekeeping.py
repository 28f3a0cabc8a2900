"""What the server does by itself, in one place: `manage.py housekeeping`, `collect_blobs` and the hourly round of `serve`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from time import sleep

from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.utils import timezone

from artifacts.models import Manifest, ManifestEntry, Version
from artifacts.services import expiring, purging
from operations import figures
from projects.models import RunFile
from projects.services.files import files_of_deleted_runs, purge_run_files
from storage.collecting import Collected, collect, would_collect
from storage.models import Upload
from storage.stores import store

UNTOUCHED = timedelta(days=1)  # bytes that nothing refers to, and temporary files
IDLE = timedelta(days=7)  # an upload that nobody went on with; never less, whatever an operator asks
HOLDERS = 5
EVERY = timedelta(hours=1)
LOOK = 60.0  # seconds; what is due may wait a minute for whoever takes the turn
TURN = "housekeeping"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Freed:
    """What a collection gave up: versions and files of runs that were deleted, uploads left unfinished, and their bytes."""

    versions: int
    run_files: int
    uploads: int
    temporary: int
    blobs: int
    bytes: int
    orphans: int


@dataclass(frozen=True)
class Done:
    """What one round did: versions whose time to live was over, those that a rule of retention took, and what was freed.

    `counted` is of how many registries, projects and organizations it was counted what they take.
    """

    expired: int
    superseded: int
    freed: Freed
    counted: int


def keep_house(*, dry_run: bool = False) -> Done:
    """One round of all that is due by time. Rounds may overlap and be killed."""
    expired = expiring.expire(now=timezone.now(), dry_run=dry_run)
    superseded = expiring.retain(dry_run=dry_run)
    freed = free_storage(dry_run=dry_run)
    counted = 0 if dry_run else figures.count_anew(now=timezone.now())
    return Done(expired, superseded, freed, counted)


def start() -> None:
    """Let a thread of this process keep house, every hour one of all the processes. For servers, once each."""
    Thread(target=_keep_on, name="housekeeping", daemon=True).start()


def take_turn() -> bool:
    """Whether this process is to keep house in this hour: exactly one of all that share the database is told so."""
    return cache.add(TURN, "taken", timeout=EVERY.total_seconds())


def _keep_on() -> None:
    while True:
        sleep(LOOK)
        try:
            if take_turn():
                keep_house()
        except Exception:
            logger.exception("The housekeeping failed; the next round tries again.")
        finally:
            connections.close_all()


def free_storage(*, grace: timedelta | None = None, dry_run: bool = False) -> Freed:
    """Give up what was deleted longer ago than its grace, and remove the bytes that nothing refers to.

    `grace` replaces the VITRINE_RESTORE_DAYS of what was deleted and the day of untouched bytes; uploads keep their week.
    With `dry_run` nothing is changed, and what would go is told.
    """
    now = timezone.now()
    deleted_before = now - (timedelta(days=settings.RESTORE_DAYS) if grace is None else grace)
    untouched_since = now - (UNTOUCHED if grace is None else grace)
    work = _rehearse if dry_run else _work
    return work(deleted_before, now - IDLE, untouched_since)


def _work(deleted_before: datetime, idle_since: datetime, untouched_since: datetime) -> Freed:
    versions = purging.purge_versions(deleted_before=deleted_before)
    run_files = purge_run_files(deleted_before=deleted_before)
    uploads = purging.forget_idle_uploads(idle_since=idle_since)
    purging.drop_leftover_uploads(since=idle_since)
    temporary = store().sweep(older_than=UNTOUCHED)
    return _freed(versions, run_files, uploads, temporary, collect(untouched_since=untouched_since))


def _rehearse(deleted_before: datetime, idle_since: datetime, untouched_since: datetime) -> Freed:
    versions = Version.objects.purgeable(deleted_before)
    idle = Version.objects.idle(idle_since)
    run_files = files_of_deleted_runs(deleted_before)
    beside = purging.holding_nothing(deleted_before=deleted_before, idle_since=idle_since)
    beside[Upload] |= Upload.objects.filter(pk__in=run_files.values("upload"))
    found = would_collect(untouched_since=untouched_since, beside=beside)
    return _freed(
        versions.count(), run_files.count(), idle.count(), store().sweep(older_than=UNTOUCHED, dry_run=True), found
    )


def _freed(versions: int, run_files: int, uploads: int, temporary: int, found: Collected) -> Freed:
    return Freed(versions, run_files, uploads, temporary, found.blobs, found.bytes, found.orphans)


def holders_of(sha256: str) -> list[str]:
    """A few of the files whose bytes that blob is, as an operator knows them."""
    entries = ManifestEntry.objects.filter(blob=sha256).select_related("version__artifact__project__namespace")
    manifests = Manifest.objects.filter(blob=sha256).select_related("version__artifact__project__namespace")
    files = RunFile.objects.filter(upload__blob=sha256).select_related("run__project__namespace")
    named = [f"{_address(row.version)} {row.path}" for row in entries[:HOLDERS]]
    named += [f"{_address(row.version)} (its manifest)" for row in manifests[:HOLDERS]]
    named += [
        f"{row.run.project.namespace.name}/{row.run.project.name}/{row.run.name} {row.name}" for row in files[:HOLDERS]
    ]
    return named[:HOLDERS]


def _address(version: Version) -> str:
    project = version.artifact.project
    deleted = " (deleted)" if version.state == Version.State.DELETED else ""
    return f"{project.namespace.name}/{project.name}/{version}{deleted}"
