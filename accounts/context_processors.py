"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.shell import shell_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell`: the frame of the page; it asks the database only when the template shows it."""
    return {"shell": shell_of(request)}
