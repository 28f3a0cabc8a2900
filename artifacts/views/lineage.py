"""Lineage of artifacts and of versions in their project."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonalRequest
from artifacts import tabs
from artifacts.lineage.graph import VERSION
from artifacts.models import Artifact, Version
from artifacts.places import artifact_tab, find_artifact, find_source
from registries.lineage.page import Lineage, Start, around
from registries.lineage.responses import as_file, respond

ALL = 100  # the newest versions of an artifact that are begun from


@require_safe
def version(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """Where a version comes from and what became of it."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    found = around(request.user, Start(VERSION, [place.version.pk]), request.GET)
    return respond(request, "artifacts/version_lineage.html", tabs.head(place, "lineage"), found)


@require_safe
def version_drawing(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """The same as a picture."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    found = around(request.user, Start(VERSION, [place.version.pk]), request.GET)
    return as_file(request, found, f"{place.name}-{place.label}")


@require_safe
def artifact(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Lineage of the newest version of an artifact, or of all of them."""
    found = find_artifact(request.user, entity, project, type, artifact)
    context = artifact_tab(found, "lineage", _("Lineage"))
    return respond(request, "artifacts/artifact_lineage.html", context, _around(request, found))


@require_safe
def artifact_drawing(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """The same as a picture."""
    found = find_artifact(request.user, entity, project, type, artifact)
    return as_file(request, _around(request, found), found.name)


def _around(request: PersonalRequest, artifact: Artifact) -> Lineage:
    newest = Version.objects.committed().filter(artifact=artifact).order_by("-index").values_list("pk", flat=True)
    ids = list(newest[: ALL if request.GET.get("from") == "all" else 1])
    return around(request.user, Start(VERSION, ids), request.GET, series=True)
