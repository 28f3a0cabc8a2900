"""One view for signed addresses: PUT brings what was announced, GET and HEAD give what may be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from access.models import Container, User
from access.policy import require
from access.roles import Action
from artifacts.models import Download
from artifacts.serving import noted
from common.errors import ForbiddenError, InvalidInputError, NotFoundError
from common.public import public
from storage.models import Blob, Upload
from storage.parts import fulfil_part
from storage.responses import blob_response
from storage.services import fulfil
from storage.signing import Ticket, open_ticket

READ_ACTIONS = {
    Upload.Purpose.VERSION_FILE: Action.DOWNLOAD_FILE,
    Upload.Purpose.MANIFEST: Action.VIEW_VERSION,
    Upload.Purpose.RUN_FILE: Action.DOWNLOAD_FILE,
}
WRITE_ACTIONS = {
    Upload.Purpose.VERSION_FILE: Action.LOG_VERSION,
    Upload.Purpose.MANIFEST: Action.LOG_VERSION,
    Upload.Purpose.RUN_FILE: Action.WRITE_RUN,
}


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "PUT"])
def signed_object(request: HttpRequest, ticket: str, name: str) -> HttpResponseBase:
    """The address carries its own permission; its principal must still be active and may still do it."""
    request.is_api = True  # type: ignore[attr-defined]
    opened = open_ticket(ticket)
    writing = request.method == "PUT"
    if (opened.method == "PUT") is not writing:
        raise ForbiddenError(f"This address is for {opened.method} only.")
    actions = WRITE_ACTIONS if writing else READ_ACTIONS
    _require_still(opened, actions[Upload.Purpose(opened.purpose)])
    return _put(request, opened) if writing else _get(request, opened)


def _require_still(ticket: Ticket, action: Action) -> None:
    principal = User.objects.filter(pk=ticket.principal, is_active=True).first()
    if principal is None:
        raise ForbiddenError("The account that this address was made for is gone.")
    container = Container.objects.alive().filter(pk=ticket.container).first()
    if container is None:
        raise ForbiddenError("The place that this address was made for is gone.")
    require(principal, action, container)


def _put(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    upload = Upload.objects.filter(pk=int(ticket.key)).first()
    if upload is None:
        raise NotFoundError("The upload that this address was made for is gone; announce the file again.")
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():
        raise InvalidInputError("Send the body with a Content-Length.")
    body, size = request.META["wsgi.input"], int(length)
    blob = fulfil_part(upload, ticket.part, body, size=size) if ticket.part else fulfil(upload, body, size=size)
    return HttpResponse(status=200, headers={"ETag": f'"{blob.md5}"'})


def _get(request: HttpRequest, ticket: Ticket) -> HttpResponseBase:
    blob = Blob.objects.filter(sha256=ticket.key).first()
    if blob is None:
        raise NotFoundError("These bytes are gone.")
    response = blob_response(request, blob, request.GET.get("name") or "file")
    if not ticket.version:
        return response
    place = {"version": ticket.version, "container": ticket.container, "actor": ticket.principal}
    return noted(response, request, **place, door=Download.Door.SDK)
