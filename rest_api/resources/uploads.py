"""From files to a version: announce, PUT each to its address, commit."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from django.conf import settings
from django.db import transaction
from ninja import Query
from pydantic import BaseModel, Field

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.models import Version
from artifacts.services import assembly, commits, uploads, versions
from common.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError
from projects.models import Project
from projects.queries import find_project
from rest_api.door import KeyRequest, Scope
from rest_api.resources.artifacts import VersionDetail, detail_of
from rest_api.resources.projects import PROJECT
from rest_api.routing import Router
from rest_api.schemas import Body, Id, Labels, Page, Paging, page_of
from storage.models import Upload
from storage.signing import base_url, upload_url

router = Router(tags=["Uploads"])
UPLOAD = "/uploads/{id}"
MOST_AT_ONCE = 1000
MOST_FILES = 100_000


class FileIn(Body):
    """A file to come: its place in the version, size in bytes, and MD5 as 32 hex digits (`md5sum` prints it)."""

    path: str
    size: int = Field(ge=0)
    md5: str = Field(pattern=r"^[0-9a-fA-F]{32}$")


Files = Annotated[list[FileIn], Field(max_length=MOST_AT_ONCE)]


class FilesIn(Body):
    """Up to 1,000 files; send more requests for more, up to 100,000."""

    files: Files


class UploadIn(FilesIn):
    """A new version. The same `request_id`, a text of your choice, answers with the same upload when it is sent again."""

    artifact: str
    type: str
    aliases: Labels = Field(default_factory=list)
    tags: Labels = Field(default_factory=list)
    description: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)
    request_id: str = Field("", max_length=128)
    files: Files = Field(default_factory=list)


class FileAddress(BaseModel):
    """Where to PUT a file, good for one hour; `url` is null when the bytes are here, and for keys that only read."""

    path: str
    md5: str
    url: str | None


class UploadOut(BaseModel):
    """A version in the making, with the files of this request; once `state` is `committed`, `version` says its number."""

    id: int
    state: str
    version: str | None
    files: list[FileAddress]


@router.create(f"{PROJECT}/uploads", shows=UploadOut)
def create_upload(request: KeyRequest, entity: str, project: str, body: UploadIn) -> UploadOut:
    """Begin a version of an artifact, which is made when it is missing. Members of the project."""
    draft = versions.Draft(
        artifact_name=body.artifact,
        type=body.type,
        digest=secrets.token_hex(16),  # until the commit knows all the files
        aliases=body.aliases,
        tags=body.tags,
        description=body.description,
        metadata=body.metadata,
        client_id=f"rest-{request.user.pk}-{body.request_id}" if body.request_id else "",
    )
    home = find_project(request.user, entity, project)
    require(request.user, Action.LOG_VERSION, home)
    _check(body.files)
    with transaction.atomic():  # a file that cannot be announced leaves no version behind
        version = versions.create_version(actor=request.user, project=home, run=None, draft=draft)
        return _shown(request, version, body.files)


@router.read(UPLOAD, shows=UploadOut)
def get_upload(request: KeyRequest, id: Id) -> UploadOut:
    """How far an upload is. Members of the project."""
    return _shown(request, _find(request.user, id), [])


@router.read(f"{UPLOAD}/files", shows=Page[FileAddress])
def list_upload_files(request: KeyRequest, id: Id, paging: Query[Paging]) -> Page[FileAddress]:
    """The files announced so far, each with its address until it has arrived; none after the commit."""
    version = _find(request.user, id)
    rows = Upload.objects.filter(purpose=Upload.Purpose.VERSION_FILE, subject_id=version.pk)
    return page_of(rows, paging, ("pk",), lambda upload: _address(request, upload))


@router.act(f"{UPLOAD}/files", shows=UploadOut)
def announce_files(request: KeyRequest, id: Id, body: FilesIn) -> UploadOut:
    """Announce more files; ones announced already keep their place. Members of the project."""
    version = _find(request.user, id)
    _check(body.files)
    if version.state != Version.State.PENDING:
        raise ConflictError("This version is committed and can no longer change; begin a new one.")
    return _shown(request, version, body.files)


@router.act(f"{UPLOAD}/commit", shows=VersionDetail)
def commit_upload(request: KeyRequest, id: Id) -> VersionDetail:
    """Make it a version, once all files have arrived; of files that the newest version has already, that one is answered.

    Again answers the same. Members of the project.
    """
    version = _find(request.user, id)
    assembly.assemble_manifest(actor=request.user, version=version)
    return detail_of(commits.commit_version(actor=request.user, version=version))


@router.remove(UPLOAD)
def abandon_upload(request: KeyRequest, id: Id) -> None:
    """Give an upload up: nothing of it stays. A version that is committed is deleted as a version. Members of the project."""
    uploads.abandon_version(actor=request.user, version=_find(request.user, id))


def _find(user: User, pk: int) -> Version:
    """The upload of that id in a project where `user` may log. Raises NotFoundError and ForbiddenError."""
    rows = Version.objects.select_related("artifact__project__namespace", "same_as__artifact")
    version = rows.filter(pk=pk, artifact__project__in=Project.objects.visible_to(user)).first()
    if version is None or (version.state == Version.State.DELETED and version.same_as is None):
        raise NotFoundError("There is no such upload, or you may not see it.")
    require(user, Action.LOG_VERSION, version.artifact.project)
    return version


def _check(files: list[FileIn]) -> None:
    digests: dict[str, str] = {}
    for file in files:
        if file.size > settings.MAX_UPLOAD_BYTES:
            raise TooLargeError(f"{file.path} is larger than the {settings.MAX_UPLOAD_BYTES} bytes this server takes.")
        if digests.setdefault(file.path, file.md5.lower()) != file.md5.lower():
            raise InvalidInputError(f"The path {file.path!r} is given twice, with two MD5s.")


def _require_room(version: Version, files: list[FileIn]) -> None:
    """Refuse a path that was announced with other bytes, and more files than one version takes. Raises ConflictError."""
    present = Upload.objects.filter(purpose=Upload.Purpose.VERSION_FILE, subject_id=version.pk)
    if present.count() + len(files) > MOST_FILES:
        raise ConflictError(f"A version takes at most {MOST_FILES} files by REST; pack some of them together.")
    digests = {file.path: file.md5.lower() for file in files}
    for name, md5 in present.filter(name__in=digests).values_list("name", "md5"):
        if digests[name] != md5:
            raise ConflictError(f"{name!r} was announced with the MD5 {md5}; begin a new version for other bytes.")


def _shown(request: KeyRequest, version: Version, files: list[FileIn]) -> UploadOut:
    """The upload, with `files` announced if it is still open to them."""
    found = version.same_as or version
    if found.state != Version.State.PENDING:
        return UploadOut(id=version.pk, state="committed", version=found.label, files=[])
    _require_room(version, files)
    announced = uploads.announce_files(
        actor=request.user,
        files=[uploads.AnnouncedFile(version=version, path=file.path, md5=file.md5.lower()) for file in files],
    )
    return UploadOut(
        id=version.pk, state="pending", version=None, files=[_address(request, upload) for upload in announced]
    )


def _address(request: KeyRequest, upload: Upload) -> FileAddress:
    reads_only = request.api_key.scope == Scope.READ  # the address itself asks for no key
    url = None if upload.blob_id or reads_only else upload_url(base_url(request), upload, request.user.pk)
    return FileAddress(path=upload.name, md5=upload.md5, url=url)
