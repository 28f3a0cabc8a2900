"""Starring a registry or a collection, from wherever one sees it (F19)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import PersonalRequest
from common.back import back_of
from common.errors import InvalidInputError
from common.htmx import render_page, wants_fragment
from registries import queries
from registries.services.stars import star_collection, star_registry


@require_POST
def registry_star(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Give a registry one's star, or take it away."""
    found = queries.get_registry(request.user, organization, registry)
    starred = _wanted(request)
    star_registry(actor=request.user, registry=found, starred=starred)
    return _answer(request, found.title, starred, queries.registry_url(found))


@require_POST
def collection_star(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Give a collection one's star, or take it away."""
    found = queries.get_collection(request.user, organization, registry, collection)
    starred = _wanted(request)
    star_collection(actor=request.user, collection=found, starred=starred)
    return _answer(request, found.name, starred, queries.collection_url(found))


def _wanted(request: PersonalRequest) -> bool:
    """What the button asked for; not "the other way round", so that it may be pressed twice. Raises InvalidInputError."""
    word = request.POST.get("starred", "")
    if word not in {"0", "1"}:
        raise InvalidInputError(_("Send starred=1 to give the star, starred=0 to take it away."))
    return word == "1"


def _answer(request: PersonalRequest, name: str, starred: bool, page: str) -> HttpResponse:
    """The button as it is now, or back to where it was pressed."""
    if wants_fragment(request):
        return render_page(request, "components/_star.html", {"url": f"{page}star/", "name": name, "starred": starred})
    return redirect(back_of(request, page))
