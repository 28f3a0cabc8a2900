"""What django-allauth may do here: sign people in, and send the mail by which they set a password."""

from __future__ import annotations

import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import User
from access.services.people import set_password
from accounts.sessions import SEEN
from common.errors import ForbiddenError
from common.middleware import error_response
from storage.signing import base_url

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is by invitation only, which is a page of our own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Lockout is django-axes' alone, so that there is one rule and one place to lift it."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Refuse service accounts by whatever way they come: they have keys alone (F37)."""
        if user.is_service:
            return error_response(request, ForbiddenError(_("A service account signs in by API key alone.")))
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Let the new session be noted from now on."""
        request.session[SEEN] = int(time.time())
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def set_password(self, user: User, password: str) -> None:
        """By the service, which records it."""
        set_password(actor=user, user=user, password=password)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address in the mail: never of a host that only the request names, where the operator names one."""
        uid, _, token = key.partition("-")
        return password_link(self.request, uid, token)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> bool:
        """Whether the mail went out. A mail server that fails is the operator's to mend, and no error of the page's."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            logger.exception("The mail '%s' was not sent", template_prefix)
            return False
        return True


def password_link(request: HttpRequest, uid: str, token: str) -> str:
    """The whole address of the page that sets a password."""
    return base_url(request) + reverse("account_reset_password_from_key", args=[uid, token])


def new_password_link(request: HttpRequest, user: User) -> str:
    """A link by which `user` sets a password, once, within PASSWORD_RESET_TIMEOUT; it is not kept anywhere."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return password_link(request, user_pk_to_url_str(user), token)
