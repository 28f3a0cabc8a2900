"""Files of versions and runs, with addresses that carry their own permission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ariadne import ObjectType
from graphql import GraphQLResolveInfo

from access.models import ApiKey
from artifacts.models import Manifest, ManifestEntry, Version
from projects.models import RunFile
from sdk_api.connections import Connection, page
from sdk_api.context import Context
from sdk_api.ids import encode
from sdk_api.wire import File, md5_base64
from storage.models import Upload
from storage.signing import download_url, upload_url

file = ObjectType("File")
BINDABLES = [file]
MOST = 10_000


@file.field("url")
def resolve_url(row: File, info: GraphQLResolveInfo, upload: bool | None = None) -> str | None:
    """Where the bytes are, or with `upload` where to bring them."""
    return row.upload_url if upload else row.direct_url


def signed(context: Context, sha256: str, purpose: Upload.Purpose, container: int, name: str, version: int = 0) -> str:
    """The address that gives bytes to the asker, read through `container`; for a file of a `version`, by its id."""
    asker = context.user.pk
    return download_url(
        context.base, sha256=sha256, purpose=purpose, container=container, principal=asker, name=name, version=version
    )


def version_file(context: Context, entry: ManifestEntry, container: int) -> File:
    """A line of a manifest, read through `container`; of a reference, the address is where it points."""
    blob = entry.blob
    address = entry.reference_uri
    if blob is not None:
        purpose = Upload.Purpose.VERSION_FILE
        address = signed(context, blob.sha256, purpose, container, entry.path, entry.version_id)
    return File(
        id=encode("File", entry.pk),
        name=entry.path,
        direct_url=address,
        size_bytes=entry.size or 0,
        digest=entry.digest,
        md5=md5_base64(blob.md5) if blob else None,
    )


def version_files(
    context: Context, version: Version, container: int, names: Iterable[str] | None = None, **paging: Any
) -> Connection:
    """A page of a version's files, all of them or those of the given names."""
    entries = version.entries.select_related("blob")
    if names is not None:
        entries = entries.filter(path__in=list(names)[:MOST])
    return page(entries, ("pk",), **paging, most=MOST, node=lambda entry: version_file(context, entry, container))


def manifest_file(context: Context, manifest: Manifest, container: int) -> File:
    """The stored manifest, and where to bring it while the version is pending."""
    blob, upload = manifest.blob, manifest.upload
    return File(
        id=encode("ManifestFile", manifest.pk),
        name="manifest.json",
        direct_url=signed(context, blob.sha256, Upload.Purpose.MANIFEST, container, "manifest.json") if blob else "",
        size_bytes=blob.size if blob else 0,
        md5=md5_base64(blob.md5) if blob else None,
        upload_url=_address(context, upload) if upload else None,
        upload_headers=upload_headers(upload) if upload else (),
    )


def upload_headers(upload: Upload) -> tuple[str, ...]:
    """What the client sends along, so that a broken body is noticed."""
    return (f"Content-MD5:{md5_base64(upload.md5)}", "Content-Type:application/octet-stream") if upload.md5 else ()


def run_file(context: Context, row: RunFile) -> File:
    """A file of a run, and where to bring it."""
    blob = row.upload.blob
    address = signed(context, blob.sha256, Upload.Purpose.RUN_FILE, row.upload.container_id, row.name) if blob else ""
    return File(
        id=encode("RunFile", row.pk),
        name=row.name,
        direct_url=address,
        size_bytes=blob.size if blob else 0,
        updated_at=row.updated_at,
        digest=md5_base64(blob.md5) if blob else None,
        md5=md5_base64(blob.md5) if blob else None,
        upload_url=_address(context, row.upload),
    )


def _address(context: Context, upload: Upload) -> str | None:
    """Where to bring the bytes; none for a key that may only read, since the address needs no key."""
    reads_only = context.key is not None and context.key.scope == ApiKey.Scope.READ
    return None if reads_only else upload_url(context.base, upload, context.user.pk)
