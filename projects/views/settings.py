"""Settings of a project: read by whoever sees it, changed by its admins (F35, F36)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.policy import can, require, role_on
from access.roles import Action
from accounts import roster
from accounts.requests import PersonalRequest
from artifacts.models import Version
from common.data import PageData
from common.forms import TypedNameForm, asks_or_changes, posted
from common.htmx import render_page
from projects import pages, queries
from projects.forms import ProjectForm
from projects.models import Project
from projects.services.projects import delete_project, edit_project
from registries import impact


@asks_or_changes
def project_settings(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """Name, visibility, members and roles of a project."""
    found = queries.find_project(request.user, entity, project)
    form = ProjectForm.of(found, posted(request))
    if form.is_bound:
        require(request.user, Action.MANAGE_PROJECT, found)
    if form.is_valid():
        with form.refusals_at("name"):
            edit_project(actor=request.user, project=found, **form.cleaned_data)
            messages.success(request, _("The project is saved."))
            return redirect("projects:settings", entity, found.name)
    if form.is_bound:
        found = queries.find_project(request.user, entity, project)  # as it is stored, whatever was refused
    context = _head(request, found) | {"form": form}
    if found.organization_id is not None:
        words = request.GET.get("q", "").strip()[:128]
        context |= roster.roster(found, request.user, words, request.GET.get("cursor", "")) | _addresses(found)

    def data() -> PageData:
        facts = {"name": found.name, "visibility": found.visibility}
        if found.organization_id is None:
            return PageData("members", facts)
        return PageData("members", facts | roster.facts(found, context), [row.data for row in context["rows"]])

    return render_page(request, "projects/project_settings.html", context, status=form.status, data=data)


@asks_or_changes
def add(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """Look for people, teams and service accounts of the organization, choose a role, add them."""
    found = queries.find_project(request.user, entity, project)
    require(request.user, Action.ADD_MEMBER, found)
    if request.method == "POST":
        roster.post_role(request, found)
        return redirect("projects:add_member", entity, found.name)
    here = _addresses(found)
    context = _head(request, found) | roster.offers(found, request.GET.get("q", "").strip()[:128])
    context |= {"role_url": here["add_url"], "back_url": here["back_url"]}
    return render_page(request, "projects/project_add.html", context)


@require_POST
def set_role(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """Change the role that somebody is given here."""
    found = queries.find_project(request.user, entity, project)
    roster.post_role(request, found)
    return _back(request, found)


@require_POST
def remove(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """Take back the role that somebody is given here; what comes by other ways stays."""
    found = queries.find_project(request.user, entity, project)
    roster.post_removal(request, found)
    return _back(request, found)


@asks_or_changes
def delete(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """Delete a project, after what goes with it is shown and its name is typed."""
    found = queries.find_project(request.user, entity, project)
    require(request.user, Action.MANAGE_PROJECT, found)
    form = TypedNameForm(posted(request), expected=found.name)
    if form.is_valid():
        with form.refusals_at():
            delete_project(actor=request.user, project=found)
            messages.success(request, _("The project %(name)s is deleted.") % {"name": found.name})
            return redirect("projects:entity", entity)
    context = _head(request, found) | {"form": form, "losses": queries.losses_of(request.user, found)}
    gone = Version.objects.committed().filter(artifact__project=found)
    context["impact"] = {"uses": impact.uses_of(request.user, gone), "freed": impact.freed(request.user, gone)}
    return render_page(request, "projects/project_delete.html", context, status=form.status)


def _head(request: PersonalRequest, project: Project) -> dict[str, Any]:
    return {
        "project": project,
        "crumbs": [*pages.project_crumbs(project), (_("Settings"), "")],
        "may_manage": can(request.user, Action.MANAGE_PROJECT, project),
    }


def _addresses(project: Project) -> dict[str, str]:
    names = [project.namespace.name, project.name]
    routes = {"add_url": "add_member", "role_url": "set_role", "remove_url": "remove_member", "back_url": "settings"}
    return {key: reverse(f"projects:{route}", args=names) for key, route in routes.items()}


def _back(request: PersonalRequest, project: Project) -> HttpResponse:
    """To the settings, or to the entity for somebody who has just lost sight of the project."""
    if role_on(request.user, Project.objects.get(pk=project.pk)) is None:
        return redirect("projects:entity", project.namespace.name)
    return redirect("projects:settings", project.namespace.name, project.name)
