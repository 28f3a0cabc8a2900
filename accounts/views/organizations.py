"""An organization: what it consists of, and its settings."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from django.conf import settings as conf
from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.policy import require_organization_admin
from access.services.organizations import edit_organization
from accounts import directory
from accounts.organization_forms import OrganizationForm
from accounts.requests import PersonalRequest
from accounts.sign_on import groups_into
from accounts.views.house import House, open_house
from accounts.views.storage import counted, total
from artifacts.places import count_of
from common.data import PageData
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from projects.models import Project
from registries.models import Collection, Registry

SHOWN = 8
LARGEST = 5


@require_safe
def overview(request: PersonalRequest, organization: str) -> HttpResponse:
    """The people, teams and registries of an organization, the first of each, and what takes most of its storage."""
    house = open_house(request, organization, "overview")
    collections = Collection.objects.filter(registry=OuterRef("pk"), deleted_at=None)
    registries = Registry.objects.visible_to(request.user).filter(organization=house.organization)
    admins = directory.members(house.organization).filter(role="admin").order_by("user__username")
    context = house.context(
        registries=list(
            registries.select_related("organization")
            .annotate(collection_count=count_of(collections, "registry"))
            .order_by("-is_core", "name_key")[:SHOWN]
        ),
        registry_count=registries.count(),
        teams=list(directory.teams(house.organization, request.user).order_by("namespace__name_key")[:SHOWN]),
        admins=list(admins[:SHOWN]),
        total=total(house),
        projects=list(counted(house, Project.objects.visible_to(request.user))[:LARGEST]),
        shelves=list(counted(house, Registry.objects.visible_to(request.user))[:LARGEST]),
    )
    data = partial(_overview_data, house, context)
    return render_page(request, "organizations/overview.html", context, data=data)


def _overview_data(house: House, context: dict[str, Any]) -> PageData:
    """What the organization consists of, and for admins what it takes."""
    organization: Any = house.organization  # with the counts of its pages
    facts = {
        "organization": organization.name,
        "entity": organization.namespace.name,
        "members": organization.people_count,
        "teams": organization.team_count,
        "service_accounts": organization.service_count,
        "registries": context["registry_count"],
        "storage": context["total"] and context["total"].data,
    }
    return PageData("organization", facts)


@asks_or_changes
def settings(request: PersonalRequest, organization: str) -> HttpResponse:
    """What holds for all registries of the organization; and how its people sign on, which the operator sets."""
    house = open_house(request, organization, "settings")
    require_organization_admin(request.user, house.organization)
    fields = ("default_registry_role", "registry_founders")
    initial = {name: getattr(house.organization, name) for name in fields}
    form = OrganizationForm(posted(request), initial=initial)
    if form.is_valid():
        with form.refusals_at():
            edit_organization(actor=request.user, organization=house.organization, **form.cleaned_data)
            messages.success(request, _("The settings are saved."))
            return redirect(house.url("settings"))
    provider, groups = conf.OIDC, groups_into(house.organization)
    context = house.context(form=form, provider=provider, groups=groups)
    facts = {"organization": house.organization.name, **initial, "sign_on": provider and provider.name}
    data = PageData("settings", facts, [{"group": group, **asdict(place)} for group, place in groups])
    return render_page(request, "organizations/settings.html", context, status=form.status, data=lambda: data)
