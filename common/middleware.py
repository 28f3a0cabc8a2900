"""Domain errors become answers here, once, for every page and endpoint."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from common.bodies import CutBodyError
from common.errors import DomainError, InvalidInputError, TooManyRequestsError, UnauthenticatedError, status_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker is a program: it signed in with a key, or prefers JSON."""
    return "Authorization" in request.headers or not request.accepts("text/html")


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """`error` as JSON for programs and as a page for people, with its status."""
    status = status_of(error)
    if wants_json(request) or getattr(request, "is_api", False):
        response: HttpResponse = JsonResponse({"errors": [{"message": error.message}]}, status=status)
    else:
        template = f"{status}.html" if status in {403, 404} else "400.html"
        response = render(request, template, {"message": error.message}, status=status)
    if isinstance(error, UnauthenticatedError):
        response.headers["WWW-Authenticate"] = 'Basic realm="Vitrine"'
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.RETRY_SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400, without the request: its host may be one that must not be spoken for."""
    host = isinstance(exception, DisallowedHost)
    message = _("This server does not go by the name in the address. Its operator lists the names.") if host else ""
    if isinstance(exception, CutBodyError):
        message = exception.message
    return HttpResponseBadRequest(render_to_string("400.html", {"message": message}))


class DomainErrorMiddleware:
    """Turns a DomainError that a view raised into `error_response`, and refuses NUL, which no database column takes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on what can be looked up at all."""
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return error_response(request, InvalidInputError(_("An address holds no NUL character.")))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook: None leaves other exceptions to Django."""
        return error_response(request, exception) if isinstance(exception, DomainError) else None
