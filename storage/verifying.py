"""Whether the store holds what the database says, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import xxhash
from django.db.models import Count, Sum

from common.batches import keys_of
from storage.collecting import orphans
from storage.models import Blob
from storage.services import CHUNK
from storage.stores import store

BATCH = 500


class Fault(StrEnum):
    """What can be wrong with bytes."""

    MISSING = "missing"
    DAMAGED = "damaged"
    ORPHANED = "orphaned"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; `name` is the SHA-256 of the blob, or the path of a foreign file."""

    fault: Fault
    name: str
    size: int
    detail: str


def verify(*, untouched_since: datetime, quick: bool = False) -> Iterator[Finding]:
    """All that is wrong, as it is found, in flat memory. Nothing is changed, and servers may go on beside it.

    `quick` compares sizes instead of digests. Bytes without a row are orphaned when they were written before
    `untouched_since`; younger ones may be on their way. A blob that nothing refers to may be without bytes: it is about to go.
    """
    for keys in keys_of(Blob.objects.all(), BATCH):
        for blob in Blob.objects.filter(pk__in=keys).order_by("pk"):
            finding = _check(blob, quick)
            if finding is not None and _is_held(blob):
                yield finding
    for orphan in orphans(untouched_since):
        yield Finding(Fault.ORPHANED, orphan.name, orphan.size, "No row knows these bytes; collect_blobs removes them.")
    for file in store().walk():
        if file.foreign:
            yield Finding(
                Fault.FOREIGN, str(file.foreign), file.size, "This file is no blob; move it out of the store."
            )


def count_blobs() -> tuple[int, int]:
    """How many blobs the database knows, and their bytes."""
    found = Blob.objects.aggregate(blobs=Count("pk"), bytes=Sum("size"))
    return found["blobs"], found["bytes"] or 0


def _is_held(blob: Blob) -> bool:
    """Asked after the look at its bytes: a collection may have taken both meanwhile."""
    return Blob.objects.filter(pk=blob.pk).exists() and not Blob.objects.filter(pk=blob.pk).unheld().exists()


def _check(blob: Blob, quick: bool) -> Finding | None:
    try:
        with store().open(blob.pk) as file:
            size, sha256, md5, xxh128 = 0, hashlib.sha256(), hashlib.md5(usedforsecurity=False), xxhash.xxh128()
            if quick:
                size = file.seek(0, 2)
            while not quick and (chunk := file.read(CHUNK)):
                size += len(chunk)
                sha256.update(chunk)
                md5.update(chunk)
                xxh128.update(chunk)
    except FileNotFoundError:
        return Finding(Fault.MISSING, blob.pk, blob.size, "The bytes are gone; bring this file back from a backup.")
    except OSError as error:
        return Finding(Fault.DAMAGED, blob.pk, blob.size, f"The bytes cannot be read: {error.strerror}.")
    if size != blob.size:
        return Finding(Fault.DAMAGED, blob.pk, blob.size, f"There are {size} bytes of {blob.size}.")
    if not quick and sha256.hexdigest() != blob.pk:
        return Finding(Fault.DAMAGED, blob.pk, blob.size, f"The bytes have the SHA-256 {sha256.hexdigest()}.")
    for name, found, told in (("MD5", md5, blob.md5), ("XXH128", xxh128, blob.xxh128)):
        if not quick and told and found.hexdigest() != told:
            text = f"The bytes have the {name} {found.hexdigest()}, not {told}."
            return Finding(Fault.DAMAGED, blob.pk, blob.size, text)
    return None
