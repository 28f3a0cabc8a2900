"""Who downloaded what: counted in memory, and written every few seconds by a thread of its own (F78).

So a download waits for no database and fails for none, and a thousand small files are one write, not a thousand. What
a process had counted when it was killed is lost; one that is told to stop writes it first.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event, Lock, Thread
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.models import F
from django.utils import timezone

from artifacts.models import Download

EVERY = 3.0  # seconds
MOST = 10_000  # kept while the database cannot be written

logger = logging.getLogger(__name__)
_lock = Lock()
_counted: dict[Key, Tally] = {}


@dataclass(frozen=True, order=True)
class Key:
    """What is one row, by the ids of its parts."""

    version: int
    container: int
    actor: int
    door: str
    day: date


@dataclass
class Tally:
    """What was taken since the last writing."""

    count: int
    bytes: int
    last_at: datetime


def note(
    *,
    version: int,
    container: int,
    actor: int,
    door: Download.Door,
    count: int,
    bytes: int,
    at: datetime | None = None,
) -> None:
    """Count a download of `bytes` bytes, now or `at` a moment (UTC); `count` is 0 for a further part of a file.

    Never raises, never waits long.
    """
    at = at or timezone.now()
    _add({Key(version, container, actor, door, at.date()): Tally(count, bytes, at)})


def flush() -> int:
    """Write what was counted, in one short transaction; returns the number of rows. What cannot be written stays counted."""
    global _counted
    with _lock:
        taken, _counted = _counted, {}
    try:
        _write(sorted(taken.items(), key=lambda pair: pair[0]))
    except DatabaseError:
        logger.warning("%s counted downloads could not be written; the next round tries again.", len(taken))
        _add(taken)
        return 0
    return len(taken)


def start() -> None:
    """Let a thread of this process write every EVERY seconds, and once more when it ends. For servers, once each."""
    ended = Event()
    thread = Thread(target=_write_until, args=(ended,), name="downloads", daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join(timeout=10)

    atexit.register(end)


def _write_until(ended: Event) -> None:
    while True:
        last = ended.wait(EVERY)
        if _counted:
            flush()
            connections.close_all()
        if last:
            return


def _add(tallies: dict[Key, Tally]) -> None:
    with _lock:
        for key, more in tallies.items():
            found = _counted.get(key)
            if found is not None:
                found.count, found.bytes = found.count + more.count, found.bytes + more.bytes
                found.last_at = max(found.last_at, more.last_at)
            elif len(_counted) < MOST:
                _counted[key] = more


def _write(counted: Iterable[tuple[Key, Tally]]) -> None:
    """Make the rows that are missing, then add to each: processes that do so at once lose nothing."""
    pairs = list(counted)
    if not pairs:
        return
    rows = [Download(**_of(key), last_at=tally.last_at) for key, tally in pairs]
    with transaction.atomic():
        Download.objects.bulk_create(rows, batch_size=100, ignore_conflicts=True)
        for key, tally in pairs:
            Download.objects.filter(**_of(key)).update(
                count=F("count") + tally.count,
                bytes=F("bytes") + tally.bytes,
                last_at=tally.last_at,
            )


def _of(key: Key) -> dict[str, Any]:
    return {
        "version_id": key.version,
        "container_id": key.container,
        "actor_id": key.actor,
        "door": key.door,
        "day": key.day,
    }
