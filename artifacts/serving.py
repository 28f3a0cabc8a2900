"""The bytes of one file of a version, and its picture, to those who may download it by this path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from access.policy import require
from access.roles import Action
from artifacts import previews
from artifacts.models import Download, ManifestEntry
from artifacts.places import Place
from artifacts.reading import find_entry
from artifacts.services import downloads
from artifacts.zips import archive_of
from common.errors import NotFoundError
from storage.models import Blob
from storage.responses import blob_response

NUMBER = re.compile(r"\d{1,3}\Z", re.ASCII)


def serve_file(request: HttpRequest, place: Place, path: str) -> HttpResponseBase:
    """The bytes as a download, with ranges. Raises NotFoundError, and ForbiddenError for restricted viewers (F32)."""
    response = blob_response(request, _blob_of(_entry(request, place, path)), path.rpartition("/")[2] or "file")
    return noted(response, request, **_whose(request, place), door=Download.Door.PAGE)


def _whose(request: HttpRequest, place: Place) -> dict[str, Any]:
    return {"version": place.version.pk, "container": place.container.pk, "actor": request.user.pk or 0}


def noted(
    response: HttpResponseBase, request: HttpRequest, *, version: int, container: int, actor: int, door: Download.Door
) -> HttpResponseBase:
    """`response`, counted as a download of `actor`'s if it brings bytes; a file in parts counts with its first byte."""
    if request.method == "GET" and response.status_code in {200, 206}:
        is_start = response.headers.get("Content-Range", "bytes 0-").startswith("bytes 0-")
        downloads.note(
            version=version,
            container=container,
            actor=actor,
            door=door,
            count=int(is_start),
            bytes=int(response.headers["Content-Length"]),
        )
    return response


def serve_thumbnail(request: HttpRequest, place: Place, path: str) -> HttpResponseBase:
    """The file's pixels, drawn anew as WebP, `?small=1` for a cell; of a notebook, those of the picture `?image=3`."""
    entry = _entry(request, place, path)
    blob, number = _blob_of(entry), request.GET.get("image", "")
    side = previews.SMALL if request.GET.get("small") == "1" else previews.LARGE
    etag = f'"{blob.sha256}-thumbnail{number[:4]}-{side}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    if number and not NUMBER.match(number):
        raise NotFoundError(_("This notebook has no such picture."))
    drawn = previews.notebook_picture(entry, int(number)) if number else previews.thumbnail(blob, side)
    return HttpResponse(drawn, content_type="image/webp", headers=headers)


def serve_archive(request: HttpRequest, place: Place) -> HttpResponseBase:
    """All files, or those in `?folder=`, as a zip of known length that is made while it is sent.

    Raises ForbiddenError for restricted viewers, NotFoundError where there is nothing, TooLargeError for too many files.
    """
    require(request.user, Action.DOWNLOAD_FILE, place.container)
    folder = request.GET.get("folder", "").strip("/")
    archive = archive_of(place.version, folder)
    name = "-".join(part for part in (place.name, place.label, folder.rpartition("/")[2]) if part)
    headers = {
        "Content-Length": str(archive.size),
        "Content-Disposition": content_disposition_header(True, f"{name}.zip") or "attachment",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip", headers=headers)
    pieces = _counted(archive.pieces(), _whose(request, place))
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)


def _counted(pieces: Iterator[bytes], whose: dict[str, Any]) -> Iterator[bytes]:
    """The pieces of a zip; as many bytes of it as were sent are counted, also when its reader leaves."""
    sent = 0
    try:
        for piece in pieces:
            sent += len(piece)
            yield piece
    finally:
        downloads.note(**whose, door=Download.Door.ZIP, count=1, bytes=sent)


def _entry(request: HttpRequest, place: Place, path: str) -> ManifestEntry:
    require(request.user, Action.DOWNLOAD_FILE, place.container)
    return find_entry(place.version, path)


def _blob_of(entry: ManifestEntry) -> Blob:
    if entry.blob is None:
        raise NotFoundError(_("The bytes of this file are not held here: it is a reference to another place."))
    return entry.blob
