"""The help pages."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.errors import NotFoundError
from common.htmx import render_page
from guide.topics import DEFAULT_LANGUAGE, GROUPS, ORIGIN, Topic, topic
from storage.signing import base_url


@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """All topics by group."""
    context = {"groups": _groups(), "crumbs": [(_("Help"), "")]}
    return render_page(request, "guide/contents.html", context)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One topic, whose code names this server."""
    found = topic(slug, _language())
    if found is None:
        raise NotFoundError(_("There is no help page of that name."))
    origin = base_url(request)
    blocks = [replace(block, text=block.text.replace(ORIGIN, origin)) for block in found.blocks]
    crumbs = [(_("Help"), reverse("guide:contents")), (found.title, "")]
    context = {"topic": found, "blocks": blocks, "groups": _groups(), "crumbs": crumbs}
    return render_page(request, "guide/page.html", context)


def _language() -> str:
    return (get_language() or DEFAULT_LANGUAGE).partition("-")[0]


def _groups() -> list[tuple[str, list[Topic]]]:
    """The headings, each with its topics."""
    titles = {
        "first": _("First steps"),
        "registries": _("Registries"),
        "versions": _("Versions"),
        "everywhere": _("Everywhere"),
    }
    language = _language()
    return [
        (titles[name], [found for slug in slugs if (found := topic(slug, language))]) for name, slugs in GROUPS.items()
    ]
