"""Addresses of pages with their data beside them: `…/net/` is the page, `…/net.json` and `…/net.csv` what it shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, register_converter
from django.views.decorators.http import require_safe

from accounts.authentication import Viewer, by_session_or_key


class DataKind:
    """What comes after the dot."""

    regex = "json|csv"

    def to_python(self, value: str) -> str:
        """As it is written."""
        return value

    def to_url(self, value: str) -> str:
        """As it is written."""
        return value


register_converter(DataKind, "kind")


def with_data(route: str, view: Viewer, name: str) -> list[URLPattern]:
    """The route of a page, which ends in a slash, and that of its data: one view, so one rule of who may see it.

    The view hands what it shows to `render_page` as a PageData. Scripts may ask for data with an API key; whatever the page
    lets people change, its data is only read.
    """

    @require_safe
    @by_session_or_key
    def data(request: HttpRequest, kind: str, **names: Any) -> HttpResponseBase:
        request.data_kind = kind  # type: ignore[attr-defined]
        return view(request, **names)

    return [path(route, view, name=name), path(f"{route.removesuffix('/')}.<kind:kind>", data, name=f"{name}_data")]
