"""The commit: manifest read, every file covered, lines stored, and only then a number in one short transaction."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.manifest import Algorithm, Entry, clean
from artifacts.models import Artifact, Manifest, ManifestEntry, Version
from artifacts.services.aliases import LATEST, point
from artifacts.services.merging import MISSING, read_manifest
from artifacts.services.metrics import fill_for_version
from artifacts.services.uploads import blobs_of_artifact, readable_blobs
from artifacts.services.versions import committed_twin, is_shared
from common.batches import batched
from common.errors import ConflictError, InvalidInputError, NotFoundError
from events.services import record
from events.types import EventType
from storage.models import Blob, Upload
from storage.services import receive

BATCH = 1000


class Held(NamedTuple):
    """The blob of a file. A commit of 100,000 files has as many of these at once, so they are no rows."""

    sha256: str
    size: int


def commit_version(*, actor: User, version: Version) -> Version:
    """The committed version: `version` itself with its number and aliases, or the one that an identical, concurrent log
    committed first (C30). A second time answers the same.

    Member of the project. Raises InvalidInputError when the manifest is missing, damaged, has another digest than was
    announced, or names a file whose bytes were neither uploaded for this version nor lie in one that `actor` may read.
    """
    require(actor, Action.LOG_VERSION, version.artifact.project)
    if version.state == Version.State.COMMITTED:
        return version
    if version.same_as is not None:
        return version.same_as
    if version.state == Version.State.DELETED:
        raise NotFoundError("There is no such version, or you may not see it.")
    try:
        committed = _checked_and_numbered(actor, version)
    except Version.DoesNotExist as error:
        raise NotFoundError("This version was given up meanwhile; log it again.") from error
    # What was announced is in the manifest now; promises left over from a crash here are collected later.
    Manifest.objects.filter(version=version).update(upload=None)
    uploads = Upload.objects.filter(
        purpose__in=[Upload.Purpose.VERSION_FILE, Upload.Purpose.MANIFEST], subject_id=version.pk
    )
    for keys in batched(list(uploads.values_list("pk", flat=True)), BATCH):
        Upload.objects.filter(pk__in=keys).delete()
    fill_for_version(committed)
    return committed


def _checked_and_numbered(actor: User, version: Version) -> Version:
    try:
        entries = _stored_lines(actor, version)
    except InvalidInputError:
        version.refresh_from_db()
        if version.state == Version.State.PENDING:
            raise
        return commit_version(actor=actor, version=version)  # delivered twice at once, and the other one has cleared up
    return _number(actor, version, entries)


def _stored_lines(actor: User, version: Version) -> list[Entry]:
    try:
        return _store_lines(actor, version)
    except IntegrityError:  # bytes that another version had are collected just now; asked again, they are missing
        version.refresh_from_db(fields=["state"])
        return _store_lines(actor, version)


def _store_lines(actor: User, version: Version) -> list[Entry]:
    """Read, check and store the manifest of a pending version; repeating it changes nothing."""
    manifest = Manifest.objects.select_related("upload__blob").filter(version=version).first()
    if manifest is None:
        raise InvalidInputError(MISSING)
    document, entries = read_manifest(version, manifest)
    text = clean(document)
    del document  # of many files it is larger than all that follows
    blobs = _cover(actor, version, entries)

    def hold(blob: Blob) -> None:
        manifest.blob = blob
        manifest.save(update_fields=["blob"])

    receive(io.BytesIO(text), size=len(text), hold=hold)
    # A repeated commit meets its own rows; those of a manifest that was replaced went with it.
    for batch in batched((_row(version, entry, blobs) for entry in entries), BATCH):
        ManifestEntry.objects.bulk_create(batch, ignore_conflicts=True)
    return entries


def _row(version: Version, entry: Entry, blobs: dict[str, Held]) -> ManifestEntry:
    blob = blobs.get(entry.path)
    return ManifestEntry(
        version=version,
        path=entry.path,
        digest=entry.digest,
        size=blob.size if blob else entry.size,
        blob_id=blob.sha256 if blob else None,
        reference_uri=entry.reference_uri,
        extra=entry.extra,
    )


def _cover(actor: User, version: Version, entries: Iterable[Entry]) -> dict[str, Held]:
    """The blob of each file, by path: what its own PUT brought, else bytes that `actor` may read already."""
    files = [entry for entry in entries if not entry.reference_uri]
    covered: dict[str, Held] = {}
    for algorithm in Algorithm:  # a version that adds to one of the other algorithm has lines of both
        lines = [entry for entry in files if entry.algorithm is algorithm and entry.hex]
        if lines:
            covered |= _held(actor, version, lines, algorithm)
    missing = [entry.path for entry in files if entry.path not in covered]
    if missing:
        shown = ", ".join(missing[:5])
        raise InvalidInputError(
            f"{len(missing)} files of the manifest have not been uploaded, such as {shown}; upload them first."
        )
    return covered


def _held(actor: User, version: Version, files: Sequence[Entry], algorithm: Algorithm) -> dict[str, Held]:
    """The blobs of those `files` that are here; all their digests are of `algorithm`."""
    uploads = Upload.objects.filter(
        purpose=Upload.Purpose.VERSION_FILE, subject_id=version.pk, blob__isnull=False
    ).values_list("name", f"blob__{algorithm}", "blob", "blob__size")
    by_path: dict[tuple[str, str], Held] = {}
    by_digest: dict[str, Held] = {}
    for name, digest, sha256, size in uploads.iterator():
        by_path[name, digest] = by_digest[digest] = Held(sha256, size)
    unknown = {entry.hex for entry in files if entry.hex not in by_digest}
    known = readable_blobs(actor, unknown) if algorithm is Algorithm.MD5 else blobs_of_artifact(version, unknown)
    by_digest |= {digest: Held(blob.sha256, blob.size) for digest, blob in known.items()}
    found: dict[str, Held] = {}
    for entry in files:
        blob = by_path.get((entry.path, entry.hex)) or by_digest.get(entry.hex)
        if blob is not None and entry.size in (None, blob.size):
            found[entry.path] = blob
    return found


def _number(actor: User, version: Version, entries: Sequence[Entry]) -> Version:
    """Give the version the next number of its artifact, or fold it into the identical one that came first."""
    with transaction.atomic():
        artifact = (
            Artifact.objects.select_for_update(of=("self",)).select_related("project").get(pk=version.artifact_id)
        )
        version.refresh_from_db(fields=["state", "same_as", "index"])
        if version.state == Version.State.COMMITTED:
            return version
        if artifact.deleted_at is not None:
            raise NotFoundError("The artifact was deleted while this version was being uploaded.")
        aliases = [*dict.fromkeys([*version.requested_aliases, LATEST])]
        twin = committed_twin(artifact, version.digest, version.digest_algorithm)
        client_id = "" if is_shared(version) else version.client_id  # the same group may log the next version together
        if twin is not None:
            Version.objects.filter(pk=version.pk).update(
                state=Version.State.DELETED, same_as=twin, deleted_at=timezone.now(), client_id=client_id
            )
            point(actor=actor, version=twin, names=aliases)
            return twin
        if version.entries.count() != len(entries):
            raise ConflictError("The manifest was replaced while it was being committed; commit again.")
        version.artifact = artifact
        version.index, artifact.next_index = artifact.next_index, artifact.next_index + 1
        artifact.version_count += 1
        version.state, version.client_id = Version.State.COMMITTED, client_id
        version.size = sum(entry.size or 0 for entry in entries)
        version.file_count = len(entries)
        version.committed_at = version.updated_at = artifact.updated_at = timezone.now()
        fields = ["index", "state", "digest", "client_id", "size", "file_count", "committed_at", "updated_at"]
        version.save(update_fields=fields)
        artifact.save(update_fields=["next_index", "version_count", "updated_at"])
        record(
            actor=actor,
            type=EventType.VERSION_COMMITTED,
            object=version,
            container=artifact.project,
            parent=artifact,
            after={"version": version.label, "digest": version.digest, "artifact": artifact.name},
        )
        point(actor=actor, version=version, names=aliases)
    return version
