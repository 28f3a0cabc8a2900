"""Between creation and commit: the manifest and the files of a pending version are announced, then arrive by PUT."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.manifest import check_path
from artifacts.models import Artifact, Manifest, ManifestEntry, Version
from common.errors import ConflictError, InvalidInputError, NotFoundError
from storage.models import Blob, Upload

DIGEST = re.compile(r"[0-9a-f]{32}\Z")
MAX_BATCH = 20_000
IN_ONE_QUERY = 500
Key = tuple[int, str, str, str]  # version, path, MD5 and XXH128
Announced = dict[Key, Upload]


@dataclass(frozen=True, kw_only=True)
class AnnouncedFile:
    """A file that is about to be uploaded to `path` of the manifest: its MD5 or XXH128 (hex), or both."""

    version: Version
    path: str
    md5: str = ""
    xxh128: str = ""

    @property
    def key(self) -> Key:
        """By what the same announcement is known again."""
        return self.version.pk, self.path, self.md5, self.xxh128

    def found_in(self, known: Mapping[str, Blob]) -> Blob | None:
        """The blob of these digests, by MD5: an XXH128 alone is too easily forged to tell what a file is (decision 0022).

        Bytes whose XXH128 was never computed have none, and are brought once more.
        """
        blob = known.get(self.md5)
        return blob if blob and self.xxh128 in ("", blob.xxh128) else None


def _require_pending(actor: User, version: Version) -> None:
    require(actor, Action.LOG_VERSION, version.artifact.project)
    if version.state == Version.State.COMMITTED:
        raise ConflictError("This version is committed and can no longer change; log a new one.")
    if version.state == Version.State.DELETED:
        raise NotFoundError("There is no such version, or you may not see it.")


def set_manifest(
    *, actor: User, version: Version, kind: str = Manifest.Kind.FULL, base: Version | None = None, md5: str = ""
) -> Manifest:
    """The manifest row of a pending version; with `md5` (hex) of its document, `upload` waits for the bytes.

    Of a whole manifest there is one document, which a later one replaces. Of a PATCH, and of an INCREMENTAL one on top of
    `base`, each document is a part; the commit puts them together. The same call again answers with the same rows.
    Raises ConflictError after commit, InvalidInputError for the base of another artifact.
    """
    require(actor, Action.LOG_VERSION, version.artifact.project)
    if base is not None and base.artifact_id != version.artifact_id:
        raise InvalidInputError("The base of a version is an earlier version of the same artifact.")
    if md5 and not DIGEST.match(md5):
        raise InvalidInputError("The manifest's digest is not an MD5.")
    with transaction.atomic():
        Artifact.objects.select_for_update().get(pk=version.artifact_id)  # no commit meanwhile
        version.refresh_from_db(fields=["state"])
        _require_pending(actor, version)
        manifest, _ = Manifest.objects.select_related("upload").get_or_create(
            version=version, defaults={"kind": kind, "base": base}
        )
        if md5 and (manifest.upload is None or manifest.upload.md5 != md5):
            manifest.upload = _document(actor, version, manifest, md5)
            manifest.save(update_fields=["upload"])
            version.entries.all().delete()
    return manifest


def _document(actor: User, version: Version, manifest: Manifest, md5: str) -> Upload:
    """A new promise of the document; of a part, the one that the same process announced before."""
    promise = {
        "purpose": Upload.Purpose.MANIFEST,
        "container_id": version.artifact.project_id,
        "owner": actor,
        "subject_id": version.pk,
        "name": "manifest.json",
        "md5": md5,
    }
    same = Upload.objects.filter(**promise).first() if manifest.kind != Manifest.Kind.FULL else None
    return same or Upload.objects.create(**promise)


def abandon_version(*, actor: User, version: Version) -> None:
    """Forget a pending version with all that was announced for it, and its artifact where that has no other version.

    Member of the project. Raises ConflictError once it is committed. A second time: nothing is left to forget.
    """
    require(actor, Action.LOG_VERSION, version.artifact.project)
    with transaction.atomic():
        artifact = Artifact.objects.select_for_update().get(pk=version.artifact_id)
        pending = Version.objects.filter(pk=version.pk).first()
        if pending is None:
            return
        if pending.state != Version.State.PENDING:
            raise ConflictError("This version is committed; delete it as a version instead.")
        forget(pending, artifact)


def forget(pending: Version, artifact: Artifact) -> None:
    """Remove a pending version with all that was announced for it, in the caller's transaction, which holds `artifact`."""
    purposes = [Upload.Purpose.VERSION_FILE, Upload.Purpose.MANIFEST]
    version_id = pending.pk
    pending.delete()
    Upload.objects.filter(purpose__in=purposes, subject_id=version_id).delete()
    if not artifact.versions.exists():  # kept as a deleted one, for whoever is about to add to it just now
        Artifact.objects.filter(pk=artifact.pk, deleted_at=None).update(deleted_at=timezone.now())


