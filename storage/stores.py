"""Where blobs lie: a small interface, and the local folder behind it."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from django.conf import settings

SHA256 = re.compile(r"[0-9a-f]{64}\Z")
PATIENCE = 20.0
LOOK = 0.1


@dataclass(frozen=True)
class Stored:
    """One file of the store: `name` is the SHA-256 of a blob, unless `foreign` says where something else lies.

    `written_at` is in seconds since 1970.
    """

    foreign: Path | None
    name: str
    size: int
    written_at: float


def _folders(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return sorted(path for path in folder.iterdir() if path.is_dir())
    return []


def _locked(path: Path, until: float) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(descriptor)
                raise
            time.sleep(LOOK)
        else:
            return descriptor


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


class LocalStore:
    """Blobs in a folder, at `ab/cd/<sha256>`; no user text ever becomes part of a path."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _private_folder(self, folder: Path) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def create_temporary(self) -> tuple[BinaryIO, Path]:
        """A new private file to write into and to read back, and its path."""
        path = self._private_folder(self._incoming) / secrets.token_hex(16)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # until it is closed, or its process is killed
        return os.fdopen(descriptor, "w+b"), path

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Be the only one at what is called `name`, in all processes; who is killed lets go.

        Raises BlockingIOError when another one is still at it after `PATIENCE` seconds.
        """
        path = self._private_folder(self._incoming) / name
        until = time.monotonic() + PATIENCE
        descriptor = _locked(path, until)
        # Who had it before has removed the file, and somebody may have made another one since.
        while not _is_at(descriptor, path):
            os.close(descriptor)
            descriptor = _locked(path, until)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            os.close(descriptor)

    def sweep(self, *, older_than: timedelta, dry_run: bool = False) -> int:
        """Remove temporary files that nobody has open for writing any more and that were last written that long ago.

        They are what killed servers leave behind. Returns how many there were. With `dry_run` they stay.
        """
        swept = 0
        written_before = time.time() - older_than.total_seconds()
        for path in self._incoming.glob("*"):
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:  # published, or in use
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(file.fileno()).st_mtime < written_before:
                    if not dry_run:
                        path.unlink()
                    swept += 1
        return swept

    def publish(self, temporary: Path, sha256: str) -> None:
        """Give a complete, synced temporary file its final name, durably; harmless when the blob is there already."""
        target = self._path(sha256)
        self._private_folder(target.parent)
        temporary.rename(target)
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, sha256: str) -> bool:
        """Remove the blob's bytes; whether there were any. Only for a collection, under the lock of their row (0018)."""
        try:
            self._path(sha256).unlink()
        except FileNotFoundError:
            return False
        return True

    def walk(self) -> Iterator[Stored]:
        """All that lies in the store, folder by folder in the order of names, except what is still being written.

        What goes meanwhile may be missing, what comes may not be told of. Memory holds one folder, not the store.
        """
        for folder in _folders(self.root):
            if folder.name == self._incoming.name:
                continue
            for inner in _folders(folder):
                yield from self._files(inner)

    def _files(self, folder: Path) -> Iterator[Stored]:
        with suppress(FileNotFoundError):
            for path in sorted(folder.iterdir()):
                with suppress(FileNotFoundError):
                    found = path.stat()
                    is_blob = bool(SHA256.match(path.name)) and path == self._path(path.name)
                    yield Stored(path if not is_blob else None, path.name, found.st_size, found.st_mtime)

    def open(self, sha256: str) -> BinaryIO:
        """The blob's bytes, to be read and closed. Raises FileNotFoundError."""
        return self._path(sha256).open("rb", buffering=0)

    def exists(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return self._path(sha256).is_file()

    def check_writable(self) -> None:
        """Write, publish nothing, and remove: raises OSError when the folder cannot be written."""
        file, path = self.create_temporary()
        file.close()
        path.unlink()


@cache
def _store(url: str) -> LocalStore:
    return LocalStore(Path(unquote(urlsplit(url).path)))


def store() -> LocalStore:
    """The store that `VITRINE_STORAGE_URL` names."""
    return _store(settings.STORAGE_URL)
