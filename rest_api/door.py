"""What every request to REST passes: the key (or a page's session), the door of its events, and errors as JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from ninja.utils import check_csrf

from access.models import ApiKey, User
from accounts.authentication import sign_in_by_key
from common.errors import DomainError, ForbiddenError
from common.public import public
from events.models import Event
from events.services import current_door
from rest_api.errors import answer, refuse

View = Callable[..., HttpResponseBase]
Scope = ApiKey.Scope
RANKS = list(Scope)
NO_ADDRESS = "There is no such address; /api/v1/docs lists those that are."


class KeyRequest(HttpRequest):
    """A request that the door let through; a type only, never made."""

    user: User
    api_key: ApiKey


def entered(view: View, *, by_session: bool = False) -> View:
    """`view` behind the door: signed in by key alone, whatever cookies come along, so that forged posts carry nothing.

    `by_session` lets our own pages in as well, which carry no key: by their session and its CSRF token.
    """

    @public
    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if by_session and "Authorization" not in request.headers and request.user.is_authenticated:
                _sign_in_by_session(request)
            else:
                current_door.set(Event.Door.REST)
                sign_in_by_key(request)
            response = view(request, *args, **kwargs)
        except DomainError as error:
            return refuse(error)
        except Http404:
            return answer(404, "not_found", NO_ADDRESS)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            return answer(405, "method_not_allowed", f"This address takes {allowed}.", headers={"Allow": allowed})
        return response

    return checked


def _sign_in_by_session(request: Any) -> None:
    """What a page may do is what a key of the scope `write` may. Raises ForbiddenError without the CSRF token."""
    if check_csrf(request) is not None:
        raise ForbiddenError("This request did not come from a page of this server; load the page again.")
    request.api_key = ApiKey(user=request.user, scope=Scope.WRITE)


def require_scope(request: KeyRequest, scope: Scope) -> None:
    """Refuse a key whose scope does not include `scope` (F37). Raises ForbiddenError, which names the scope needed."""
    held = Scope(request.api_key.scope)
    if RANKS.index(held) < RANKS.index(scope):
        raise ForbiddenError(f"This API key has the scope {held}; this needs a key with the scope {scope}.")
