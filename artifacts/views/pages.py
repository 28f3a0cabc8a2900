"""Pages of artifacts and of versions in their project."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.models import User
from access.policy import role_on
from accounts.authentication import by_session_or_key
from accounts.requests import PersonalRequest
from artifacts import file_tab, tabs
from artifacts.feed import artifact_events
from artifacts.filtering import completions
from artifacts.histories import history_context, history_data, history_page
from artifacts.models import Artifact
from artifacts.places import (
    artifact_tab,
    artifact_url,
    find_artifact,
    find_source,
    living_series,
    newest_link_url,
    permissions,
)
from artifacts.rows import versions_table
from artifacts.selection import Selection
from artifacts.serving import serve_archive, serve_file, serve_thumbnail
from artifacts.tab_data import data_of
from artifacts.table_tab import find_table, table_alone
from artifacts.tables import table_context, table_data, tag_url
from artifacts.undoing import undoable
from common.data import PageData
from common.errors import NotFoundError
from common.htmx import fills, render_page
from registries.linking import is_taken, may_link
from registries.queries import links_of
from storage.signing import base_url


@require_safe
def artifact(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """The series of an artifact's versions."""
    found = find_artifact(request.user, entity, project, type, artifact, is_taken=is_taken(request.user))
    selection, series = Selection.read(request.GET), living_series(found)
    if fills(request, "completions"):
        return render_page(
            request, "artifacts/_completions.html", {"completions": completions(series, selection.filter)}
        )
    table = versions_table(series, request.user, selection)
    full_name = f"{found.project.namespace.name}/{found.project.name}/{found.name}"
    context = _artifact_head(request.user, found)
    context |= {"links": links_of(request.user, found), "tag_url": tag_url(request.GET)}
    context |= table_context(table, selection, who=_("Logged by"), full_name=full_name)

    def data() -> PageData:
        facts = {"name": found.name, "type": found.type, "project": full_name.rpartition("/")[0]}
        facts |= {name: context[name] for name in ("total", "tags")} | {"description": found.description}
        return table_data("versions", table, facts)

    return render_page(request, "artifacts/artifact.html", context, partial="versions", data=data)


def _artifact_head(user: User, artifact: Artifact) -> dict[str, Any]:
    """What the head of an artifact's page shows `user`."""
    may = permissions(role_on(user, artifact.project))
    return {
        **artifact_tab(artifact),
        "directions_url": f"{artifact_url(artifact)}metrics/",
        "may": may,
        "may_direct": may["edit_version"],
        "may_link": may["download_version"] and may_link(user, artifact),
        "link_url": newest_link_url(artifact),
        "tags": [tag.name for tag in artifact.tags.all()],
    }


@require_safe
def version(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """A version: description, facts, first metrics."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    context = tabs.head(place, "") | tabs.overview(place, request.user, request.GET, base_url(request))
    context["may_link"] = place.may["download_version"] and may_link(request.user, place.version.artifact)
    context["may_set_ttl"] = place.may["edit_version"] and not context["links"]
    return render_page(request, "artifacts/version.html", context, data=data_of("", place, context))


@require_safe
def version_tab(
    request: PersonalRequest,
    entity: str,
    project: str,
    type: str,
    artifact: str,
    reference: str,
    tab: str,
) -> HttpResponse:
    """Another tab of a version's page."""
    if tab not in tabs.TABS:
        raise NotFoundError(_("A version has no such page."))
    place = find_source(request.user, entity, project, type, artifact, reference)
    context = tabs.head(place, tab) | tabs.TABS[tab](place, request.user, request.GET, base_url(request))
    data = data_of(tab, place, context)
    return render_page(request, f"artifacts/version_{tab}.html", context, partial=tab, data=data)


@require_safe
def artifact_history(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """What happened to a series and to its versions, newest first (C24)."""
    found = find_artifact(request.user, entity, project, type, artifact)
    asked, page = history_page(artifact_events(found), request.GET)
    context = history_context(asked, page, undoable=undoable(request.user, found.project, page.items))
    context |= artifact_tab(found, "history", _("History")) | {"title": _("History of %(name)s") % {"name": found.name}}
    return render_page(
        request, "artifacts/artifact_history.html", context, partial="history", data=lambda: history_data(context)
    )


@require_safe
def file(
    request: PersonalRequest,
    entity: str,
    project: str,
    type: str,
    artifact: str,
    reference: str,
    path: str,
) -> HttpResponse:
    """The Files tab with one file open."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    context = tabs.head(place, "files") | file_tab.one_file(place, request.GET, path)
    return render_page(request, "artifacts/version_files.html", context, partial="files")


@require_safe
def table(
    request: PersonalRequest,
    entity: str,
    project: str,
    type: str,
    artifact: str,
    reference: str,
    path: str,
) -> HttpResponse:
    """A table among the files, alone."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    found = find_table(place, request.user, request.GET, path)
    context = tabs.head(place, "files") | table_alone(place, found)
    return render_page(request, "artifacts/version_table.html", context, partial="table", data=found.data)


@by_session_or_key
@require_safe
def download(
    request: PersonalRequest,
    entity: str,
    project: str,
    type: str,
    artifact: str,
    reference: str,
    path: str,
) -> HttpResponseBase:
    """The bytes of one file."""
    return serve_file(request, find_source(request.user, entity, project, type, artifact, reference), path)


@by_session_or_key
@require_safe
def archive(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponseBase:
    """All files, or those of a folder, as a zip."""
    return serve_archive(request, find_source(request.user, entity, project, type, artifact, reference))


@require_safe
def thumbnail(
    request: PersonalRequest,
    entity: str,
    project: str,
    type: str,
    artifact: str,
    reference: str,
    path: str,
) -> HttpResponseBase:
    """The picture in one file."""
    return serve_thumbnail(request, find_source(request.user, entity, project, type, artifact, reference), path)
