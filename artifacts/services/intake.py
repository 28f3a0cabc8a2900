"""Files at hand on this server become a version: announced, stored and committed in one go."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import IO

from django.utils.translation import gettext as _

from access.models import User
from artifacts.manifest import Algorithm, digest_of, parse
from artifacts.models import Artifact, Version
from artifacts.services.assembly import assemble_manifest
from artifacts.services.commits import commit_version
from artifacts.services.uploads import MAX_BATCH, AnnouncedFile, abandon_version, announce_files, set_manifest
from artifacts.services.versions import Draft, create_version
from common.batches import batched
from common.errors import DomainError, InvalidInputError
from projects.models import Project, Run
from storage.services import CHUNK, fulfil

Given = tuple[str, IO[bytes], int]
"""A file's path in the version, its bytes and their number."""


def log_files(
    *, actor: User, project: Project, draft: Draft, files: Sequence[Given], run: Run | None = None
) -> Version:
    """The version of `files`, in flat memory; of files that one of the artifact has already, that one (C30).

    Member of the project. Raises what announcing, storing and committing raise, and then nothing is left behind.
    """
    paths = [path for path, _content, _size in files]
    if len(set(paths)) < len(paths):
        raise InvalidInputError(_("Two of the files have the same name; rename one of them."))
    if not paths:
        raise InvalidInputError(_("A version has at least one file; choose some."))
    version = create_version(actor=actor, project=project, run=run, draft=draft)
    try:
        announced = [AnnouncedFile(version=version, path=path, md5=_md5(stream)) for path, stream, _size in files]
        for upload, (_path, stream, size) in zip(announce_files(actor=actor, files=announced), files, strict=True):
            if upload.blob is None:
                stream.seek(0)
                fulfil(upload, stream, size=size)
        assemble_manifest(actor=actor, version=version)
        return commit_version(actor=actor, version=version)
    except DomainError:
        abandon_version(actor=actor, version=version)
        raise


def log_manifest(
    *,
    actor: User,
    project: Project,
    run: Run | None,
    draft: Draft,
    document: bytes,
    fetch: Callable[[str], IO[bytes]],
    index: int = 0,
) -> Version:
    """The version that a manifest describes, numbered `index` or later; `fetch(path)` opens a file that is not here yet.

    Member of the project. Raises what announcing, storing and committing raise, and then nothing is left behind.
    """
    _, entries = parse(document)
    files = {entry.path: entry for entry in entries if not entry.reference_uri}
    algorithm = next((one for one in Algorithm if digest_of(entries, one) == draft.digest), Algorithm.MD5)
    draft = replace(draft, digest=digest_of(entries, algorithm), algorithm=algorithm)
    version = create_version(actor=actor, project=project, run=run, draft=draft)
    if version.state == Version.State.COMMITTED:
        return version
    try:
        md5 = hashlib.md5(document, usedforsecurity=False).hexdigest()
        manifest = set_manifest(actor=actor, version=version, md5=md5)
        if manifest.upload is not None:
            fulfil(manifest.upload, io.BytesIO(document), size=len(document))
        announced = [
            AnnouncedFile(version=version, path=path, **{entry.algorithm: entry.hex}) for path, entry in files.items()
        ]
        for part in batched(announced, MAX_BATCH):
            for upload in announce_files(actor=actor, files=part):
                if upload.blob is None:
                    with fetch(upload.name) as stream:
                        fulfil(upload, stream, size=files[upload.name].size or 0)
        Artifact.objects.filter(pk=version.artifact_id, next_index__lt=index).update(next_index=index)
        return commit_version(actor=actor, version=version)
    except DomainError:
        abandon_version(actor=actor, version=version)
        raise


def _md5(stream: IO[bytes]) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
