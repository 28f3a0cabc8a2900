"""Settings of a registry: read by every role, changed by permission (F21, F31)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from common.data import PageData
from common.forms import ServiceForm, TypedNameForm, asks_or_changes, draft, posted
from common.htmx import render_page
from registries import impact, settings
from registries.matrix import check_access
from registries.queries import get_registry
from registries.services.icons import set_icon
from registries.services.protection import protect_alias, unprotect_alias
from registries.services.registries import Edit, delete_registry, edit_registry
from registries.settings_forms import AliasForm, GeneralForm, IconForm, TypesForm


@asks_or_changes
def registry_settings(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Name, description and visibility; the first two can be edited here (rows 12 and 20)."""
    found = get_registry(request.user, organization, registry)
    given = draft(request)
    form = GeneralForm.of(found, None if given else posted(request), given)
    if form.is_bound:
        require(request.user, Action.RENAME_REGISTRY, found)
    if form.is_valid():
        with form.refusals_at("name"):
            edit_registry(actor=request.user, registry=found, edit=Edit(**form.cleaned_data))
            messages.success(request, _("The registry is saved."))
            return redirect("registries:registry_settings", organization, found.name)
    context = settings.settings_head(request.user, organization, registry, "registry_settings")
    context |= {"form": form, "owner": found.owner, "preview": (given or {}).get("description")}
    data = settings.settings_data(found)
    page = "registries/settings_general.html"
    return render_page(request, page, context, partial="preview", status=form.status, data=lambda: data)


@asks_or_changes
def visibility(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Open a registry to its organization, after its name is typed, or restrict it (C4)."""
    found = get_registry(request.user, organization, registry)
    require(request.user, Action.CHANGE_VISIBILITY, found)
    settings.refuse_core(found)
    wanted = request.POST.get("visibility", settings.other_visibility(found))
    widens = wanted == found.Visibility.ORGANIZATION != found.visibility
    data = posted(request)
    form = TypedNameForm(data, expected=found.name) if widens else ServiceForm(data)
    if form.is_valid():
        with form.refusals_at():
            edit_registry(actor=request.user, registry=found, edit=Edit(visibility=wanted))
            messages.success(request, _("The visibility is saved."))
            return redirect("registries:registry_settings", organization, found.name)
    context = settings.settings_head(request.user, organization, registry, "registry_settings") | {
        "form": form,
        "wanted": wanted,
        "widens": widens,
        "affected": impact.affected(found),
    }
    return render_page(request, "registries/settings_visibility.html", context, status=form.status)


@asks_or_changes
def icon(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """A picture in place of the drawing, or the drawing again; for admins (F19)."""
    found = get_registry(request.user, organization, registry)
    require(request.user, Action.CHANGE_ICON, found)
    removes = "remove" in request.POST
    data = posted(request)
    form: ServiceForm = ServiceForm(data) if removes else IconForm(data, request.FILES if data is not None else None)
    if form.is_valid():
        set_icon(actor=request.user, registry=found, picture=form.cleaned_data.get("picture"))
        messages.success(request, _("The icon is saved."))
        return redirect("registries:registry_icon", organization, found.name)
    context = settings.settings_head(request.user, organization, registry, "registry_icon") | {"form": form}
    return render_page(request, "registries/settings_icon.html", context, status=form.status)


@asks_or_changes
def types(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """The accepted types: members add some, admins say whether all are accepted (rows 19 and 24, C2)."""
    found = get_registry(request.user, organization, registry)
    form = TypesForm(posted(request))
    if form.is_bound:
        require(request.user, Action.ADD_ACCEPTED_TYPE, found)
    if form.is_valid():
        with form.refusals_at("types"):
            edit_registry(actor=request.user, registry=found, edit=form.edit)
            messages.success(request, _("The accepted types are saved."))
            return redirect("registries:registry_types", organization, found.name)
    context = settings.settings_head(request.user, organization, registry, "registry_types") | {"form": form}
    data = PageData("types", {"registry": found.name, "all": found.accepts_all_types, "types": context["types"]})
    return render_page(request, "registries/settings_types.html", context, status=form.status, data=lambda: data)


@asks_or_changes
def aliases(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """The protected aliases, where they sit, and for admins to add and remove (row 17, F57)."""
    found = get_registry(request.user, organization, registry)
    form = AliasForm(posted(request))
    if form.is_bound:
        require(request.user, Action.DEFINE_PROTECTED_ALIAS, found)
    change = unprotect_alias if "remove" in request.POST else protect_alias
    if form.is_valid():
        with form.refusals_at("name"):
            change(actor=request.user, registry=found, **form.cleaned_data)
            messages.success(request, _("The protected aliases are saved."))
            return redirect("registries:registry_aliases", organization, found.name)
    context = settings.settings_head(request.user, organization, registry, "registry_aliases") | {
        "form": form,
        "guarded": settings.guarded_aliases(found),
    }
    data = PageData("aliases", {"registry": found.name}, [row.data for row in context["guarded"]])
    return render_page(request, "registries/settings_aliases.html", context, status=form.status, data=lambda: data)


@require_safe
def access(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """What one person may do in the registry, row by row of F31, and by which grant."""
    context = settings.settings_head(request.user, organization, registry, "registry_access")
    words = request.GET.get("person", "").strip()[:128]
    people = settings.colleagues(context["registry"], words)
    context |= {"words": words, "people": people}
    if words and len(people) == 1:
        context["check"] = check_access(context["registry"], people[0])
    data = PageData(
        "access",
        {"registry": context["registry"].name, "people": [person.username for person in people]},
        context["check"].rows if "check" in context else None,
    )
    return render_page(request, "registries/settings_access.html", context, data=lambda: data)


@asks_or_changes
def delete(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Delete a registry, after what goes with it is shown and its name is typed (F23, C18)."""
    found = get_registry(request.user, organization, registry)
    require(request.user, Action.DELETE_REGISTRY, found)
    settings.refuse_core(found)
    form = TypedNameForm(posted(request), expected=found.name)
    if form.is_valid():
        with form.refusals_at():
            delete_registry(actor=request.user, registry=found)
            messages.success(request, _("The registry %(name)s is deleted.") % {"name": found.name})
            return redirect("registries:landing", organization)
    context = settings.settings_head(request.user, organization, registry, "registry_delete") | {
        "form": form,
        "losses": settings.losses_of(found),
        "impact": {"uses": impact.uses_through(found), "people": impact.visitors(found)},
    }
    return render_page(request, "registries/settings_delete.html", context, status=form.status)