def announce_files(*, actor: User, files: Sequence[AnnouncedFile]) -> list[Upload]:
    """One Upload a file, in the same order; its `blob` is filled when the server has the bytes *and the actor may read
    them already*, so that a guessed digest gives no access to anybody's bytes.

    Raises InvalidInputError for a bad path or digest, ConflictError for a committed version.
    """
    if len(files) > MAX_BATCH:
        raise InvalidInputError(f"Announce at most {MAX_BATCH} files at once; these are {len(files)}.")
    versions = {file.version.pk: file.version for file in files}
    for version in versions.values():
        _require_pending(actor, version)
    for file in files:
        check_path(file.path)
        given = [digest for digest in (file.md5, file.xxh128) if digest]
        if not given or not all(DIGEST.match(digest) for digest in given):
            raise InvalidInputError(f"The digest of {file.path!r} is not an MD5 or XXH128.")
    try:
        present = _announce(actor, versions.values(), files)
    except IntegrityError:  # bytes that another version had are collected just now; asked again, they are missing
        present = _announce(actor, versions.values(), files)
    return [present[file.key] for file in files]


def _announce(actor: User, versions: Collection[Version], files: Sequence[AnnouncedFile]) -> Announced:
    """The upload of each file: the one announced before, else a new one."""
    known = readable_blobs(actor, {file.md5 for file in files if file.md5})
    with transaction.atomic():
        # One after the other, so that what is announced twice at once is one upload; and no commit meanwhile.
        list(Artifact.objects.select_for_update().filter(versions__in=versions).order_by("pk").only("pk"))
        for version in versions:
            version.refresh_from_db(fields=["state"])
            _require_pending(actor, version)
        present = _announced_before(actor, files)
        missing = [file for file in files if file.key not in present]
        return present | _announce_new(actor, missing, known)


def _announce_new(actor: User, files: Sequence[AnnouncedFile], known: dict[str, Blob]) -> Announced:
    new = {
        file.key: Upload(
            purpose=Upload.Purpose.VERSION_FILE,
            container_id=file.version.artifact.project_id,
            owner=actor,
            subject_id=file.version.pk,
            name=file.path,
            md5=file.md5,
            xxh128=file.xxh128,
            blob=file.found_in(known),
        )
        for file in files
    }
    Upload.objects.bulk_create(new.values(), batch_size=IN_ONE_QUERY)
    return new


def _announced_before(actor: User, files: Sequence[AnnouncedFile]) -> Announced:
    found: Announced = {}
    by_version: dict[int, list[str]] = defaultdict(list)
    for file in files:
        by_version[file.version.pk].append(file.md5)
    for version_id, digests in by_version.items():
        for part in _parts(digests):
            uploads = Upload.objects.select_related("blob").filter(
                purpose=Upload.Purpose.VERSION_FILE, subject_id=version_id, md5__in=part, owner=actor
            )
            found.update({(version_id, upload.name, upload.md5, upload.xxh128): upload for upload in uploads})
    return found


def readable_blobs(actor: User, md5s: Iterable[str]) -> dict[str, Blob]:
    """The blobs of those MD5s (hex) that lie in a version which `actor` may download."""
    found: dict[str, Blob] = {}
    for part in _parts(sorted(md5s)):
        # First which versions hold the bytes at all, by index; only those few are asked whether they are readable.
        holders = ManifestEntry.objects.filter(blob__md5__in=part).values("version")
        readable = Version.objects.readable_by(actor).filter(pk__in=holders)
        blobs = Blob.objects.filter(md5__in=part, entries__version__in=readable).distinct()
        found.update({blob.md5: blob for blob in blobs})
    return found


def blobs_of_artifact(version: Version, xxh128s: Iterable[str]) -> dict[str, Blob]:
    """The blobs of those XXH128s (hex) that lie in a committed version of the same artifact, where a version that adds
    to another one has its unchanged files. Nowhere else: whoever may write there could put forged bytes in their place.
    """
    found: dict[str, Blob] = {}
    versions = Version.objects.committed().filter(artifact=version.artifact_id)
    for part in _parts(sorted(xxh128s)):
        blobs = Blob.objects.filter(xxh128__in=part, entries__version__in=versions).distinct()
        # The oldest last, so that it counts, and not what was forged to look like it.
        found.update({blob.xxh128: blob for blob in blobs.order_by("-created_at")})
    return found


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + IN_ONE_QUERY] for start in range(0, len(values), IN_ONE_QUERY))
