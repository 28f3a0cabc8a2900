"""The files of a version, or of one folder in it, as one download (F81)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from artifacts.archives import Member, archive_size, stream
from artifacts.manifest import check_path
from artifacts.models import ManifestEntry, Version
from common.errors import InvalidInputError, NotFoundError, TooLargeError
from storage.stores import store

MAX_FILES = 100_000
BATCH = 500
PIECE = 2**20
REFERENCES = "REFERENCES.txt"
HEAD = "The version points to these; their bytes lie elsewhere. Path, bytes, address:\n"
CONTROLS = {number: f"\\x{number:02x}" for number in [*range(32), 127]}


@dataclass(frozen=True)
class Archive:
    """What is in it, as (name, bytes) in the order of sending; `notes` is where the references are listed, or nothing."""

    version: Version
    prefix: str
    files: list[tuple[str, int]]
    notes: str

    @cached_property
    def size(self) -> int:
        """How many bytes it has in all."""
        return archive_size(self.files)

    def pieces(self) -> Iterator[bytes]:
        """The archive, bit by bit. No cursor stays open between two of them: a slow reader keeps nobody from writing."""
        return stream(self._members(), self.version.created_at)

    def _members(self) -> Iterator[Member]:
        for entry in _batches(self.version, self.prefix):
            if entry.blob is not None and is_safe(entry.path):
                yield Member(entry.path, entry.blob.size, _bytes_of(entry.blob.sha256))
        if self.notes:
            yield Member(self.notes, self.files[-1][1], self._reference_lines())

    def _reference_lines(self) -> Iterator[bytes]:
        yield HEAD.encode()
        for entry in _batches(self.version, self.prefix, blob=None):
            yield _line(entry.path, entry.size, entry.reference_uri)


def archive_of(version: Version, folder: str = "") -> Archive:
    """The archive of a version, or of what lies in `folder`, with the full paths; one query.

    Raises NotFoundError where there is nothing, and TooLargeError beyond MAX_FILES files.
    """
    prefix = f"{folder}/" if folder else ""
    if not prefix and version.file_count > MAX_FILES:
        raise _too_many()
    files: list[tuple[str, int]] = []
    length = 0
    names = set()
    rows: Any = _entries(version, prefix).order_by("pk").values_list("path", "blob__size", "size", "reference_uri")
    for path, stored, size, uri in rows[: MAX_FILES + 1].iterator():
        if stored is None:
            length += len(_line(path, size, uri))
        elif is_safe(path):
            files.append((path, stored))
        if path.startswith(f"{prefix}{REFERENCES[:10]}"):
            names.add(path)
    if len(files) > MAX_FILES:
        raise _too_many()
    if not files and not length:
        raise NotFoundError(_("This version has no such folder.") if folder else _("This version has no files."))
    notes = _free_name(prefix, names) if length else ""
    if notes:
        files.append((notes, len(HEAD) + length))
    return Archive(version, prefix, files, notes)


def is_safe(path: str) -> bool:
    """Whether a name may be put into an archive: nothing that climbs out of the folder it is unpacked in (T03).

    Commits check the same; what an older server or another hand has let in is left out.
    """
    try:
        return bool(check_path(path))
    except InvalidInputError:
        return False


def _too_many() -> TooLargeError:
    return TooLargeError(
        _("A zip holds at most %(max_files)s files. Take it a folder at a time, or with `wandb artifact get`.")
        % {"max_files": f"{MAX_FILES:,}"}
    )


def _entries(version: Version, prefix: str, **conditions: Any) -> QuerySet[ManifestEntry]:
    """Those whose path begins with exactly `prefix`: LIKE ignores case on SQLite and knows wildcards."""
    entries = version.entries.filter(**conditions)
    return entries.annotate(head=Substr("path", 1, len(prefix))).filter(head=prefix) if prefix else entries


def _batches(version: Version, prefix: str, **conditions: Any) -> Iterator[ManifestEntry]:
    """The entries as they were written, a query for every 500 of them; they never change once a version is committed."""
    last = 0
    entries = _entries(version, prefix, **conditions).select_related("blob").order_by("pk")
    while batch := list(entries.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _bytes_of(sha256: str) -> Iterator[bytes]:
    with store().open(sha256) as file:
        while piece := file.read(PIECE):
            yield piece


def _line(path: str, size: int | None, uri: str) -> bytes:
    text = f"{path.translate(CONTROLS)}\t{'?' if size is None else size}\t{uri.translate(CONTROLS)}\n"
    return text.encode()


def _free_name(prefix: str, names: set[str]) -> str:
    """`REFERENCES.txt`, unless a file has that name already."""
    name, number = prefix + REFERENCES, 2
    while name in names:
        name, number = f"{prefix}REFERENCES-{number}.txt", number + 1
    return name
