"""Bytes of versions: manifests and files are announced here and brought by signed PUT."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from access.policy import require
from access.roles import Action
from artifacts.models import Manifest, Version
from artifacts.services import uploads
from common.errors import InvalidInputError, NotFoundError
from sdk_api import ids
from sdk_api.connections import Connection, whole
from sdk_api.context import Context, context
from sdk_api.mutations.artifact import get_writable
from sdk_api.resolvers.file import upload_headers
from sdk_api.wire import File, PartPlace, PartPlaces
from storage import parts
from storage.models import Upload
from storage.signing import upload_url

mutation = MutationType()
BINDABLES = [mutation]
HEX = re.compile(r"[0-9a-fA-F]{32}\Z")


def _digest(text: str) -> str:
    """An MD5 or XXH128, of 16 bytes, in base64 or hex as hex."""
    if HEX.match(text):
        return text.lower()
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(f"'{text[:80]}' is not an MD5 or XXH128 in base64.") from error
    if len(raw) != 16:
        raise InvalidInputError(f"'{text[:80]}' is not an MD5 or XXH128 in base64.")
    return raw.hex()


@mutation.field("createArtifactManifest")
def create_artifact_manifest(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Manifest]:
    """Announce the manifest, first without and then with its digest; both times the same row."""
    request = context(info)
    version = get_writable(request, input["artifact_id"])
    return {"artifact_manifest": _announce(request, version, input)}


@mutation.field("updateArtifactManifest")
def update_artifact_manifest(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Manifest]:
    """Announce the manifest again, by its own id."""
    request = context(info)
    pk = ids.number(input["artifact_manifest_id"], "ArtifactManifest")
    found = Manifest.objects.filter(pk=pk).values_list("version", "kind").first()
    if found is None:
        raise NotFoundError("There is no such manifest, or you may not see it.")
    version = get_writable(request, ids.encode("Artifact", found[0]))
    return {"artifact_manifest": _announce(request, version, {"type": found[1], **input})}


def _announce(request: Context, version: Version, given: dict[str, Any]) -> Manifest:
    base = given.get("base_artifact_id")
    return uploads.set_manifest(
        actor=request.user,
        version=version,
        kind=given.get("type") or Manifest.Kind.FULL,
        base=get_writable(request, base) if base else None,
        md5=_digest(given["digest"]) if given.get("digest") else "",
    )


@mutation.field("createArtifactFiles")
def create_artifact_files(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Connection]:
    """Where to bring each file, in the order given; no address for bytes that are here and that the asker may read."""
    request = context(info)
    specs = input["artifact_files"]
    speaks_xxh128 = input.get("digest_algorithm") == "MANIFEST_XXH128"
    versions = {text: get_writable(request, text) for text in {spec["artifact_id"] for spec in specs}}
    files = [
        uploads.AnnouncedFile(
            version=versions[spec["artifact_id"]],
            path=spec["name"],
            md5=_digest(spec["md5"]),
            xxh128=_digest(spec["digest"]) if speaks_xxh128 and spec.get("digest") else "",
        )
        for spec in specs
    ]
    pieces = [_md5s(spec.get("upload_parts_input") or []) for spec in specs]
    parts.check(pieces)
    announced = uploads.announce_files(actor=request.user, files=files)
    for upload, md5s in zip(announced, pieces, strict=True):
        if md5s and upload.blob_id is None:
            parts.announce(upload, md5s)
    return {"files": whole([_place(request, *place) for place in zip(files, announced, pieces, strict=True)])}


def _place(request: Context, file: uploads.AnnouncedFile, upload: Upload, pieces: Collection[int]) -> File:
    def address(part: int = 0) -> str:
        return upload_url(request.base, upload, request.user.pk, part)

    is_here = upload.blob_id is not None
    part_places = [PartPlace(number, address(number)) for number in sorted(pieces)]
    return File(
        id=ids.encode("Upload", upload.pk),
        name=file.path,
        md5=file.md5,
        storage_path=f"upload/{upload.pk}",
        upload_url=None if is_here else address(),
        upload_headers=upload_headers(upload),
        upload_multipart_urls=None if is_here or not pieces else PartPlaces(str(upload.pk), part_places),
        artifact=file.version,
    )


@mutation.field("completeMultipartUploadArtifact")
def complete_multipart(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, str | None]:
    """Put together what came in parts, or give it up; answers with the digest of the whole file."""
    request = context(info)
    version = get_writable(request, input["artifact_id"])
    require(request.user, Action.LOG_VERSION, version.artifact.project)
    prefix, _, number = input["storage_path"].partition("/")
    if prefix != "upload" or not number.isdecimal() or len(number) > 18:
        raise NotFoundError("There is no such upload.")
    upload = Upload.objects.filter(pk=int(number), subject_id=version.pk, purpose=Upload.Purpose.VERSION_FILE).first()
    if upload is None:
        raise NotFoundError("There is no such upload.")
    if input["complete_multipart_action"] == "Abort":
        parts.abort(upload)
        return {"digest": None}
    return {"digest": parts.complete(upload, _md5s(input["completed_parts"])).md5}


def _md5s(told: list[dict[str, Any]]) -> dict[int, str]:
    """The MD5s of parts by number; a client hands back the ETag of each answer, with its quotes."""
    md5s = {part["part_number"]: _digest(part["hex_md5"].strip('"')) for part in told}
    if len(md5s) < len(told):
        raise InvalidInputError("Each part has a number of its own.")
    return md5s
