"""Creating a registry (F15)."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Organization, User
from access.policy import require_registry_creation
from access.reach import default_role
from access.services.roles import grant_role
from accounts.requests import PersonalRequest
from common.forms import asks_or_changes, draft, posted
from common.htmx import render_page, wants_fragment
from registries import queries
from registries.models import Registry
from registries.services.registries import create_registry
from registries.settings import name_problem
from registries.settings_forms import NewRegistryForm


@asks_or_changes
def new_registry(request: PersonalRequest, organization: str) -> HttpResponse:
    """Name, describe, open or restrict a registry, say what it accepts, and add its first members."""
    found = queries.get_organization(request.user, organization)
    require_registry_creation(request.user, found)
    if wants_fragment(request) and request.method == "GET":
        problem = name_problem(request.user, found, request.GET.get("name", "").strip())
        return render_page(request, "registries/registry_new.html", {"problem": problem}, partial="check")
    given = draft(request)
    initial = {"visibility": Registry.Visibility.ORGANIZATION} | (given or {})
    form = NewRegistryForm(None if given else posted(request), initial=initial, organization=found)
    if form.is_valid():
        with form.refusals_at("name"):
            made = _create(request.user, found, form)
            messages.success(request, _("The registry %(name)s is created.") % {"name": made.name})
            return redirect("registries:registry", found.name, made.name)
    here = reverse("registries:landing", args=[found.name])
    crumbs = [(found.name, here), (_("Registry"), here), (_("Create registry"), "")]
    context = {"organization": found, "form": form, "crumbs": crumbs, "back_url": here}
    context["preview"] = (given or {}).get("description")
    return render_page(request, "registries/registry_new.html", context, partial="preview", status=form.status)


@transaction.atomic
def _create(actor: User, organization: Organization, form: NewRegistryForm) -> Registry:
    """The registry and its first members, or nothing."""
    given = {name: form.cleaned_data[name] for name in ("name", "description", "visibility")}
    registry = create_registry(actor=actor, organization=organization, types=form.wanted_types, **given)
    for principal in form.cleaned_data["members"]:
        if principal != actor:
            grant_role(actor=actor, container=registry, principal=principal, role=default_role(principal))
    return registry
