"""Same address for page and fragment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reselect, reswap, retarget

from common.data import PageData, data_kind
from common.errors import NotFoundError


def asks_by_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks, for a part or for a whole page."""
    return bool(request.htmx)  # type: ignore[attr-defined]  # set by HtmxMiddleware


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part: not when it boosts a link, nor when it restores a page from history."""
    htmx = request.htmx  # type: ignore[attr-defined]  # set by HtmxMiddleware
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def fills(request: HttpRequest, element: str) -> bool:
    """Whether htmx puts the answer into the element of that id."""
    return wants_fragment(request) and request.htmx.target == element  # type: ignore[attr-defined]  # set by HtmxMiddleware


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    partial: str = "",
    status: int = 200,
    data: Callable[[], PageData] | None = None,
) -> HttpResponse:
    """The page, its `partial` when htmx asks for a fragment, or its `data` where the address asks for that.

    Raises NotFoundError when there is none.
    """
    if kind := data_kind(request):
        if data is None:
            raise NotFoundError(_("This page has no data of its own."))
        return data().response(kind)
    name = f"{template}#{partial}" if partial and wants_fragment(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def lead_to(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, as a whole: a plain redirect would have htmx put it into this one."""
    return HttpResponseClientRedirect(url) if asks_by_htmx(request) else redirect(url)


def put_at(response: HttpResponse, selector: str) -> HttpResponse:
    """Have htmx put the answer in place of what `selector` finds, wherever the request meant its answer to go."""
    return retarget(reswap(reselect(response, selector), "outerHTML"), selector)
