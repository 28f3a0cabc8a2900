"""Addresses of the former model registry of a team, which scripts and bookmarks still hold (F97, F100)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.models import Namespace
from accounts.requests import PersonalRequest
from common.errors import NotFoundError
from common.names import fold
from registries.finding import find_successor
from registries.views.pages import printed_address


@require_safe
def model_registry(request: PersonalRequest, entity: str) -> HttpResponse:
    """On to the registry that took its place, to the collection or version that the address names."""
    namespaces = Namespace.objects.visible_to(request.user).select_related("team__organization")
    namespace = namespaces.filter(name_key=fold(entity), kind=Namespace.Kind.TEAM).first()
    registry = find_successor(request.user, namespace) if namespace else None
    if registry is None or registry.organization is None:
        raise NotFoundError(_("There is no such registry, or you may not see it."))
    said = _(
        "The model registry of %(team)s is now the registry %(registry)s; please update your bookmarks and scripts."
    )
    messages.info(request, said % {"team": entity, "registry": registry.title})
    return printed_address(request, registry.organization.name, registry.name)
