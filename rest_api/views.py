"""What describes the API: the OpenAPI document, and the same to read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.authentication import by_session_or_key
from rest_api.api import document
from rest_api.door import entered
from rest_api.reference import sections


@by_session_or_key
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The OpenAPI 3.1 document."""
    return JsonResponse(document())


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The document as a page."""
    context = {"sections": sections(document()), "crumbs": [(_("REST API"), "")]}
    return render(request, "rest_api/reference.html", context)


@entered
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below: absent, as JSON."""
    raise Http404
