"""Bytes on their way in: verified, or nothing is left behind."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import xxhash
from django.db import connections

from common.errors import InvalidInputError, TooLargeError
from storage import digests
from storage.models import Blob
from storage.services import receive
from storage.stores import store


def blob_files(settings: Any) -> list[Path]:
    root = Path(unquote(urlsplit(settings.STORAGE_URL).path))
    return [path for path in root.rglob("*") if path.is_file()]


class Broken(io.RawIOBase):
    """A connection that breaks after `good` bytes."""

    def __init__(self, good: int) -> None:
        self.good = good

    def read(self, size: int = -1) -> bytes:
        if self.good <= 0:
            raise ConnectionResetError("peer went away")
        part, self.good = min(size, self.good), self.good - size
        return b"x" * part


@pytest.mark.django_db
@pytest.mark.parametrize("size", [0, 1, 70_000, 9 * 2**20 + 17])
def test_bytes_arrive_under_their_sha256(size: int) -> None:
    data = os.urandom(size)

    blob = receive(io.BytesIO(data), size=size, md5=hashlib.md5(data).hexdigest())

    assert (blob.sha256, blob.md5, blob.size) == (hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest(), size)
    with store().open(blob.sha256) as file:
        assert file.read() == data


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "size", "md5"),
    [
        (io.BytesIO(b"hello"), 5, "0" * 32),
        (io.BytesIO(b"hel"), 5, ""),
        (Broken(3), 5, ""),
        (Broken(5 * 2**20), 8 * 2**20, ""),
        (io.BytesIO(b"x" * 5 * 2**20), 5 * 2**20, "0" * 32),
    ],
    ids=["wrong md5", "short", "broken", "broken large", "wrong md5 large"],
)
def test_bad_bytes_leave_nothing_behind(body: Any, size: int, md5: str, settings: Any) -> None:
    with pytest.raises(InvalidInputError):
        receive(body, size=size, md5=md5)

    assert blob_files(settings) == []
    assert not Blob.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("size", [5, 5 * 2**20])
def test_bytes_of_another_xxh128_leave_nothing_behind(size: int, settings: Any) -> None:
    data = os.urandom(size)
    with pytest.raises(InvalidInputError, match="XXH128"):
        receive(io.BytesIO(data), size=size, xxh128="0" * 32)
    assert blob_files(settings) == []
    assert not Blob.objects.exists()

    found = xxhash.xxh128_hexdigest(data)
    assert receive(io.BytesIO(data), size=size, xxh128=found).xxh128 == found


@pytest.mark.django_db
def test_a_body_beyond_the_limit_is_refused_unread(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    body = io.BytesIO(b"x" * 11)

    with pytest.raises(TooLargeError, match="at most 10"):
        receive(body, size=11)

    assert body.tell() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("size", [100_001, 5 * 2**20 + 1])
def test_a_full_disk_leaves_nothing_behind(size: int, settings: Any) -> None:
    """The last write of the body is cut short, which the kernel reports only by a count."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            receive(io.BytesIO(os.urandom(size)), size=size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert blob_files(settings) == []


@pytest.mark.django_db
def test_the_disk_is_asked_early_for_a_large_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large body arrives whole although it is synced on its way, and digests lag behind."""
    monkeypatch.setattr(digests, "SYNC_EVERY", 2**20)
    monkeypatch.setattr(digests, "PIECES_BEHIND", 1)
    data = os.urandom(7 * 2**20 + 3)

    blob = receive(io.BytesIO(data), size=len(data))

    assert (blob.sha256, blob.md5) == (hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest())
    with store().open(blob.sha256) as file:
        assert file.read() == data


@pytest.mark.django_db
def test_the_same_bytes_are_stored_once(settings: Any) -> None:
    first = receive(io.BytesIO(b"same"), size=4)
    second = receive(io.BytesIO(b"same"), size=4)

    assert first == second
    assert len(blob_files(settings)) == 1


@pytest.mark.django_db
def test_files_and_folders_are_private(settings: Any) -> None:
    """T34."""
    receive(io.BytesIO(b"secret"), size=6)
    (path,) = blob_files(settings)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in [path.parent, path.parent.parent])


@pytest.mark.django_db(transaction=True)
def test_many_may_bring_the_same_bytes_at_once(settings: Any) -> None:
    data = os.urandom(300_000)

    def bring(_: int) -> str:
        try:
            return receive(io.BytesIO(data), size=len(data)).sha256
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(bring, range(24)))

    assert len(names) == 1
    assert len(blob_files(settings)) == 1
