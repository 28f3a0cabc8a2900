"""What the registries and projects of an organization take, and what keeping equal content once saves (F137)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import PersonalRequest
from accounts.views.house import PAGE, House, open_house
from common.htmx import render_page
from common.pagination import paginate
from operations.models import StorageFigure
from projects.models import Project
from registries.models import Registry

LARGEST_FIRST = ("-storage_figure__stored", "-pk")
KINDS = {"projects": Project, "registries": Registry}


@require_safe
def storage(request: PersonalRequest, organization: str) -> HttpResponse:
    """Its projects, or `?of=registries`, with the figures last counted, the largest first; for admins also the whole's."""
    house = open_house(request, organization, "storage")
    of = "registries" if settings.REGISTRY_UI and request.GET.get("of") == "registries" else "projects"
    rows = counted(house, KINDS[of].objects.visible_to(request.user))
    page = paginate(rows, order=LARGEST_FIRST, cursor=request.GET.get("cursor", ""), size=PAGE)
    whole = total(house)
    context = house.context(page=page, of=of, total=whole)
    facts = {"total": whole and whole.data, "of": of}
    data = house.data(
        "storage", page, ({"name": _address(row), **row.storage_figure.data} for row in page.items), **facts
    )
    return render_page(request, "organizations/storage.html", context, data=data)


def counted(house: House, containers: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Those of the organization that were counted, each with its `storage_figure`, the largest first."""
    found = containers.filter(organization=house.organization, storage_figure__isnull=False)
    return found.select_related("storage_figure", "namespace", "organization").order_by(*LARGEST_FIRST)


def total(house: House) -> StorageFigure | None:
    """What the whole organization takes: for its admins, who see all that it is the sum of."""
    return StorageFigure.objects.filter(organization=house.organization).first() if house.is_admin else None


def _address(container: Project | Registry) -> str:
    return container.name if isinstance(container, Registry) else f"{container.namespace.name}/{container.name}"
