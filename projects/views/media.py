"""Media of runs: the page, and the bytes as each kind of element may have them."""

from __future__ import annotations

from csp.decorators import csp_update
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts import logged_tables
from artifacts.previews import LARGE, SMALL, thumbnail
from common.errors import NotFoundError
from common.htmx import render_page
from projects import media_page, pages, queries
from projects.console import whole_log
from projects.models import Run
from storage.models import Blob
from storage.responses import blob_response

# What a browser plays, by the end of the name; anything else is a download.
PLAYED = {
    ".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".flac": "audio/flac", ".m4a": "audio/mp4",
    ".mp4": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg", ".mov": "video/mp4",
}  # fmt: skip
# A file of somebody's own: its origin is none, so it reaches no cookie and no page of ours, and it runs and loads nothing.
FRAMED = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:; "
    "frame-ancestors 'self'"
)


@csp_update({"frame-src": ["'self'"], "media-src": ["'self'"]})  # type: ignore[arg-type]
@require_safe
def run_media(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponse:
    """Pictures, tables, HTML, sound and film at a step; `?key=` shows one of them alone."""
    found = queries.find_run(request.user, entity, project, run)
    shown = media_page.context(found, request.user, request.GET, logged_tables.sources)
    context = pages.head(found, request.user) | {"tab": "media"} | shown
    return render_page(
        request, "projects/run_media.html", context, partial="media", data=lambda: media_page.data(found, context)
    )


@require_safe
def run_thumbnail(request: PersonalRequest, entity: str, project: str, run: str, name: str) -> HttpResponseBase:
    """The pixels of a picture, drawn anew as WebP; `?small=1` for a cell of a table."""
    blob = _blob(request, entity, project, run, name)
    side = SMALL if request.GET.get("small") == "1" else LARGE
    etag = f'"{blob.sha256}-thumbnail-{side}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(thumbnail(blob, side), content_type="image/webp", headers=headers)


@xframe_options_sameorigin
@require_safe
def run_html(request: PersonalRequest, entity: str, project: str, run: str, name: str) -> HttpResponseBase:
    """An HTML file for a frame of ours: sandboxed by its own policy, so without scripts and of no origin (T26)."""
    if not name.endswith((".html", ".htm")):
        raise NotFoundError(_("This file is no HTML; download it instead."))
    response = blob_response(request, _blob(request, entity, project, run, name), name.rpartition("/")[2])
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = FRAMED
    return response


@require_safe
def run_play(request: PersonalRequest, entity: str, project: str, run: str, name: str) -> HttpResponseBase:
    """Sound or film, in ranges."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix not in PLAYED:
        raise NotFoundError(_("This file cannot be played here; download it instead."))
    response = blob_response(request, _blob(request, entity, project, run, name), name.rpartition("/")[2])
    response.headers["Content-Type"] = PLAYED[suffix]
    response.headers["Content-Disposition"] = "inline"
    return response


@require_safe
def run_log(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponseBase:
    """The whole console as a text file."""
    found = queries.find_run(request.user, entity, project, run)
    headers = {
        "Content-Disposition": content_disposition_header(True, f"{found.name}.log") or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(whole_log(found), content_type="text/plain; charset=utf-8", headers=headers)


def _blob(request: PersonalRequest, entity: str, project: str, name: str, path: str) -> Blob:
    run: Run = queries.find_run(request.user, entity, project, name)
    require(request.user, Action.DOWNLOAD_FILE, run.project)
    return queries.find_file(run, path)
