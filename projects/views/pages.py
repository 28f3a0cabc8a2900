"""Pages of projects and runs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.models import Namespace
from access.policy import require, role_on
from access.roles import Action
from accounts.authentication import by_session_or_key
from accounts.requests import PersonalRequest
from accounts.shell import front_of
from artifacts.places import permissions
from common.errors import NotFoundError
from common.htmx import render_page, wants_fragment
from projects import pages, queries, run_table, tab_data
from projects.models import Project
from storage.responses import blob_response
from storage.signing import base_url


@require_safe
def project_list(request: PersonalRequest, organization: str) -> HttpResponse:
    """The projects of an organization's teams, and one's own."""
    found = queries.find_organization(request.user, organization)
    crumbs = [(found.name, front_of(found.name)), (_("Projects"), "")]
    context = {"title": _("Projects"), "crumbs": crumbs}
    context["snippet"] = pages.first_run(base_url(request), request.user.home, "first-project")
    return _list(request, queries.projects_of(request.user, found), context)


@require_safe
def entity(request: PersonalRequest, entity: str) -> HttpResponse:
    """The projects of a person or a team; an organization's entity has its registries instead."""
    found = queries.find_namespace(request.user, entity)
    if found.kind == Namespace.Kind.ORGANIZATION:
        return redirect(front_of(found.organization.name))
    projects = Project.objects.visible_to(request.user).filter(namespace=found)
    snippet = pages.first_run(base_url(request), found, "first-project")
    context = {"title": found.name, "crumbs": [(found.name, "")], "entity": found, "snippet": snippet}
    return _list(request, projects, context)


def _list(request: PersonalRequest, projects: QuerySet[Project], context: dict[str, Any]) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:128]
    page = queries.project_page(projects, search, request.GET.get("cursor", ""))
    context |= {"page": page, "search": search}
    return render_page(
        request,
        "projects/project_list.html",
        context,
        partial="projects",
        data=lambda: pages.list_data(page, context["title"]),
    )


@require_safe
def project(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """The runs of a project with chosen columns."""
    found = queries.find_project(request.user, entity, project)
    selection = run_table.Selection.read(request.GET)
    context = pages.runs_context(found, selection) | {
        "may": permissions(role_on(request.user, found)),
        "snippet": pages.first_run(base_url(request), found.namespace, found.name),
    }
    facts = {"project": found.name, "entity": found.namespace.name, "total": context["total"]}
    return render_page(
        request,
        "projects/project_runs.html",
        context,
        partial="runs",
        data=lambda: run_table.table_data(context["page"], facts, lambda run: pages.run_url(found, run)),
    )


@require_safe
def project_artifacts(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """The artifacts of a project, by type."""
    found = queries.find_project(request.user, entity, project)
    kind = request.GET.get("type", "")
    types = queries.artifact_types(found)
    context: dict[str, Any] = {
        "project": found,
        "may": permissions(role_on(request.user, found)),
        "types": types,
        "kind": kind,
        "page": queries.artifact_page(found, kind, request.GET.get("cursor", "")),
        "total": sum(item["count"] for item in types if kind in ("", item["type"])),
        "crumbs": [*pages.project_crumbs(found), (_("Artifacts"), "")],
        "snippet": pages.first_artifact(found),
    }
    return render_page(
        request, "projects/project_artifacts.html", context, data=lambda: pages.artifacts_data(found, context["page"])
    )


@require_safe
def run(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponse:
    """A run: facts, config, summary, inputs and outputs."""
    found = queries.find_run(request.user, entity, project, run)
    context = pages.head(found, request.user) | {"tab": ""} | pages.overview(found, request.user, request.GET)
    return render_page(request, "projects/run_overview.html", context, data=lambda: pages.run_data(found, context))


@require_safe
def run_tab(request: PersonalRequest, entity: str, project: str, run: str, tab: str) -> HttpResponse:
    """Another tab of a run's page."""
    if tab not in pages.TABS:
        raise NotFoundError(_("A run has no such page."))
    found = queries.find_run(request.user, entity, project, run)
    context = pages.head(found, request.user) | {"tab": tab} | pages.TABS[tab](found, request.user, request.GET)
    is_same = context.get("may_follow") and request.GET.get("since") == str(context["total"])
    if is_same and wants_fragment(request):
        return HttpResponse(status=204)  # nothing new; the page asks again
    partial = "charts" if "charts" in context else tab if tab == "console" else ""
    template = f"projects/run_{tab}.html"
    return render_page(request, template, context, partial=partial, data=lambda: tab_data.DATA[tab](found, context))


@by_session_or_key
@require_safe
def run_file(request: PersonalRequest, entity: str, project: str, run: str, name: str) -> HttpResponseBase:
    """The bytes of a run's file, ranges included."""
    found = queries.find_run(request.user, entity, project, run)
    require(request.user, Action.DOWNLOAD_FILE, found.project)
    return blob_response(request, queries.find_file(found, name), name.rpartition("/")[2])
