"""Receiving bytes: stream, digest, verify, sync, rename, and only then a row."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, BinaryIO

from django.conf import settings
from django.db import transaction

from common.errors import InvalidInputError, NotFoundError, TooLargeError
from storage.digests import write_and_digest
from storage.models import Blob, Upload
from storage.stores import store

CHUNK = 2**20
GONE = "What was announced here is gone; announce the file again."


def receive(
    stream: IO[bytes], *, size: int, md5: str = "", xxh128: str = "", hold: Callable[[Blob], object] | None = None
) -> Blob:
    """Store the `size` bytes of `stream` and return their blob; `md5` and `xxh128` (hex) are what they must have, if given.

    `hold` makes a row refer to the blob, in the transaction that vouches for its bytes: from then on no collection takes
    them. A short or broken body, or a wrong digest, raises InvalidInputError and leaves nothing behind; a body beyond
    `VITRINE_MAX_UPLOAD_BYTES` raises TooLargeError before it is read.
    """
    check_size(size)
    return keep(_chunks(stream, size), size=size, md5=md5, xxh128=xxh128, hold=hold)


def check_size(size: int) -> None:
    """Raises TooLargeError beyond what this server takes."""
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLargeError(f"The file has {size} bytes; this server takes at most {settings.MAX_UPLOAD_BYTES}.")


def keep(
    chunks: Iterator[bytes], *, size: int, md5: str = "", xxh128: str = "", hold: Callable[[Blob], object] | None = None
) -> Blob:
    """Store `chunks`, `size` bytes in all, as `receive` does."""
    file, temporary = store().create_temporary()
    try:
        with file:
            found = write_and_digest(chunks, file, size)
            if found.size != size:
                raise InvalidInputError(f"The body ended after {found.size} of {size} bytes; send it again.")
            _check("MD5", found.md5, md5)
            _check("XXH128", found.xxh128, xxh128)
            _sync(file)
            store().publish(temporary, found.sha256)
            blob = Blob(sha256=found.sha256, md5=found.md5, xxh128=found.xxh128, size=size)
            _vouch(blob, file, hold)
    finally:
        temporary.unlink(missing_ok=True)
    return blob


def _check(algorithm: str, found: str, announced: str) -> None:
    if announced and found != announced:
        raise InvalidInputError(
            f"The bytes have the {algorithm} {found}, not {announced} as announced; send them again."
        )


def fulfil(upload: Upload, stream: IO[bytes], *, size: int) -> Blob:
    """Receive the bytes of one announced file. A second time stores the same bytes again, to the same effect.

    Raises NotFoundError when the upload was given up meanwhile.
    """
    hold = partial(keep_promise, upload)
    return receive(stream, size=size, md5=upload.md5, xxh128=upload.xxh128, hold=hold)


def keep_promise(upload: Upload, blob: Blob) -> None:
    """Say that the bytes of `upload` are those of `blob`. Raises NotFoundError when it was given up meanwhile."""
    if not Upload.objects.filter(pk=upload.pk).update(blob=blob):
        raise NotFoundError(GONE)


def _vouch(blob: Blob, file: BinaryIO, hold: Callable[[Blob], object] | None) -> None:
    """Write the row of the published `file` and what refers to it: one write of the database for each file, not two.

    Writing the row locks it, until the transaction ends, against a collection of garbage, which removes bytes under the
    same lock. One that came between publishing and this lock is noticed, and the bytes are published once more (0018).
    """
    with transaction.atomic():
        Blob.objects.bulk_create(
            [blob],
            update_conflicts=True,
            unique_fields=["sha256"],
            update_fields=["md5", "xxh128", "size", "touched_at"],
        )
        if not store().exists(blob.sha256):
            _publish_again(blob, file)
        if hold is not None:
            hold(blob)


def _publish_again(blob: Blob, file: BinaryIO) -> None:
    """What was removed under its name is still open here."""
    copy, temporary = store().create_temporary()
    try:
        with copy:
            file.seek(0)
            shutil.copyfileobj(file, copy, CHUNK)
            _sync(copy)
        store().publish(temporary, blob.sha256)
    finally:
        temporary.unlink(missing_ok=True)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _chunks(stream: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left:
        try:
            chunk = stream.read(min(CHUNK, left))
        except OSError as error:
            raise InvalidInputError("The connection broke before the whole body had arrived; send it again.") from error
        if not chunk:
            return
        left -= len(chunk)
        yield chunk
