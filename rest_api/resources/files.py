"""Files of versions: listed, and downloaded by those who may."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpResponseBase
from ninja import Query
from pydantic import BaseModel

from access.models import Container
from access.policy import can, require
from access.roles import Action
from artifacts.models import Download, ManifestEntry, Version
from artifacts.reading import find_entry
from artifacts.serving import noted
from common.errors import NotFoundError
from rest_api.door import KeyRequest
from rest_api.resources import artifacts, links
from rest_api.routing import Router
from rest_api.schemas import Page, Paging, page_of
from storage.responses import blob_response
from storage.signing import base_url

router = Router(tags=["Files"])


class FileOut(BaseModel):
    """A file: `url` takes the same key, and is null for those who may not download; of a reference only `reference` is known."""

    path: str
    size: int | None
    md5: str | None
    reference: str | None
    url: str | None


def _list(request: KeyRequest, version: Version, through: Container, paging: Paging) -> Page[FileOut]:
    base = base_url(request) + quote(request.path)
    may_download = can(request.user, Action.DOWNLOAD_FILE, through)

    def show(entry: ManifestEntry) -> FileOut:
        blob: Any = entry.blob
        return FileOut(
            path=entry.path,
            size=entry.size,
            md5=blob.md5 if blob else None,
            reference=entry.reference_uri or None,
            url=f"{base}/{quote(entry.path)}" if blob and may_download else None,
        )

    return page_of(version.entries.select_related("blob"), paging, ("pk",), show)


def _send(request: KeyRequest, version: Version, through: Container, path: str) -> HttpResponseBase:
    require(request.user, Action.DOWNLOAD_FILE, through)
    entry = find_entry(version, path)
    if entry.blob is None:
        raise NotFoundError("The bytes of this file are not held here: it is a reference to another place.")
    response = blob_response(request, entry.blob, path.rpartition("/")[2])
    place = {"version": version.pk, "container": through.pk, "actor": request.user.pk}
    return noted(response, request, **place, door=Download.Door.REST)


@router.read(f"{links.LINK}/files", shows=Page[FileOut])
def list_link_files(
    request: KeyRequest, organization: str, registry: str, collection: str, reference: str, paging: Query[Paging]
) -> Page[FileOut]:
    """The files of a version in a collection."""
    link = links.locate(request, organization, registry, collection, reference)
    return _list(request, link.version, link.collection.registry, paging)


@router.read(f"{links.LINK}/files/{{path:path}}")
def get_link_file(
    request: KeyRequest, organization: str, registry: str, collection: str, reference: str, path: str
) -> HttpResponseBase:
    """The bytes of one file, with ranges. Viewers of the registry; restricted viewers have no bytes."""
    link = links.locate(request, organization, registry, collection, reference)
    return _send(request, link.version, link.collection.registry, path)


@router.read(f"{artifacts.VERSION}/files", shows=Page[FileOut])
def list_files(
    request: KeyRequest, entity: str, project: str, artifact: str, reference: str, paging: Query[Paging]
) -> Page[FileOut]:
    """The files of a version at its source."""
    version = artifacts.locate(request, entity, project, artifact, reference)
    return _list(request, version, version.artifact.project, paging)


@router.read(f"{artifacts.VERSION}/files/{{path:path}}")
def get_file(
    request: KeyRequest, entity: str, project: str, artifact: str, reference: str, path: str
) -> HttpResponseBase:
    """The bytes of one file, with ranges. Viewers of the project; restricted viewers have no bytes."""
    version = artifacts.locate(request, entity, project, artifact, reference)
    return _send(request, version, version.artifact.project, path)
