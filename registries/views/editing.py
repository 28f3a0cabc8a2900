"""Making, editing, tagging and deleting collections; editing and unlinking what is linked there."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from access.policy import can, require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts import directing, editing
from artifacts.forms import NamedForm
from artifacts.places import Place
from common.forms import asks_or_changes, posted
from common.htmx import lead_to
from registries import impact, losses, moving, queries
from registries.models import Registry
from registries.services import collections, links
from registries.services.metrics import set_metrics


@asks_or_changes
def edit_collection(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Rename a collection and write its card (F31 row 12)."""
    found = queries.get_collection(request.user, organization, registry, collection)
    require(request.user, Action.EDIT_COLLECTION, found.registry)
    form = NamedForm(posted(request), initial={"name": found.name, "description": found.description})
    return editing.edit_text(
        request,
        form,
        lambda given: collections.edit_collection(actor=request.user, collection=found, **given),
        field="name",
        back=queries.collection_url(found),
        after=lambda: queries.collection_url(found),
        page={"title": _("Edit %(name)s") % {"name": found.name}, "crumbs": _crumbs(found, _("Edit"))},
    )


@asks_or_changes
def collection_metrics(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Which way the metrics of a collection are better, and which one is its headline (F84, F31 row 12)."""
    found = queries.get_collection(request.user, organization, registry, collection)
    require(request.user, Action.EDIT_COLLECTION, found.registry)

    def change(ways: dict[str, bool | None], headline: str | None) -> None:
        set_metrics(actor=request.user, collection=found, directions=ways, headline=headline)

    page: dict[str, Any] = {
        "title": _("Metrics of %(name)s") % {"name": found.name},
        "crumbs": _crumbs(found, _("Metrics")),
    }
    page["back"] = queries.collection_url(found)
    series = queries.collection_series(found)
    return directing.edit_directions(request, series, change, headline=found.headline_metric, page=page)


@asks_or_changes
def collection_tags(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Add and remove the tags of a collection (F58)."""
    found = queries.get_collection(request.user, organization, registry, collection)
    require(request.user, Action.TAG_COLLECTION, found.registry)

    def retag(add: list[str], remove: list[str]) -> None:
        collections.tag_collection(actor=request.user, collection=found, add=add, remove=remove)

    context = {
        "title": _("Tags of %(name)s") % {"name": found.name},
        "tags": [tag.name for tag in found.tags.all()],
        "crumbs": _crumbs(found, _("Tags")),
    }
    return editing.edit_labels(
        request, {"tag": retag}, here=request.path, url=queries.collection_url(found), context=context
    )


@asks_or_changes
def delete_collection(request: PersonalRequest, organization: str, registry: str, collection: str) -> HttpResponse:
    """Delete a collection, once its name is typed (F44)."""
    found = queries.get_collection(request.user, organization, registry, collection)
    require(request.user, Action.DELETE_COLLECTION, found.registry)
    warnings, refusal = _guards(request, found.registry, collection=found)
    page = {
        "title": _("Delete %(name)s?") % {"name": found.name},
        "losses": [*losses.collection_losses(found), *warnings],
        "impact": {"uses": impact.uses_through(found.registry, impact.linked_versions(collection=found))},
        "refusal": refusal,
        "button": _("Delete collection"),
        "done": _("%(name)s is deleted.") % {"name": found.name},
        "crumbs": _crumbs(found, _("Delete")),
    }
    return editing.confirm(
        request,
        lambda: collections.delete_collection(actor=request.user, collection=found),
        word=found.name,
        back=queries.collection_url(found),
        after=queries.registry_url(found.registry),
        page=page,
    )


@asks_or_changes
def version_labels(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str
) -> HttpResponse:
    """Aliases and tags of a linked version (F31 rows 15 and 16)."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    if place.may["move_protected_alias"] and (question := _question(place, request.POST)):
        return lead_to(request, question)

    def move(add: list[str], remove: list[str]) -> None:
        if add:
            links.add_aliases(actor=request.user, link=place.row, names=add)
        if remove:
            held = place.row.aliases.filter(name__in=remove).values_list("name", flat=True)  # what moved on stays
            links.remove_aliases(actor=request.user, collection=place.row.collection, names=list(held))

    return editing.edit_place_labels(request, place, move)


def _question(place: Place, asked: QueryDict) -> str:
    """The address of what is asked before a protected alias moves here or is taken away; nothing where none is concerned."""
    wanted, unwanted = (asked.get(f"alias-{what}", "").strip() for what in ("add", "remove"))
    names = [*queries.collection_names(place.row.collection), place.label]
    if wanted and moving.holder_elsewhere(place, wanted):
        return reverse("registries:move_alias", args=[*names, wanted])
    if unwanted and moving.holds(place, unwanted):
        return reverse("registries:remove_alias", args=[*names, unwanted])
    return ""


@asks_or_changes
def edit_version(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str
) -> HttpResponse:
    """The description of a linked version (F31 row 13)."""
    return editing.edit_place_text(
        request, queries.find_place(request.user, organization, registry, collection, reference)
    )


@asks_or_changes
def unlink_version(
    request: PersonalRequest, organization: str, registry: str, collection: str, reference: str
) -> HttpResponse:
    """Take a version out of its collection (F135)."""
    place = queries.find_place(request.user, organization, registry, collection, reference)
    require(request.user, Action.UNLINK_VERSION, place.container)
    full, link = f"{place.name}:{place.label}", place.row
    warnings, refusal = _guards(request, link.collection.registry, link=link)
    page = {
        "title": _("Unlink %(name)s?") % {"name": full},
        "losses": [*losses.link_losses(link, [alias.name for alias in place.aliases]), *warnings],
        "impact": {"uses": impact.uses_through(link.collection.registry, [link.version_id])},
        "refusal": refusal,
        "button": _("Unlink version"),
        "done": _("%(name)s is unlinked.") % {"name": full},
        "crumbs": [*place.crumbs[:-1], (place.label, place.url), (_("Unlink"), "")],
    }
    return editing.confirm(
        request,
        lambda: links.unlink_version(actor=request.user, link=link),
        back=place.url,
        after=place.series_url,
        page=page,
    )


def _crumbs(collection: Any, here: str) -> list[tuple[str, str]]:
    crumbs = queries.collection_crumbs(collection)[:-1]
    return [*crumbs, (collection.name, queries.collection_url(collection)), (here, "")]


def _guards(request: PersonalRequest, registry: Registry, **links: Any) -> tuple[list[str], str]:
    """What the protected aliases on `links` are to this person: a warning to an admin, a refusal to others (F57)."""
    guard = losses.guards(**links)
    if not guard or can(request.user, Action.MOVE_PROTECTED_ALIAS, registry):
        return [guard] if guard else [], ""
    return [], _("Only an admin of the registry may do this.") + " " + guard
