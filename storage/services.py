"""Receiving bytes: stream, digest, verify, sync, rename, and only then a row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

from django.conf import settings
from django.db import transaction

from common.errors import InvalidInputError, TooLargeError
from storage.digests import write_and_digest
from storage.models import Blob, Upload
from storage.stores import store

CHUNK = 2**20


def receive(stream: IO[bytes], *, size: int, md5: str = "") -> Blob:
    """Store the `size` bytes of `stream` and return their blob; `md5` (hex) is what they must have, if given.

    A short or broken body, or a wrong MD5, raises InvalidInputError and leaves nothing behind; a body beyond
    `VITRINE_MAX_UPLOAD_BYTES` raises TooLargeError before it is read.
    """
    blob = _store(stream, size=size, md5=md5)
    Blob.objects.bulk_create([blob], ignore_conflicts=True)
    return blob


def fulfil(upload: Upload, stream: IO[bytes], *, size: int) -> Blob:
    """Receive the bytes of one announced file. A second time stores the same bytes again, to the same effect."""
    blob = _store(stream, size=size, md5=upload.md5)
    with transaction.atomic():  # one write of the database for each file, not two
        Blob.objects.bulk_create([blob], ignore_conflicts=True)
        Upload.objects.filter(pk=upload.pk).update(blob=blob)
    return blob


def _store(stream: IO[bytes], *, size: int, md5: str) -> Blob:
    """The verified bytes under their final name, and the row that is still to be written."""
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLargeError(f"The file has {size} bytes; this server takes at most {settings.MAX_UPLOAD_BYTES}.")
    file, temporary = store().create_temporary()
    try:
        with file:
            found_md5, sha256, count = write_and_digest(_chunks(stream, size), file, size)
            if count != size:
                raise InvalidInputError(f"The body ended after {count} of {size} bytes; send it again.")
            if md5 and found_md5 != md5:
                raise InvalidInputError(f"The bytes have the MD5 {found_md5}, not {md5} as announced; send them again.")
            file.flush()
            os.fsync(file.fileno())
        store().publish(temporary, sha256)
    finally:
        temporary.unlink(missing_ok=True)
    return Blob(sha256=sha256, md5=found_md5, size=size)


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
