"""A large file in parts: each is announced by its MD5 and brought alone, and at the end they are put together (F73).

What arrives lies in the store as blobs that its parts hold, so that a kill leaves nothing half.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from common.errors import ConflictError, InvalidInputError, NotFoundError, TooManyRequestsError
from storage.collecting import remove_unheld
from storage.models import Blob, Part, Upload
from storage.services import CHUNK, GONE, check_size, keep, keep_promise, receive
from storage.stores import store

MOST = 10_000
NAMED = 5


def check(files: Sequence[Mapping[int, str]]) -> None:
    """Whether these parts, of files by number, can be announced together.

    Raises InvalidInputError for numbers with gaps, or more than 10,000 in all.
    """
    is_numbered = all(sorted(md5s) == list(range(1, len(md5s) + 1)) for md5s in files)
    if not is_numbered or sum(map(len, files)) > MOST:
        raise InvalidInputError(f"Number the parts of a file from 1 on without gaps, at most {MOST} in one request.")


def announce(upload: Upload, md5s: Mapping[int, str]) -> None:
    """Say which parts the file comes in: MD5s (hex) by number, as `check` allows them.

    Those announced before keep what has arrived; of a file that is here there are none.
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk).only("pk", "blob").first()
        if locked is None:
            raise NotFoundError(GONE)
        if locked.blob_id is not None:
            return
        known = dict(upload.parts.values_list("number", "md5"))
        upload.parts.filter(number__in=[number for number, md5 in known.items() if md5s.get(number) != md5]).delete()
        new = [number for number, md5 in md5s.items() if known.get(number) != md5]
        Part.objects.bulk_create([Part(upload=upload, number=number, md5=md5s[number]) for number in new])


def fulfil_part(upload: Upload, number: int, stream: IO[bytes], *, size: int) -> Blob:
    """Receive the bytes of one part. A second time stores the same bytes again, to the same effect.

    Raises NotFoundError when it is not, or no longer, waited for; TooLargeError when the file would become too large.
    """
    part = upload.parts.filter(number=number).first()
    if part is None:
        raise NotFoundError("This part is not waited for; announce the file again.")
    others = upload.parts.exclude(pk=part.pk).aggregate(bytes=Sum("blob__size"))["bytes"] or 0
    check_size(others + size)

    def hold_part(blob: Blob) -> None:
        if not Part.objects.filter(pk=part.pk).update(blob=blob):
            raise NotFoundError("This part is waited for no longer; announce the file again.")

    return receive(stream, size=size, md5=part.md5, hold=hold_part)


def complete(upload: Upload, told: Mapping[int, str]) -> Blob:
    """Put the parts together; `told` are their MD5s by number, as they were answered. A second time: the same blob.

    Raises ConflictError while parts are missing, InvalidInputError for others than those announced or when the whole has
    not the digest announced, TooLargeError for more bytes than this server takes, TooManyRequestsError while another
    request puts them together.
    """
    with _alone(upload):
        arrived = Blob.objects.filter(uploads=upload).first()  # asked anew, after whoever had the lock
        if arrived is not None:
            return arrived
        parts = list(upload.parts.select_related("blob").order_by("number"))
        blobs = [part.blob for part in parts if part.blob is not None]
        missing = [part.number for part in parts if part.blob is None]
        if missing or not parts:
            raise ConflictError(_missing(missing, len(parts)))
        if told != {part.number: part.md5 for part in parts}:
            raise InvalidInputError(f"completedParts are not the {len(parts)} parts as they were announced.")

        def hold_whole(blob: Blob) -> None:
            keep_promise(upload, blob)
            upload.parts.all().delete()

        size = sum(blob.size for blob in blobs)
        check_size(size)
        try:
            whole = keep(_bytes_of(blobs), size=size, md5=upload.md5, xxh128=upload.xxh128, hold=hold_whole)
        except InvalidInputError as error:
            raise InvalidInputError("The parts together are not the file as announced; announce it again.") from error
        _release(blobs)
    return whole


def abort(upload: Upload) -> None:
    """Give up what has arrived in parts; the file may still come, whole or announced again."""
    with _alone(upload):
        blobs = list(Blob.objects.filter(parts__upload=upload))
        upload.parts.all().delete()
        _release(blobs)


def _missing(numbers: list[int], of: int) -> str:
    if not of:
        return "The file has not arrived. PUT it to its uploadUrl, or announce its parts and bring them."
    named = ", ".join(map(str, numbers[:NAMED])) + (" …" if len(numbers) > NAMED else "")
    return f"Parts that have not arrived: {named} ({len(numbers)} of {of}). Bring them, then complete the file again."


def _release(blobs: list[Blob]) -> None:
    """Parts have no grace: their bytes go at once, unless somebody else holds them."""
    remove_unheld([blob.pk for blob in blobs], untouched_since=timezone.now())


@contextmanager
def _alone(upload: Upload) -> Iterator[None]:
    """A client that has waited too long asks again while the first request is still at work."""
    try:
        with store().lock(f"upload-{upload.pk}"):
            yield
    except BlockingIOError as error:
        raise TooManyRequestsError("The parts of this file are just being put together; ask again.") from error


def _bytes_of(blobs: list[Blob]) -> Iterator[bytes]:
    for blob in blobs:
        try:
            with store().open(blob.pk) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except FileNotFoundError as error:
            raise NotFoundError(GONE) from error
