"""Versions on the shelves beside each other."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from access.roles import Action, allows
from accounts.requests import PersonalRequest
from artifacts.comparing.asked import Asked, crumbs
from artifacts.comparing.selection import Selection
from artifacts.comparing.serving import serve_comparison
from registries.comparing import HERE, find_collections, find_subjects, roles_in
from registries.queries import collection_crumbs, collection_series, collection_url


@require_safe
def compare(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Two to ten versions of a collection, and of others of its organization."""
    selection = Selection.read(request.GET)
    references = selection.references
    collections = find_collections(request.user, organization, registry, collection, references)
    here = collections[HERE]
    roles = roles_in(request.user, collections)
    subjects = find_subjects(request.user, collections, roles, references, keys=selection.section == "histories")
    may_direct = allows(roles.get(here.registry_id), Action.EDIT_COLLECTION)
    asked = Asked(request.user, collection_series(here), selection, subjects, may_direct)
    return serve_comparison(request, asked, crumbs(collection_crumbs(here), collection_url(here)))
