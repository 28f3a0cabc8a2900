"""Signing in by API key: HTTP Basic with user `api`, or Bearer; cookies do not count on such views."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from access.models import ApiKey
from access.services.keys import authenticate
from accounts.limits import count_wrong_key
from common.errors import DomainError, UnauthenticatedError
from common.middleware import error_response
from events.models import Event
from events.services import current_door

Viewer = Callable[..., HttpResponseBase]
WRONG_KEY = "This API key is unknown, expired or revoked; make a new one under Profile › API keys, or at /authorize."


def secret_of(request: HttpRequest) -> str:
    """The key that the request carries, or an empty text."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def sign_in_by_key(request: HttpRequest) -> ApiKey:
    """Set `request.user` and `request.api_key` from the key. Raises UnauthenticatedError, TooManyRequestsError."""
    secret = secret_of(request)
    if not secret:
        raise UnauthenticatedError("This address needs an API key, sent with HTTP Basic as api:KEY.")
    key = authenticate(secret)
    if key is None:
        count_wrong_key(request)
        raise UnauthenticatedError(WRONG_KEY)
    request.user = key.user
    request.api_key = key  # type: ignore[attr-defined]
    return key


def by_api_key(door: Event.Door) -> Callable[[Viewer], Viewer]:
    """The view signs in by key alone, answers errors as JSON, and its changes are recorded as made through `door`."""

    def decorate(view: Viewer) -> Viewer:
        @csrf_exempt
        @wraps(view)
        def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.is_api = True  # type: ignore[attr-defined]
            current_door.set(door)
            try:
                sign_in_by_key(request)
                return view(request, *args, **kwargs)
            except DomainError as error:
                return error_response(request, error)

        signed_in.is_public = True  # type: ignore[attr-defined]
        return signed_in

    return decorate


def by_session_or_key(view: Viewer) -> Viewer:
    """For addresses that people open and scripts fetch: signs in by the key if the request carries one, else by session."""

    @wraps(view)
    def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "Authorization" in request.headers:
            request.is_api = True  # type: ignore[attr-defined]
            try:
                sign_in_by_key(request)
                return view(request, *args, **kwargs)
            except DomainError as error:
                return error_response(request, error)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    signed_in.is_public = True  # type: ignore[attr-defined]
    return signed_in
