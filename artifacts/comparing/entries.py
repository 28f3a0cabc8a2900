"""The files that differ between two versions, found by the database, and one of them on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from artifacts.comparing.files import Change, File, pair
from artifacts.models import ManifestEntry, Version

MOST = 20_000  # differing entries: beyond, changes and renames are looked for among the first by path
LARGE = 40_000  # entries of both: beyond, they are compared on the Files tab alone


@dataclass(frozen=True)
class FilesDiff:
    """The changes by path; `is_cut` says that there are more."""

    changes: list[Change] = field(default_factory=list)
    is_cut: bool = False


def diff_files(old: Version, new: Version) -> FilesDiff:
    """What differs, by the stored bytes (references: by their digest): one query that brings only what is not the same."""
    if old.pk == new.pk:  # the same version in two collections
        return FilesDiff()
    both = (old.pk, new.pk)
    twins = ManifestEntry.objects.filter(version__in=both, path=OuterRef("path"))
    twins = twins.exclude(version=OuterRef("version")).filter(
        Q(blob=OuterRef("blob")) | Q(blob=None, reference_uri=OuterRef("reference_uri"), digest=OuterRef("digest"))
    )
    rows = ManifestEntry.objects.filter(~Exists(twins), version__in=both).order_by("path", "version")
    found: dict[int, list[File]] = {old.pk: [], new.pk: []}
    entries = list(rows.values_list("version", "path", "digest", "blob", "reference_uri", "size")[: MOST + 1])
    for version, path, digest, blob, reference, size in entries[:MOST]:
        found[version].append(File(path, blob or f"{digest} {reference}", size))
    return FilesDiff(pair(found[old.pk], found[new.pk]), len(entries) > MOST)


def is_large(versions: Sequence[Version]) -> bool:
    """Whether comparing their files takes longer than a page that shows something else may take."""
    return sum(version.file_count for version in versions) > LARGE


def both_sides(old: Version, new: Version, paths: tuple[str, str]) -> tuple[ManifestEntry | None, ManifestEntry | None]:
    """The entries at a path before and a path after: one query."""
    where = Q(version=old, path=paths[0]) | Q(version=new, path=paths[1])
    entries = {entry.version_id: entry for entry in ManifestEntry.objects.filter(where).select_related("blob")}
    return entries.get(old.pk), entries.get(new.pk)
