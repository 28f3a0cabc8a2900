"""Making projects and versions in tests, through the services, the way a client does."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

from access.models import Namespace, User
from artifacts.manifest import Entry, digest_of
from artifacts.models import Version
from artifacts.services import uploads, versions
from artifacts.services.commits import commit_version
from artifacts.services.uploads import AnnouncedFile
from artifacts.services.versions import Draft
from projects.models import Project, Run
from projects.services.projects import get_or_create_project
from storage.services import fulfil


def project_of(actor: User, namespace: Namespace, name: str = "training") -> Project:
    """The project, made on first use."""
    return get_or_create_project(actor=actor, namespace=namespace, name=name)


def md5_of(data: bytes) -> str:
    """MD5 as hex."""
    return hashlib.md5(data).hexdigest()


def manifest_of(files: Mapping[str, bytes], references: Mapping[str, str] | None = None) -> tuple[bytes, str]:
    """The manifest document of those files and references, and its digest."""
    contents: dict[str, Any] = {
        path: {
            "digest": base64.b64encode(bytes.fromhex(md5_of(data))).decode(),
            "size": len(data),
            "local_path": f"/home/me/{path}",
        }
        for path, data in files.items()
    }
    contents.update({path: {"digest": uri, "ref": uri} for path, uri in (references or {}).items()})
    entries = [Entry(path=path, digest=line["digest"]) for path, line in contents.items()]
    return json.dumps({"version": 1, "contents": contents}).encode(), digest_of(entries)


def begin_version(
    actor: User,
    project: Project,
    files: Mapping[str, bytes],
    *,
    name: str = "net",
    type: str = "model",
    run: Run | None = None,
    references: Mapping[str, str] | None = None,
    **draft: Any,
) -> Version:
    """A version whose manifest and files have arrived, short of its commit; or the committed twin."""
    document, digest = manifest_of(files, references)
    version = versions.create_version(
        actor=actor, project=project, run=run, draft=Draft(artifact_name=name, type=type, digest=digest, **draft)
    )
    if version.state == Version.State.COMMITTED:
        return version
    announced = [AnnouncedFile(version=version, path=path, md5=md5_of(data)) for path, data in files.items()]
    for upload, data in zip(uploads.announce_files(actor=actor, files=announced), files.values(), strict=True):
        if upload.blob is None:
            fulfil(upload, io.BytesIO(data), size=len(data))
    bring_manifest(actor, version, document)
    return version


def bring_manifest(actor: User, version: Version, document: bytes) -> None:
    """Upload the manifest of a pending version."""
    manifest = uploads.set_manifest(actor=actor, version=version, md5=md5_of(document))
    assert manifest.upload is not None
    fulfil(manifest.upload, io.BytesIO(document), size=len(document))


def log_version(actor: User, project: Project, files: Mapping[str, bytes], **options: Any) -> Version:
    """A committed version of those files."""
    return commit_version(actor=actor, version=begin_version(actor, project, files, **options))
