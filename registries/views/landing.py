"""The landing page of an organization, and what happened in its registries."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonalRequest
from artifacts.histories import history_context, history_data, history_page
from common.data import PageData
from common.htmx import render_page
from registries import activity, queries
from registries import landing as shelves
from registries.history import guarded_in, subjects_of
from registries.matrix import may_create_registry
from registries.search import page as search_page
from registries.snippets import QUICKSTART, install_code
from storage.signing import base_url


@require_safe
def landing(request: PersonalRequest, organization: str) -> HttpResponse:
    """The shelves of an organization, or what a search finds on them (F19)."""
    found = queries.get_organization(request.user, organization)
    words = request.GET.get("q", "").strip()
    here = reverse("registries:landing", args=[found.name])
    context = {"organization": found, "q": words, "crumbs": [(found.name, here), (_("Registry"), "")]}
    if words:
        context |= search_page.found(request.user, words, within=found)
        data, status = search_page.data(context), 422 if "error" in context else 200
        return render_page(
            request, "registries/landing.html", context, partial="shelves", status=status, data=lambda: data
        )
    query = request.GET
    shown = shelves.overview(request.user, found, sort=query.get("sort", ""), cursor=query.get("cursor", ""))
    context |= shown | {"may_create": may_create_registry(request.user, found), "sorts": shelves.sorts()}
    context |= {"script": QUICKSTART, "install": install_code(base_url(request))}
    facts = {"organization": found.name, **shown["totals"], "next": shown["page"].next}
    data = PageData("registries", facts, [card.data for card in shown["cards"]])
    return render_page(request, "registries/landing.html", context, partial="shelves", data=lambda: data)


@require_safe
def organization_activity(request: PersonalRequest, organization: str) -> HttpResponse:
    """What happened in all registries that one sees, or in one of them, newest first."""
    found = queries.get_organization(request.user, organization)
    name = request.GET.get("registry", "").strip()
    asked, page = history_page([activity.registry_events(request.user, found, name)], request.GET)
    here = reverse("registries:landing", args=[found.name])
    context = history_context(asked, page, subjects=subjects_of(page.items), guarded=guarded_in(page.items)) | {
        "organization": found,
        "shelves": activity.shelves_of(request.user, found),
        "shelf": name,
        "crumbs": [(found.name, here), (_("Registry"), here), (_("Activity"), "")],
    }
    return render_page(
        request, "registries/activity.html", context, partial="history", data=lambda: history_data(context)
    )
