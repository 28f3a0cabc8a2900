"""Writing the manifest of a pending version for clients that send files only."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterable

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.manifest import Algorithm, Entry, digest_of
from artifacts.models import Version
from artifacts.services.uploads import set_manifest
from common.errors import DomainError, InvalidInputError
from storage.models import Upload
from storage.services import fulfil

# The fields by which every client knows how the files of a version are stored.
HEAD = {
    "version": 1,
    "storagePolicy": "wandb-storage-policy-v1",
    "storagePolicyConfig": {"storageLayout": "V2", "storageRegion": "default"},
}


def assemble_manifest(*, actor: User, version: Version) -> None:
    """Give a pending version the manifest, and with it the digest, of the files announced for it; others stay as they are.

    Member of the project. Raises InvalidInputError while files have not arrived. A second time changes nothing.
    """
    require(actor, Action.LOG_VERSION, version.artifact.project)
    if version.state != Version.State.PENDING:
        return
    try:
        _assemble(actor, version)
    except DomainError:
        version.refresh_from_db()
        if version.state == Version.State.PENDING:
            raise  # otherwise it was delivered twice at once, and the other one has committed


def _assemble(actor: User, version: Version) -> None:
    entries = _entries(version)
    contents = {entry.path: {"digest": entry.digest, "size": entry.size} for entry in entries}
    document = json.dumps({**HEAD, "contents": contents}).encode()
    md5 = hashlib.md5(document, usedforsecurity=False).hexdigest()
    manifest = set_manifest(actor=actor, version=version, md5=md5)
    if manifest.upload is not None:
        fulfil(manifest.upload, io.BytesIO(document), size=len(document))
    version.digest, version.digest_algorithm = digest_of(entries), Algorithm.MD5
    Version.objects.filter(pk=version.pk, state=Version.State.PENDING).update(
        digest=version.digest, digest_algorithm=version.digest_algorithm
    )


def _entries(version: Version) -> list[Entry]:
    """The announced files by path; of two with one path, the one that arrived last."""
    uploads = Upload.objects.filter(purpose=Upload.Purpose.VERSION_FILE, subject_id=version.pk).order_by("pk")
    files: dict[str, tuple[str, int | None]] = {}
    rows: Iterable[tuple[str, str, int | None]] = uploads.values_list("name", "blob__md5", "blob__size").iterator()
    for path, md5, size in rows:
        if size is not None or path not in files:
            files[path] = md5, size
    missing = [path for path, (_, size) in files.items() if size is None]
    if missing:
        shown = ", ".join(missing[:5])
        raise InvalidInputError(f"{len(missing)} files have not been uploaded, such as {shown}; upload them first.")
    return [
        Entry(path=path, digest=base64.b64encode(bytes.fromhex(md5)).decode(), size=size)
        for path, (md5, size) in sorted(files.items())
    ]
