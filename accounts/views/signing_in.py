"""Signing in, and setting a password by mail: django-allauth's views, as far as this server offers them."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth_views
from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from access.models import User
from operations.setup import is_empty


class SignIn(allauth_views.LoginView):
    """The sign-in page; on an empty server it says where to find the set-up page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the template may offer."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sends_mail": settings.SENDS_MAIL, "is_empty": is_empty(), "sign_on": settings.OIDC}


def ask_reset(request: HttpRequest) -> HttpResponseBase:
    """Ask for the mail by which one sets a new password; the answer is the same whether the address has an account."""
    if not settings.SENDS_MAIL:
        return render(request, "account/password_reset_off.html")
    response: HttpResponseBase = allauth_views.password_reset(request)
    return response


def sign_in(request: HttpRequest, user: User) -> HttpResponseBase:
    """Sign `user` in, whose account was just made, and lead to the registries."""
    response: HttpResponseBase = perform_login(request, user)
    return response
