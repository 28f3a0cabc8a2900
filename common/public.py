"""Marks of the views that the sign-in rule passes by; every other view needs a signed-in person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anybody may open this view."""
    view.is_public = True  # type: ignore[attr-defined]
    return view
