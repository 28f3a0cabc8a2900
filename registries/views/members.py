"""Members and roles of a registry: the table, adding, changing, removing, and who answers for it (F22, F27 to F33)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.models import User
from access.policy import require, role_on
from access.reach import find_principal
from access.roles import Action
from accounts import roster
from accounts.requests import PersonalRequest
from common.data import PageData
from common.errors import InvalidInputError
from common.forms import asks_or_changes
from common.htmx import render_page
from registries import settings
from registries.models import Registry
from registries.queries import get_registry
from registries.services.registries import set_owner


@require_safe
def members(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Everybody who reaches the registry, with the role given here, the effective one, and why (C27)."""
    context = settings.settings_head(request.user, organization, registry, "registry_members")
    found = context["registry"]
    names = [organization, found.name]
    words = request.GET.get("q", "").strip()[:128]
    context |= roster.roster(found, request.user, words, request.GET.get("cursor", "")) | {
        "add_url": reverse("registries:add_registry_member", args=names),
        "role_url": reverse("registries:set_registry_role", args=names),
        "remove_url": reverse("registries:remove_registry_member", args=names),
        "owner_url": reverse("registries:set_registry_owner", args=names),
        "owner": found.owner_id or 0,
    }
    data = PageData("members", roster.facts(found, context), [row.data for row in context["rows"]])
    return render_page(request, "registries/settings_members.html", context, data=lambda: data)


@asks_or_changes
def add(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Look for people, teams and service accounts of the organization, choose a role, add them (row 26)."""
    found = get_registry(request.user, organization, registry)
    require(request.user, Action.ADD_MEMBER, found)
    words = request.GET.get("q", "").strip()[:128]
    here = reverse("registries:add_registry_member", args=[organization, found.name])
    if request.method == "POST":
        roster.post_role(request, found)
        return redirect(here)
    context = settings.settings_head(request.user, organization, registry, "registry_members")
    context |= roster.offers(found, words) | {
        "role_url": here,
        "back_url": reverse("registries:registry_members", args=[organization, found.name]),
    }
    return render_page(request, "registries/settings_add.html", context)


@require_POST
def set_role(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Change the role that somebody is given here (row 27)."""
    found = get_registry(request.user, organization, registry)
    roster.post_role(request, found)
    return _back(request, organization, found)


@require_POST
def remove(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Take back the role that somebody is given here; what comes by other ways stays (row 27)."""
    found = get_registry(request.user, organization, registry)
    roster.post_removal(request, found)
    return _back(request, organization, found)


@require_POST
def set_registry_owner(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Name who answers for the registry, or nobody (F22)."""
    found = get_registry(request.user, organization, registry)
    require(request.user, Action.ASSIGN_ROLE, found)
    name = request.POST.get("principal", "")
    owner = find_principal(found.organization, name) if name else None
    if owner is not None and not isinstance(owner, User):
        raise InvalidInputError(_("A person answers for a registry, not a team."))
    set_owner(actor=request.user, registry=found, owner=owner)
    messages.success(request, _("The owner is saved."))
    return _back(request, organization, found)


def _back(request: PersonalRequest, organization: str, registry: Registry) -> HttpResponse:
    """To the members, or to the shelves for somebody who has just lost sight of this one."""
    if role_on(request.user, Registry.objects.get(pk=registry.pk)) is None:
        return redirect("registries:landing", organization)
    return redirect("registries:registry_members", organization, registry.name)
