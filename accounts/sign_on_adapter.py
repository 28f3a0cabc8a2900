"""What django-allauth may do with somebody whom the identity provider vouches for."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import sign_on
from common.errors import DomainError, InvalidInputError
from common.middleware import error_response


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Admits people by our services; allauth's own sign-up stays closed, as the account adapter says."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find or make the account, and settle its memberships, all or nothing."""
        try:
            claims = claims_of(sociallogin)
            with transaction.atomic():
                if not sociallogin.is_existing:
                    user = sign_on.admit(claims)
                    if user.is_active:
                        sociallogin.connect(request, user)
                    sociallogin.user = user
                if sociallogin.user.is_active:
                    sign_on.settle(sociallogin.user, sign_on.groups_of(claims))
        except DomainError as error:
            raise ImmediateHttpResponse(error_response(request, error)) from error


def claims_of(sociallogin: SocialLogin) -> dict[str, Any]:
    """The claims of the ID token and of the provider's userinfo, which must be about the same person.

    Raises InvalidInputError otherwise, and for any purpose but signing in.
    """
    data = sociallogin.account.extra_data
    token, info = data.get("id_token") or {}, data.get("userinfo") or {}
    if token and info and token.get("sub") != info.get("sub"):
        raise InvalidInputError(_("The identity provider answered about two people; ask its administrator."))
    if sociallogin.state.get("process", "login") != "login":
        raise InvalidInputError(_("Sign-on only signs in."))
    return {**token, **info}
