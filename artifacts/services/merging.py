"""The manifest of a pending version: one document, or the parts that several processes brought, on top of a base version."""

from __future__ import annotations

from typing import Any

from artifacts.manifest import Entry, digest_of, parse
from artifacts.models import Manifest, Version
from common.errors import ConflictError, InvalidInputError, TooLargeError
from storage.models import Blob, Upload
from storage.stores import store

MAX_MANIFEST_BYTES = 512 * 2**20
MISSING = "The manifest of this version has not been uploaded yet."
Document = dict[str, Any]


def read_manifest(version: Version, manifest: Manifest) -> tuple[Document, list[Entry]]:
    """The document and its entries; `version.digest` is theirs then, also where only parts were announced by digest.

    Of two parts with one path, the one that was announced last counts, and any before the base. Raises InvalidInputError
    for a missing or damaged document or a wrong digest, ConflictError where the base was deleted, TooLargeError.
    """
    if manifest.kind == Manifest.Kind.FULL:
        if manifest.upload is None or manifest.upload.blob is None:
            raise InvalidInputError(MISSING)
        document, entries = _read(manifest.upload.blob)
        if digest_of(entries, version.digest_algorithm) != version.digest:
            raise InvalidInputError("The manifest does not have the digest under which the version was announced.")
        return document, entries
    document, entries = _merged(version, manifest)
    version.digest = digest_of(entries, version.digest_algorithm)
    return document, entries


def _merged(version: Version, manifest: Manifest) -> tuple[Document, list[Entry]]:
    parts = Upload.objects.filter(purpose=Upload.Purpose.MANIFEST, subject_id=version.pk, blob__isnull=False)
    blobs = [part.blob for part in parts.select_related("blob").order_by("pk") if part.blob is not None]
    if not blobs:
        raise InvalidInputError(MISSING)
    whole: Document = {}
    contents: Document = {}
    found: dict[str, Entry] = {}
    for blob in [*_base(manifest), *blobs]:
        document, entries = _read(blob)
        whole |= document
        contents |= document["contents"]
        found |= {entry.path: entry for entry in entries}
    return {**whole, "contents": contents}, list(found.values())


def _base(manifest: Manifest) -> list[Blob]:
    """The manifest of the version that an incremental one adds to; none for the first one of its artifact."""
    if manifest.kind != Manifest.Kind.INCREMENTAL or manifest.base_id is None:
        return []
    base = Manifest.objects.select_related("blob", "version").filter(version=manifest.base_id).first()
    if base is None or base.blob is None or base.version.state != Version.State.COMMITTED:
        raise ConflictError("The version that this one adds to was deleted meanwhile; log it again on a new one.")
    return [base.blob]


def _read(blob: Blob) -> tuple[Document, list[Entry]]:
    if blob.size > MAX_MANIFEST_BYTES:
        raise TooLargeError(f"A manifest has at most {MAX_MANIFEST_BYTES} bytes.")
    with store().open(blob.sha256) as file:
        return parse(file.read())
