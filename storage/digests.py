"""MD5, SHA-256 and XXH128 of a stream, side by side with writing it."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import xxhash

PARALLEL_FROM = 4 * 2**20
PIECE = 128 * 2**10  # stays in a core's cache until both digests and the kernel have read it
PIECES_BEHIND = 64
SYNC_EVERY = 64 * 2**20


@dataclass(frozen=True)
class Digests:
    """Of `size` bytes, as hex."""

    md5: str
    sha256: str
    xxh128: str
    size: int


def write_and_digest(chunks: Iterator[bytes], file: BinaryIO, size: int) -> Digests:
    """Write `chunks`, `size` bytes as it seems, to `file`.

    From 4 MiB on the digests run in two threads beside the writing, at most 8 MiB behind, so memory stays flat.
    """
    md5 = hashlib.md5(usedforsecurity=False)
    sha256 = hashlib.sha256()
    xxh128 = xxhash.xxh128()  # costs next to nothing beside the others: no thread of its own
    count = 0
    if size < PARALLEL_FROM:
        for chunk in chunks:
            md5.update(chunk)
            sha256.update(chunk)
            xxh128.update(chunk)
            file.write(chunk)
            count += len(chunk)
        return Digests(md5.hexdigest(), sha256.hexdigest(), xxh128.hexdigest(), count)
    # One thread per digest keeps each digest's pieces in order; a third sends to the disk early what was written, so
    # that the sync at the end of a large body has little left to wait for.
    with ThreadPoolExecutor(1) as md5_thread, ThreadPoolExecutor(1) as sha256_thread, ThreadPoolExecutor(1) as disk:
        behind: deque[tuple[Future[None], Future[None]]] = deque()
        syncing: Future[None] | None = None
        for piece in _pieces(chunks):
            behind.append((md5_thread.submit(md5.update, piece), sha256_thread.submit(sha256.update, piece)))
            xxh128.update(piece)
            file.write(piece)
            count += len(piece)
            if len(behind) > PIECES_BEHIND:
                _wait(*behind.popleft())
            if count % SYNC_EVERY == 0:
                _wait(*[syncing] if syncing else [])
                syncing = disk.submit(os.fdatasync, file.fileno())
        _wait(*(future for futures in behind for future in futures), *[syncing] if syncing else [])
    return Digests(md5.hexdigest(), sha256.hexdigest(), xxh128.hexdigest(), count)


def _pieces(chunks: Iterator[bytes]) -> Iterator[memoryview]:
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), PIECE):
            yield view[start : start + PIECE]


def _wait(*futures: Future[None]) -> None:
    for future in futures:
        future.result()
