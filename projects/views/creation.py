"""Making a project before a script does."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from access.policy import find_visible
from accounts.requests import PersonalRequest
from common.errors import InvalidInputError
from common.forms import asks_or_changes, posted
from common.htmx import render_page, wants_fragment
from common.names import container_name, fold
from projects import queries
from projects.forms import NewProjectForm
from projects.models import Project
from projects.services.projects import create_project, resolve_namespace


@asks_or_changes
def new_project(request: PersonalRequest) -> HttpResponse:
    """Choose whose it is, name it, describe it; `?entity=` chooses beforehand."""
    entities = queries.entities_to_log_to(request.user)
    if wants_fragment(request) and request.method == "GET":
        problem = _problem(request, request.GET.get("entity", ""), request.GET.get("name", "").strip())
        return render_page(request, "projects/project_new.html", {"problem": problem}, partial="check")
    asked = request.GET.get("entity", "") or (request.user.home.name if request.user.home else "")
    form = NewProjectForm(posted(request), entities=entities, initial={"entity": asked})
    if form.is_valid():
        with form.refusals_at("name"):
            given = form.cleaned_data
            namespace = resolve_namespace(request.user, given.pop("entity"))
            made = create_project(actor=request.user, namespace=namespace, **given)
            messages.success(request, _("The project %(name)s is created.") % {"name": made.name})
            return redirect("projects:project", namespace.name, made.name)
    back = reverse("projects:entity", args=[asked]) if asked else reverse("registries:home")
    context = {"form": form, "back_url": back, "crumbs": [(asked, back), (_("New project"), "")] if asked else []}
    return render_page(request, "projects/project_new.html", context, status=form.status)


def _problem(request: PersonalRequest, entity: str, name: str) -> str:
    """What is wrong with the name, as far as its reader may know, or nothing."""
    try:
        container_name(name, "project")
    except InvalidInputError as error:
        return error.message
    taken = find_visible(
        Project.objects.all(), request.user, namespace__name_key=fold(entity), name_key=fold(name), deleted_at=None
    )
    return _("There is a project of this name already; choose another one.") if taken else ""
