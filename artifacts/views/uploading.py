"""Logging a version from the browser: by js/upload.js over REST, or by a plain form where no script runs."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts.forms import UploadForm
from artifacts.models import Artifact
from artifacts.services.intake import log_files
from artifacts.services.versions import Draft
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from common.uploads import LargeUploadHandler
from projects.models import Project
from projects.pages import project_crumbs
from projects.queries import find_project

MOST_NAMES = 200


@csrf_exempt  # checked below: the body may be read only once it is known how
@asks_or_changes
def upload(request: PersonalRequest, entity: str, project: str) -> HttpResponseBase:
    """Name a version and give it files; `?artifact=` names it beforehand."""
    on_disk = TemporaryFileUploadHandler(request)
    request.upload_handlers = [LargeUploadHandler(request), on_disk]
    try:
        return _upload(request, entity, project)
    finally:
        on_disk.upload_interrupted()  # Django leaves the file that was arriving when a connection broke


@csrf_protect
def _upload(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    found = find_project(request.user, entity, project)
    require(request.user, Action.LOG_VERSION, found)
    artifacts = list(Artifact.objects.filter(project=found, deleted_at=None).order_by("-updated_at")[:MOST_NAMES])
    asked = next((one for one in artifacts if one.name == request.GET.get("artifact")), None)
    initial = {"name": asked.name, "type": asked.type} if asked else {"type": "dataset"}
    form = UploadForm(posted(request), initial=initial)
    if form.is_valid():
        with form.refusals_at():
            version = log_files(actor=request.user, project=found, **_given(request, form.cleaned_data))
            messages.success(request, _("%(version)s is logged.") % {"version": version})
            artifact = version.artifact
            return redirect("artifacts:version", entity, found.name, artifact.type, artifact.name, version.label)
    context = {"project": found, "form": form, "artifacts": artifacts, "crumbs": _crumbs(found)}
    context |= {"most_bytes": settings.MAX_UPLOAD_BYTES, "form_mib": LargeUploadHandler.most}
    return render_page(request, "artifacts/upload.html", context, status=form.status)


def _given(request: PersonalRequest, given: dict[str, Any]) -> dict[str, Any]:
    """What `log_files` takes; a file's name is all that a plain form says of its path."""
    draft = Draft(
        artifact_name=given["name"],
        type=given["type"],
        digest=secrets.token_hex(16),  # until the commit knows all the files
        aliases=given["aliases"],
        tags=given["tags"],
        description=given["description"],
        metadata=given["metadata"],
    )
    files = request.FILES.getlist("files")
    return {"draft": draft, "files": [(file.name or "", file, file.size or 0) for file in files]}


def _crumbs(project: Project) -> list[tuple[str, str]]:
    address = reverse("projects:artifacts", args=[project.namespace.name, project.name])
    return [*project_crumbs(project), (_("Artifacts"), address), (_("Upload version"), "")]
