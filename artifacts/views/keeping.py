"""How long versions are kept, and bringing deleted ones back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from access.policy import require, role_on
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts.keeping import LifetimeForm, RuleForm, deleted_data, deleted_page, find_deleted, preview
from artifacts.places import artifact_crumbs, artifact_url, find_artifact, find_source, permissions
from artifacts.services.artifacts import keep_versions
from artifacts.services.restoring import restore_version
from artifacts.services.versions import Edit, edit_version
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from projects.pages import project_crumbs
from projects.queries import find_project


@asks_or_changes
def deleted(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """The deleted versions of a project, or of one artifact, that can be restored still (F131)."""
    found = find_project(request.user, entity, project)
    require(request.user, Action.DELETE_VERSION, found)
    if request.method == "POST":
        version = restore_version(actor=request.user, version=find_deleted(found, request.POST.get("version", "")))
        messages.success(request, _("%(name)s is back, and kept forever.") % {"name": version})
        return redirect(f"{artifact_url(version.artifact)}{version.label}/")
    artifact = request.GET.get("artifact", "")[:128]
    page, rows = deleted_page(found, artifact, request.GET.get("cursor", ""))
    context = {"project": found, "artifact": artifact, "page": page, "rows": rows, "tab": "artifacts"}
    context |= {
        "crumbs": [*project_crumbs(found), (_("Deleted"), "")],
        "may": permissions(role_on(request.user, found)),
    }
    return render_page(request, "artifacts/deleted.html", context, data=lambda: deleted_data(found, rows))


@asks_or_changes
def version_retention(
    request: PersonalRequest, entity: str, project: str, type: str, artifact: str, reference: str
) -> HttpResponse:
    """How long one version is kept (F133)."""
    place = find_source(request.user, entity, project, type, artifact, reference)
    require(request.user, Action.EDIT_VERSION, place.container)
    form = LifetimeForm.of(place.version, posted(request))
    if form.is_valid():
        with form.refusals_at():
            edit = Edit(ttl_seconds=form.seconds)
            edit_version(actor=request.user, version=place.version, through=place.container, edit=edit)
            messages.success(request, _("Saved."))
            return redirect(place.url)
    context = {
        "title": _("Retention of %(name)s") % {"name": f"{place.name}:{place.label}"},
        "default_days": round(place.series.ttl_seconds / 86400, 3),
        "crumbs": [*place.crumbs[:-1], (place.label, place.url), (_("Retention"), "")],
    }
    return render_page(
        request, "artifacts/retention.html", context | {"form": form, "back": place.url}, status=form.status
    )


@asks_or_changes
def artifact_retention(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """How many versions of an artifact are kept; what a rule would take is shown before it is saved."""
    found = find_artifact(request.user, entity, project, type, artifact)
    require(request.user, Action.DELETE_VERSION, found.project)
    form = RuleForm(posted(request), initial={"keep_last": found.keep_last})
    context = {"title": _("Retention of %(name)s") % {"name": found.name}, "form": form, "back": artifact_url(found)}
    context["crumbs"] = artifact_crumbs(found, _("Retention"))
    if form.is_valid() and "preview" not in request.POST:
        with form.refusals_at("keep_last"):
            keep_versions(actor=request.user, artifact=found, keep_last=form.cleaned_data["keep_last"])
            messages.success(request, _("Saved."))
            return redirect(artifact_url(found))
    if form.is_valid():
        context |= preview(found, form.cleaned_data["keep_last"]) | {"is_preview": True}
    status = 200 if form.is_valid() else form.status
    return render_page(request, "artifacts/retention.html", context, status=status)
