"""The second factor: its secrets at rest, its QR code, and forms that say what they take."""

from __future__ import annotations

import base64
import hashlib
import secrets
from functools import cache
from typing import Any

from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from access.models import User


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps secrets encrypted by the secret key, and draws the QR code as an element of the page."""

    def get_totp_label(self, user: User) -> str:
        """How the app on the phone names the account."""
        return user.username

    def build_totp_svg(self, url: str) -> str:
        """The picture without its XML declaration, so that it stands in HTML."""
        drawn: str = super().build_totp_svg(url)
        return drawn[drawn.index("<svg") :]

    def encrypt(self, text: str) -> str:
        """What is stored for `text`."""
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that nobody knows, if the secret key has changed since: then no code is right."""
        try:
            return _box(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


@cache
def _box(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second-factor:{secret_key}".encode()).digest()))


def _label(form: forms.Form, label: Any, help_text: Any = "") -> None:
    form.fields["code"].label, form.fields["code"].help_text = label, help_text
    form.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}


class CodeForm(AuthenticateForm):
    """The code at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, _("Code"), _("The six digits in your app, or one of your recovery codes."))


class PasswordAgainForm(PasswordForm):
    """The password before such a change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs = {"autocomplete": "current-password", "autofocus": True}


class CodeAgainForm(ReauthenticateForm):
    """The code before a change of what protects the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, _("Code"), _("The six digits in your app, or one of your recovery codes."))


class FirstCodeForm(ActivateTOTPForm):
    """The code that shows that the app was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, _("Code"), _("The six digits that the app shows now."))
