"""Whose sign-in failed: one counter for a person, whether the name or the e-mail address was typed, in whatever case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from access.models import User
from common.names import fold


def lockout_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The name by which django-axes counts."""
    given = credentials or {}
    typed = given.get("username") or given.get("email") or (request.POST.get("login", "") if request else "")
    owner = (
        User.objects.filter(email__iexact=typed).values_list("username", flat=True).first() if "@" in typed else None
    )
    return fold(owner or typed.strip())[:255]
