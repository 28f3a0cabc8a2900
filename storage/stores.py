"""Where blobs lie: a small interface, and the local folder behind it."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from django.conf import settings


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
        """A new private file to write into, and its path."""
        path = self._private_folder(self._incoming) / secrets.token_hex(16)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # until it is closed, or its process is killed
        return os.fdopen(descriptor, "wb"), path

    def sweep(self, *, older_than: timedelta) -> int:
        """Remove temporary files that nobody has open for writing any more and that were last written that long ago.

        They are what killed servers leave behind. Returns how many there were.
        """
        swept = 0
        written_before = time.time() - older_than.total_seconds()
        for path in self._incoming.glob("*"):
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:  # published, or in use
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(file.fileno()).st_mtime < written_before:
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
