"""Deny by default, and speak the reader's language."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from access.models import User
from accounts.limits import count_search
from common.errors import TooManyRequestsError, UnauthenticatedError
from common.middleware import error_response, wants_json
from events.models import Event
from events.services import current_door

PUBLIC_VIEWS = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "openid_connect_callback",
    "openid_connect_login",
    "account_signup",
    "set_language",
    "socialaccount_login_cancelled",
}


class SignInRequiredMiddleware(MiddlewareMixin):
    """Every view needs a signed-in person, unless it is marked public or signs in by key itself."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Django's hook, before the view runs."""
        current_door.set(Event.Door.WEB)
        match = request.resolver_match
        if getattr(view, "is_public", False) or (match and match.url_name in PUBLIC_VIEWS):
            return None
        if request.user.is_authenticated and request.user.is_active:
            return self._paused(request, request.user)
        if wants_json(request):
            return error_response(
                request, UnauthenticatedError(_("Sign in first: send an API key with HTTP Basic as api:KEY."))
            )
        return redirect_to_login(request.get_full_path())

    def _paused(self, request: HttpRequest, user: User) -> HttpResponseBase | None:
        try:
            if request.GET.get("q"):
                count_search(user)
        except TooManyRequestsError as error:
            return error_response(request, error)
        return None


class LanguageMiddleware(LocaleMiddleware):
    """The language kept with the account, else the cookie's or the browser's."""

    def process_request(self, request: HttpRequest) -> None:
        """Django's hook."""
        super().process_request(request)
        chosen = getattr(request.user, "language", "")
        if chosen:
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language()
