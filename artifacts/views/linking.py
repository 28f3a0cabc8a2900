"""Linking a version into a registry from its source (F47)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from access.policy import require, require_registry_creation
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts.places import Place, find_source
from common.errors import ForbiddenError, InvalidInputError
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from registries import linking, queries
from registries.forms import LinkToNewRegistryForm, LinkToRegistryForm
from registries.matrix import may_create_registry
from registries.models import Link, Registry
from registries.services.links import link_version
from registries.services.placing import create_registry_with


@asks_or_changes
def link_to_registry(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """Choose a registry, then a collection and aliases; the registry is in the address."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    require(request.user, Action.DOWNLOAD_VERSION, place.container)
    chosen = _chosen(request, place)
    form = LinkToRegistryForm(posted(request))
    if chosen and form.is_valid():
        with form.refusals_at("collection"):
            _link(request, place, chosen, form)
            return redirect(place.url)
    context = {
        "place": place,
        "form": form,
        "registries": list(linking.registries_for(request.user, place.version.artifact.project, type)[: linking.SHOWN]),
        "chosen": chosen,
        "may_create": may_create_registry(request.user, linking.home_of(place.version.artifact.project)),
        "collections": linking.collections_for(chosen, type) if chosen else [],
        "crumbs": [*place.crumbs[:-1], (place.label, place.url), (_("Link to registry"), "")],
    }
    return render_page(request, "artifacts/link_to_registry.html", context, partial="steps", status=form.status)


@asks_or_changes
def link_to_new_registry(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """Create a registry and a collection, and link the version there, in one step (F15)."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    require(request.user, Action.DOWNLOAD_VERSION, place.container)
    organization = linking.organization_of(place.version.artifact.project)
    require_registry_creation(request.user, organization)
    initial = {"collection": place.name, "visibility": Registry.Visibility.ORGANIZATION}
    form = LinkToNewRegistryForm(posted(request), initial=initial)
    if form.is_valid():
        with form.refusals_at("name"):
            placed = create_registry_with(
                actor=request.user, organization=organization, version=place.version, **form.given
            )
            _say(request, placed)
            return redirect(queries.collection_url(placed.collection))
    crumbs = [*place.crumbs[:-1], (place.label, place.url), (_("Link to a new registry"), "")]
    context = {"place": place, "form": form, "crumbs": crumbs}
    return render_page(request, "artifacts/link_to_new_registry.html", context, status=form.status)


def _link(request: PersonalRequest, place: Place, registry: Registry, form: LinkToRegistryForm) -> None:
    name, aliases = form.cleaned_data["collection"], form.cleaned_data["aliases"]
    placed = link_version(
        actor=request.user, registry=registry, collection_name=name, version=place.version, aliases=aliases
    )
    _say(request, placed)


def _say(request: PersonalRequest, placed: Link) -> None:
    title = placed.collection.registry.title
    messages.success(request, _("It is %(name)s in %(registry)s now.") % {"name": placed, "registry": title})


def _chosen(request: PersonalRequest, place: Place) -> Registry | None:
    """The registry of `?registry=`, into which the reader may link; without one, None while there is any to choose.

    Raises NotFoundError and ForbiddenError.
    """
    name, project = request.GET.get("registry", ""), place.version.artifact.project
    if name and project.organization:
        chosen = queries.get_registry(request.user, project.organization.name, name)
        require(request.user, Action.LINK_VERSION, chosen)
        return chosen
    some = linking.registries_for(request.user, project, place.version.artifact.type)
    if not may_create_registry(request.user, linking.home_of(project)) and not some.exists():
        raise ForbiddenError(
            _(
                "There is no registry that accepts this type and into which you may link. An admin of one can make you a member."
            )
        )
    if request.method == "POST":
        raise InvalidInputError(_("Choose a registry first: it is named in the address as ?registry=."))
    return None
