"""Editing and deleting artifacts and versions at their source."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts import directing, editing
from artifacts.forms import NamedForm
from artifacts.models import Version
from artifacts.places import artifact_crumbs, artifact_series, artifact_url, find_artifact, find_source
from artifacts.services import aliases, artifacts, versions
from artifacts.services.directions import direct_metrics
from common.errors import ConflictError
from common.forms import asks_or_changes, posted
from registries import impact, losses
from registries.services.protection import require_unprotected


@asks_or_changes
def edit_artifact(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Rename a series and describe it (F43)."""
    found = find_artifact(request.user, entity, project, type, artifact)
    require(request.user, Action.EDIT_VERSION, found.project)
    form = NamedForm(posted(request), initial={"name": found.name, "description": found.description})
    return editing.edit_text(
        request,
        form,
        lambda given: artifacts.edit_artifact(actor=request.user, artifact=found, **given),
        field="name",
        back=artifact_url(found),
        after=lambda: artifact_url(found),
        page={"title": _("Edit %(name)s") % {"name": found.name}, "crumbs": artifact_crumbs(found, _("Edit"))},
    )


@asks_or_changes
def artifact_metrics(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Which way the metrics of a series are better (F84)."""
    found = find_artifact(request.user, entity, project, type, artifact)
    require(request.user, Action.EDIT_VERSION, found.project)

    def change(ways: dict[str, bool | None], _headline: str | None) -> None:
        direct_metrics(actor=request.user, artifact=found, directions=ways)

    page: dict[str, Any] = {"title": _("Metrics of %(name)s") % {"name": found.name}}
    page |= {"crumbs": artifact_crumbs(found, _("Metrics")), "back": artifact_url(found)}
    return directing.edit_directions(request, artifact_series(found), change, page=page)


@asks_or_changes
def artifact_tags(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Add and remove the tags of a series."""
    found = find_artifact(request.user, entity, project, type, artifact)
    require(request.user, Action.TAG_VERSION, found.project)

    def retag(add: list[str], remove: list[str]) -> None:
        artifacts.tag_artifact(actor=request.user, artifact=found, add=add, remove=remove)

    context = {
        "title": _("Tags of %(name)s") % {"name": found.name},
        "tags": [tag.name for tag in found.tags.all()],
        "crumbs": artifact_crumbs(found, _("Tags")),
    }
    return editing.edit_labels(request, {"tag": retag}, here=request.path, url=artifact_url(found), context=context)


@asks_or_changes
def delete_artifact(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Delete a series with all its versions, once its name is typed (F44)."""
    found = find_artifact(request.user, entity, project, type, artifact)
    require(request.user, Action.DELETE_VERSION, found.project)
    gone = Version.objects.committed().filter(artifact=found)
    names = list(found.aliases.values_list("name", flat=True)[: losses.NAMED + 1])
    page = {
        "title": _("Delete %(name)s?") % {"name": found.name},
        "losses": [
            _("All %(count)s versions go.") % {"count": found.version_count},
            *losses.source_losses(request.user, gone, names),
        ],
        "impact": {"uses": impact.uses_of(request.user, gone), "freed": impact.freed(request.user, gone)},
        "refusal": _refusal(request.user, gone),
        "button": _("Delete artifact"),
        "done": _("%(name)s is deleted.") % {"name": found.name},
        "crumbs": artifact_crumbs(found, _("Delete")),
    }
    return editing.confirm(
        request,
        lambda: artifacts.delete_artifact(actor=request.user, artifact=found),
        word=found.name,
        back=artifact_url(found),
        after=artifact_crumbs(found)[-2][1],
        page=page,
    )


@asks_or_changes
def version_labels(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """Aliases and tags of a version."""
    place = find_source(request.user, entity, project, type, artifact, reference)

    def move(add: list[str], remove: list[str]) -> None:
        if add:
            aliases.add_aliases(actor=request.user, version=place.version, names=add)
        if remove:
            held = place.version.aliases.filter(name__in=remove).values_list("name", flat=True)  # what moved on stays
            aliases.remove_aliases(actor=request.user, artifact=place.version.artifact, names=list(held))

    return editing.edit_place_labels(request, place, move)


@asks_or_changes
def edit_version(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """The description of a version."""
    return editing.edit_place_text(request, find_source(request.user, entity, project, type, artifact, reference))


@asks_or_changes
def delete_version(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """Delete a version, its aliases and its links (F130, C13)."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    require(request.user, Action.DELETE_VERSION, place.container)
    full, gone = f"{place.name}:{place.label}", Version.objects.filter(pk=place.version.pk)
    page = {
        "title": _("Delete %(name)s?") % {"name": full},
        "losses": losses.source_losses(request.user, gone, [alias.name for alias in place.aliases]),
        "impact": {"uses": impact.uses_of(request.user, gone), "freed": impact.freed(request.user, gone)},
        "refusal": _refusal(request.user, gone),
        "button": _("Delete version"),
        "done": _("%(name)s is deleted.") % {"name": full},
        "crumbs": [*place.crumbs[:-1], (place.label, place.url), (_("Delete"), "")],
    }
    return editing.confirm(
        request,
        lambda: versions.delete_version(actor=request.user, version=place.version, delete_aliases=True),
        back=place.url,
        after=place.series_url,
        page=page,
    )


def _refusal(user: User, gone: losses.Versions) -> str:
    """Why nobody may delete these, if so (C13)."""
    try:
        require_unprotected(user, gone)
    except ConflictError as error:
        return error.message
    return ""
