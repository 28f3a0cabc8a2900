"""MD5 and SHA-256 of a stream, side by side with writing it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

PARALLEL_FROM = 4 * 2**20
IN_FLIGHT = 4


def write_and_digest(chunks: Iterator[bytes], file: BinaryIO, size: int) -> tuple[str, str, int]:
    """Write `chunks` to `file`; returns (md5, sha256) as hex and the number of bytes.

    From 4 MiB on the digests run in two threads beside the writing, at most four chunks behind, so memory stays flat.
    """
    md5 = hashlib.md5(usedforsecurity=False)
    sha256 = hashlib.sha256()
    count = 0
    if size < PARALLEL_FROM:
        for chunk in chunks:
            md5.update(chunk)
            sha256.update(chunk)
            file.write(chunk)
            count += len(chunk)
        return md5.hexdigest(), sha256.hexdigest(), count
    # One thread per digest keeps each digest's chunks in order.
    with ThreadPoolExecutor(1) as md5_thread, ThreadPoolExecutor(1) as sha256_thread:
        pending: list[tuple[Future[None], Future[None]]] = []
        for chunk in chunks:
            pending.append((md5_thread.submit(md5.update, chunk), sha256_thread.submit(sha256.update, chunk)))
            file.write(chunk)
            count += len(chunk)
            if len(pending) > IN_FLIGHT:
                for future in pending.pop(0):
                    future.result()
        for futures in pending:
            for future in futures:
                future.result()
    return md5.hexdigest(), sha256.hexdigest(), count
