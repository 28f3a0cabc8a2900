"""Versions that are due: their time to live is over (F133), or newer ones have taken their place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from access.models import Team
from artifacts.lifetimes import FOR_GOOD, GENERATED
from artifacts.models import Artifact, Version, VersionAlias
from artifacts.models.versions import VersionQuerySet
from artifacts.services.versions import remove
from common.batches import keys_of

BATCH = 500
TTL, RETENTION = "ttl", "retention"


def expire(*, now: datetime, dry_run: bool = False) -> int:
    """Delete the versions whose own or inherited time to live is over, softly; returns how many.

    For operators and the server itself: it asks nobody's leave, and the events name no actor but the reason.
    """
    return sum(_remove(rows, TTL, dry_run) for rows in _expired(now))


def retain(*, dry_run: bool = False) -> int:
    """Delete the versions that the rules of their artifacts keep no longer, as `expire` does; returns how many."""
    ruled = Artifact.objects.filter(keep_last__isnull=False, deleted_at=None, project__deleted_at=None)
    removed = 0
    for keys in keys_of(ruled, BATCH):
        for artifact in Artifact.objects.filter(pk__in=keys):
            removed += _remove(superseded(artifact, artifact.keep_last or 1), RETENTION, dry_run)
    return removed


def superseded(artifact: Artifact, keep_last: int) -> VersionQuerySet:
    """The versions that a rule `keep_last` does not keep: not among the newest, nor aliased, linked or kept for good."""
    committed = Version.objects.committed().filter(artifact=artifact)
    newest = committed.order_by("-index").values_list("index", flat=True)
    last = newest[keep_last - 1 : keep_last].first()
    if last is None:
        return committed.none()
    aliased = VersionAlias.objects.filter(version=OuterRef("pk"))
    return committed.filter(index__lt=last).exclude(ttl_seconds=FOR_GOOD).exclude(Exists(aliased)).unlinked()


def _expired(now: datetime) -> Iterator[VersionQuerySet]:
    alive = Version.objects.committed().filter(artifact__project__deleted_at=None)
    own = alive.filter(ttl_seconds__gt=0)
    for seconds in own.order_by("ttl_seconds").values_list("ttl_seconds", flat=True).distinct():
        yield own.filter(ttl_seconds=seconds, created_at__lt=now - timedelta(seconds=seconds or 0)).unlinked()
    silent = alive.filter(ttl_seconds=None).exclude(_generated())
    for team in Team.objects.alive().filter(default_ttl_seconds__gt=0).order_by("pk"):
        born_before = now - timedelta(seconds=team.default_ttl_seconds or 0)
        of_team = silent.filter(artifact__project__namespace=team.namespace_id)
        yield of_team.filter(created_at__lt=born_before).unlinked()


def _generated() -> Q:
    return Q(artifact__type__in=GENERATED) | Q(artifact__type__startswith="wandb-")


def _remove(due: VersionQuerySet, reason: str, dry_run: bool) -> int:
    if dry_run:
        return due.count()
    return sum(_remove_one(key, due, reason) for keys in keys_of(due, BATCH) for key in keys)


def _remove_one(key: int, due: VersionQuerySet, reason: str) -> bool:
    with transaction.atomic():
        version = Version.objects.select_related("artifact__project").get(pk=key)
        # Locked in the order of all who delete and link, then asked again: somebody may have linked or edited it just now.
        Artifact.objects.select_for_update().get(pk=version.artifact_id)
        Version.objects.select_for_update(of=("self",)).only("pk").get(pk=key)
        if not due.filter(pk=key).exists():
            return False
        remove(None, version, delete_aliases=True, reason=reason)
    return True
