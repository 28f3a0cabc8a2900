"""The bytes of one file of a version, and its picture, to those who may download it by this path."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header

from access.policy import require
from access.roles import Action
from artifacts import previews
from artifacts.places import Place
from artifacts.reading import find_entry
from artifacts.zips import archive_of
from common.errors import NotFoundError
from storage.models import Blob
from storage.responses import blob_response


def serve_file(request: HttpRequest, place: Place, path: str) -> HttpResponseBase:
    """The bytes as a download, with ranges. Raises NotFoundError, and ForbiddenError for restricted viewers (F32)."""
    return blob_response(request, _blob(request, place, path), path.rpartition("/")[2] or "file")


def serve_thumbnail(request: HttpRequest, place: Place, path: str) -> HttpResponseBase:
    """The file's pixels, drawn anew as WebP."""
    blob = _blob(request, place, path)
    etag = f'"{blob.sha256}-thumbnail"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(previews.thumbnail(blob), content_type="image/webp", headers=headers)


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
    return StreamingHttpResponse(archive.pieces(), content_type="application/zip", headers=headers)


def _blob(request: HttpRequest, place: Place, path: str) -> Blob:
    require(request.user, Action.DOWNLOAD_FILE, place.container)
    entry = find_entry(place.version, path)
    if entry.blob is None:
        raise NotFoundError("The bytes of this file are not held here: it is a reference to another place.")
    return entry.blob
