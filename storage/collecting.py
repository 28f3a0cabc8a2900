"""Collection of garbage: bytes that no row refers to go, once they have lain untouched for their grace (F131).

Bytes are removed in the transaction that deletes their row, under its lock; who brings the same bytes meanwhile waits for
that lock and brings them again (docs/decisions/0018-bytes-go-under-the-lock-of-their-row.md). It may be killed at any point
and started again, also twice at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction

from common.batches import batched, keys_of
from storage.models import Blob
from storage.stores import Stored, store

BATCH = 200  # so that no transaction of a collection is long


@dataclass
class Collected:
    """How many blobs went, their bytes, and how many of them had no row (left by a server that was killed)."""

    blobs: int = 0
    bytes: int = 0
    orphans: int = 0


def collect(*, untouched_since: datetime) -> Collected:
    """Remove what nothing refers to and whose bytes last arrived before that moment. For operators: it asks nobody's leave."""
    collected = Collected(orphans=_adopt(untouched_since))
    for keys in keys_of(Blob.objects.filter(touched_at__lt=untouched_since).unheld(), BATCH):
        blobs, size = _remove(keys, untouched_since)
        collected.blobs += blobs
        collected.bytes += size
    return collected


def remove_unheld(keys: Iterable[str], *, untouched_since: datetime) -> None:
    """Remove those of `keys` that nothing refers to and whose bytes last arrived before that moment."""
    for batch in batched(keys, BATCH):
        _remove(batch, untouched_since)


def would_collect(*, untouched_since: datetime, beside: Mapping[type[models.Model], models.QuerySet[Any]]) -> Collected:
    """What `collect` would remove if the rows `beside` were gone; changes nothing."""
    unheld = Blob.objects.filter(touched_at__lt=untouched_since).unheld(beside=beside)
    found = unheld.aggregate(blobs=models.Count("pk"), bytes=models.Sum("size"))
    collected = Collected(found["blobs"], found["bytes"] or 0)
    for orphan in orphans(untouched_since):
        collected.orphans += 1
        collected.blobs += 1
        collected.bytes += orphan.size
    return collected


def orphans(untouched_since: datetime) -> Iterator[Stored]:
    """Bytes under the name of a blob, written before that moment, that have no row."""
    limit = untouched_since.timestamp()
    old = (file for file in store().walk() if not file.foreign and file.written_at < limit)
    for files in batched(old, BATCH):
        known = set(Blob.objects.filter(pk__in=[file.name for file in files]).values_list("pk", flat=True))
        yield from (file for file in files if file.name not in known)


def _adopt(untouched_since: datetime) -> int:
    """Give bytes without a row one that nothing refers to: then all that goes, goes the same way."""
    adopted = 0
    for files in batched(orphans(untouched_since), BATCH):
        Blob.objects.bulk_create(
            [
                Blob(sha256=file.name, size=file.size, touched_at=datetime.fromtimestamp(file.written_at, UTC))
                for file in files
            ],
            ignore_conflicts=True,
        )
        adopted += len(files)
    return adopted


def _remove(keys: Iterable[str], untouched_since: datetime) -> tuple[int, int]:
    """Remove those of `keys` that are garbage still; returns their number and bytes."""
    with transaction.atomic():
        # Two statements: whoever refers to a blob locks it for that, so only what is read after the lock is true.
        locked = [row.pk for row in Blob.objects.select_for_update().filter(pk__in=keys).only("pk").order_by("pk")]
        going = list(Blob.objects.filter(pk__in=locked, touched_at__lt=untouched_since).unheld())
        Blob.objects.filter(pk__in=[blob.pk for blob in going]).delete()
        for blob in going:
            store().remove(blob.pk)
    return len(going), sum(blob.size for blob in going)
