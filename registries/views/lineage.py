"""Lineage of collections and of linked versions."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import PersonalRequest
from artifacts import tabs
from artifacts.lineage.graph import VERSION
from registries import queries
from registries.lineage.page import Lineage, Start, around
from registries.lineage.responses import as_file, respond
from registries.models import Collection, Link

ALL = 100  # the newest versions of a collection that are begun from


@require_safe
def version(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str
) -> HttpResponse:
    """Where a linked version comes from and what became of it."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    found = around(request.user, Start(VERSION, [place.version.pk], place.row.collection_id), request.GET)
    return respond(request, "artifacts/version_lineage.html", tabs.head(place, "lineage"), found)


@require_safe
def version_drawing(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str
) -> HttpResponse:
    """The same as a picture."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    found = around(request.user, Start(VERSION, [place.version.pk], place.row.collection_id), request.GET)
    return as_file(request, found, f"{place.name}-{place.label}")


@require_safe
def collection(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Lineage of the newest version of a collection, or of all of them."""
    found = queries.get_collection(request.user, organization, registry, collection)
    context = queries.collection_head(request.user, found, "lineage")
    return respond(request, "registries/collection_lineage.html", context, _around(request, found))


@require_safe
def collection_drawing(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """The same as a picture."""
    found = queries.get_collection(request.user, organization, registry, collection)
    return as_file(request, _around(request, found), found.name)


def _around(request: PersonalRequest, collection: Collection) -> Lineage:
    newest = Link.objects.alive().filter(collection=collection).order_by("-index").values_list("version", flat=True)
    ids = list(newest[: ALL if request.GET.get("from") == "all" else 1])
    return around(request.user, Start(VERSION, ids, collection.pk), request.GET, series=True)
