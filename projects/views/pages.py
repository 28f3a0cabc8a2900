"""Pages of projects and runs."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.models import Namespace
from access.policy import require
from access.roles import Action
from accounts.authentication import by_session_or_key
from accounts.requests import PersonalRequest
from common.errors import NotFoundError
from common.htmx import render_page
from projects import pages, queries
from projects.models import Project, Run
from storage.responses import blob_response
from storage.signing import base_url


@require_safe
def project_list(request: PersonalRequest, organization: str) -> HttpResponse:
    """The projects of an organization's teams, and one's own."""
    found = queries.find_organization(request.user, organization)
    search = request.GET.get("q", "").strip()
    page = queries.project_page(queries.projects_of(request.user, found), search, request.GET.get("cursor", ""))
    crumbs = [(found.name, reverse("registries:landing", args=[found.name])), (_("Projects"), "")]
    snippet = pages.first_run(base_url(request), request.user.home, "first-project")
    context = {"title": _("Projects"), "page": page, "search": search, "crumbs": crumbs, "snippet": snippet}
    return render(request, "projects/project_list.html", context)


@require_safe
def entity(request: PersonalRequest, entity: str) -> HttpResponse:
    """The projects of a person or a team; an organization's entity has its registries instead."""
    found = queries.find_namespace(request.user, entity)
    if found.kind == Namespace.Kind.ORGANIZATION:
        return redirect("registries:landing", found.organization.name)
    search = request.GET.get("q", "").strip()
    projects = Project.objects.visible_to(request.user).filter(namespace=found)
    page = queries.project_page(projects, search, request.GET.get("cursor", ""))
    snippet = pages.first_run(base_url(request), found, "first-project")
    context = {"title": found.name, "page": page, "search": search, "crumbs": [(found.name, "")], "entity": found}
    return render(request, "projects/project_list.html", context | {"snippet": snippet})


@require_safe
def project(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """The runs of a project with chosen columns."""
    found = queries.find_project(request.user, entity, project)
    runs = Run.objects.filter(project=found, deleted_at=None)
    search = request.GET.get("q", "").strip()
    available = queries.available_columns(runs)
    columns = queries.chosen_columns(available, request.GET.getlist("column"))
    page = queries.run_page(runs, columns, search, request.GET.get("cursor", ""))
    context = {
        "project": found,
        "columns": columns,
        "available": available,
        "shown_names": [column.name for column in columns],
        "page": page,
        "search": search,
        "total": runs.count(),
        "crumbs": [*pages.project_crumbs(found)[:-1], (found.name, "")],
        "snippet": pages.first_run(base_url(request), found.namespace, found.name),
    }
    return render(request, "projects/project_runs.html", context)


@require_safe
def project_artifacts(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """The artifacts of a project, by type."""
    found = queries.find_project(request.user, entity, project)
    kind = request.GET.get("type", "")
    types = queries.artifact_types(found)
    context = {
        "project": found,
        "types": types,
        "kind": kind,
        "page": queries.artifact_page(found, kind, request.GET.get("cursor", "")),
        "total": sum(item["count"] for item in types if kind in ("", item["type"])),
        "crumbs": [*pages.project_crumbs(found), (_("Artifacts"), "")],
        "snippet": pages.first_artifact(found),
    }
    return render(request, "projects/project_artifacts.html", context)


@require_safe
def run(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponse:
    """A run: facts, config, summary, inputs and outputs."""
    found = queries.find_run(request.user, entity, project, run)
    context = pages.head(found) | {"tab": ""} | pages.overview(found, request.user, request.GET)
    return render(request, "projects/run_overview.html", context)


@require_safe
def run_tab(request: PersonalRequest, entity: str, project: str, run: str, tab: str) -> HttpResponse:
    """Another tab of a run's page."""
    if tab not in pages.TABS:
        raise NotFoundError("A run has no such page.")
    found = queries.find_run(request.user, entity, project, run)
    context = pages.head(found) | {"tab": tab} | pages.TABS[tab](found, request.user, request.GET)
    return render_page(request, f"projects/run_{tab}.html", context, partial="charts" if "charts" in context else "")


@by_session_or_key
@require_safe
def run_file(request: PersonalRequest, entity: str, project: str, run: str, name: str) -> HttpResponseBase:
    """The bytes of a run's file, ranges included."""
    found = queries.find_run(request.user, entity, project, run)
    require(request.user, Action.DOWNLOAD_FILE, found.project)
    return blob_response(request, queries.find_file(found, name), name.rpartition("/")[2])
