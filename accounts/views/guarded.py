"""Pages whose address is itself a secret."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from common.errors import DomainError
from common.middleware import error_response
from common.public import public

View = Callable[..., HttpResponseBase]


def secret_address(view: View) -> View:
    """Anybody may open `view`, which knows its visitors by the address; it is told to no page that one goes on to."""

    @public
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except DomainError as error:
            response = error_response(request, error)
        # Never the path. Not "no-referrer", under which browsers send forms with the origin null, which CSRF protection refuses.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return guarded
