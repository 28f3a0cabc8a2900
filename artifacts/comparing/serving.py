"""The answer to a request to compare, from whichever series the versions are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from artifacts.comparing.asked import Asked, choosing, is_enough, links, refuse, status_of
from artifacts.comparing.data import comparison_data
from artifacts.comparing.pages import comparison
from common.data import data_kind
from common.htmx import render_page
from storage.signing import base_url

Crumbs = list[tuple[str, str]]


def serve_comparison(request: HttpRequest, asked: Asked, crumbs: Crumbs) -> HttpResponse:
    """The versions beside each other, or, where there are not enough or too many, a page that lets one choose."""
    if data_kind(request):
        refuse(asked)
    if not is_enough(asked):
        context = choosing(asked) | {"crumbs": crumbs}
        return render_page(request, "artifacts/comparing/choose.html", context, status=status_of(asked))
    context = comparison(asked, request.GET)
    return render_page(
        request,
        "artifacts/comparing/compare.html",
        context | {"links": links(asked, base_url(request)), "crumbs": crumbs},
        status=status_of(asked),
        data=lambda: comparison_data(asked, context),
    )
