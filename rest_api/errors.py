"""Refusals as JSON, of one shape: {"error": {"code", "message", "field"?}}."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from common.errors import DomainError, TooLargeError, TooManyRequestsError, UnauthenticatedError, status_of

logger = logging.getLogger(__name__)
CODES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    410: "gone",
    413: "too_large",
    429: "too_many_requests",
}
BROKEN = "The server failed; its log says why. Try again."
TOO_LARGE = "The request is larger than this server takes; send fewer items at once."


def answer(
    status: int, code: str, message: str, *, field: str = "", headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The refusal; `field` names the part of the request that is wrong."""
    error = {"code": code, "message": message} | ({"field": field} if field else {})
    return JsonResponse({"error": error}, status=status, headers=headers)


def refuse(error: DomainError) -> HttpResponse:
    """A refusal of the domain, with its status."""
    status = status_of(error)
    response = answer(status, CODES[status], error.message)
    if isinstance(error, UnauthenticatedError):
        response.headers["WWW-Authenticate"] = 'Basic realm="Vitrine"'
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.RETRY_SECONDS)
    return response


def handle_errors(api: NinjaAPI) -> None:
    """Give `api` its handlers, the only ones."""
    api.add_exception_handler(DomainError, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(RequestDataTooBig, lambda request, error: refuse(TooLargeError(TOO_LARGE)))
    api.add_exception_handler(Exception, _broken)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return refuse(error)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """What did not fit the types: the first thing wrong, by name."""
    first = error.errors[0]
    source, *path = first["loc"]
    field = ".".join(str(part) for part in (path[1:] if source == "body" else path))
    unknown = first["type"] == "extra_forbidden"
    message = f"There is no field '{field}' here; leave it out." if unknown else f"{field or source}: {first['msg']}."
    return answer(400, CODES[400], message, field=field)


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    """A body that is no JSON, or JSON that cannot be stored."""
    cause = error.__cause__
    message = cause.message if isinstance(cause, DomainError) else "The body is not JSON."
    return answer(error.status_code, CODES[400], message)


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("REST failed at %s", request.path, exc_info=error)
    return answer(500, "broken", BROKEN)
