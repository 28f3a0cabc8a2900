"""New collections, and versions that are linked into a registry or a collection; the choices depend on each other."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from common.forms import asks_or_changes, draft, posted
from common.htmx import render_page
from registries import linking, queries
from registries.forms import LinkIntoForm, LinkVersionForm, NewCollectionForm
from registries.services.links import link_version
from registries.services.placing import create_collection_with


@asks_or_changes
def new_collection(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Make a collection, empty or with a first version: its project, artifact and version are chosen in turn (F39)."""
    found = queries.get_registry(request.user, organization, registry)
    require(request.user, Action.CREATE_COLLECTION, found)
    types, given = queries.accepted_types(found), draft(request)
    kind = request.POST.get("type") or (types[0] if len(types) == 1 else "")
    steps = linking.steps(request.user, found, [kind], request.POST) if kind else linking.Steps()
    initial = {"type": kind} | (given or {})
    data = None if given else posted(request)
    form = NewCollectionForm(data, initial=initial, registry=found, types=types, versions=steps.versions)
    if form.is_valid():
        with form.refusals_at("name"):
            made = create_collection_with(actor=request.user, registry=found, **form.cleaned_data)
            messages.success(request, _("The collection %(name)s is created.") % {"name": made.name})
            return redirect("registries:collection", organization, found.name, made.name)
    crumbs = [*queries.registry_crumbs(found), (_("Create collection"), "")]
    context = {"registry": found, "form": form, "steps": steps, "kind": kind, "crumbs": crumbs}
    context |= {"preview": (given or {}).get("description"), "back": queries.registry_url(found), "types": types}
    part = "preview" if "preview" in request.POST else "first"
    return render_page(request, "registries/collection_new.html", context, partial=part, status=form.status)


@asks_or_changes
def link_new_version(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Choose project, artifact and version, and link it (F46); the choices are in the address."""
    found = queries.get_collection(request.user, organization, registry, collection)
    require(request.user, Action.LINK_VERSION, found.registry)
    steps = linking.steps(request.user, found.registry, [found.type], request.GET)
    form = LinkVersionForm(posted(request), versions=steps.versions)
    if form.is_valid():
        with form.refusals_at("aliases"):
            placed = link_version(
                actor=request.user, registry=found.registry, collection_name=found.name, **form.cleaned_data
            )
            messages.success(request, _("%(name)s is linked.") % {"name": placed})
            return redirect(queries.collection_url(found))
    crumbs = [*queries.collection_crumbs(found)[:-1], (found.name, queries.collection_url(found))]
    context = {"title": found.name, "type": found.type, "steps": steps, "form": form, "shown": linking.SHOWN}
    context |= {"back": queries.collection_url(found), "crumbs": [*crumbs, (_("Link new version"), "")]}
    return render_page(request, "registries/link_new_version.html", context, partial="steps", status=form.status)


@asks_or_changes
def link_into_registry(request: PersonalRequest, organization: str, registry: str) -> HttpResponse:
    """Choose project, artifact and version, and a collection for it, there already or new (F46)."""
    found = queries.get_registry(request.user, organization, registry)
    require(request.user, Action.LINK_VERSION, found)
    types = None if found.accepts_all_types else queries.accepted_types(found)
    steps = linking.steps(request.user, found, types, request.GET)
    form = LinkIntoForm(posted(request), versions=steps.versions)
    if form.is_valid():
        given = dict(form.cleaned_data)
        with form.refusals_at("collection"):
            name = given.pop("collection")
            placed = link_version(actor=request.user, registry=found, collection_name=name, **given)
            messages.success(request, _("%(name)s is linked.") % {"name": placed})
            return redirect("registries:collection", organization, found.name, placed.collection.name)
    context = {"title": found.title, "steps": steps, "form": form, "shown": linking.SHOWN}
    context["collections"] = linking.collections_for(found, steps.artifact.type) if steps.artifact else []
    crumbs = [*queries.registry_crumbs(found), (_("Link a version"), "")]
    context |= {"back": queries.registry_url(found), "crumbs": crumbs}
    return render_page(request, "registries/link_new_version.html", context, partial="steps", status=form.status)
