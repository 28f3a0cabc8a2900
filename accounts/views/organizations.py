"""An organization: what it consists of, and its settings."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.policy import require_organization_admin
from access.services.organizations import edit_organization
from accounts import directory
from accounts.organization_forms import OrganizationForm
from accounts.requests import PersonalRequest
from accounts.views.house import open_house
from artifacts.places import count_of
from common.data import PageData
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from registries.models import Collection, Registry

SHOWN = 8


@require_safe
def overview(request: PersonalRequest, organization: str) -> HttpResponse:
    """The people, teams and registries of an organization, the first of each."""
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
    )
    return render(request, "organizations/overview.html", context)


@asks_or_changes
def settings(request: PersonalRequest, organization: str) -> HttpResponse:
    """What holds for all registries of the organization."""
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
    context = house.context(form=form)
    data = PageData("settings", {"organization": house.organization.name, **initial})
    return render_page(request, "organizations/settings.html", context, status=form.status, data=lambda: data)
