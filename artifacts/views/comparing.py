"""Versions of an artifact beside each other."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from access.policy import role_on
from access.roles import Action, allows
from accounts.requests import PersonalRequest
from artifacts.comparing.asked import Asked, crumbs
from artifacts.comparing.selection import Selection
from artifacts.comparing.serving import serve_comparison
from artifacts.comparing.subjects import find_subjects
from artifacts.places import artifact_crumbs, artifact_series, artifact_url, find_artifact


@require_safe
def compare(request: PersonalRequest, entity: str, project: str, type: str, artifact: str) -> HttpResponse:
    """Two to ten versions of an artifact."""
    found = find_artifact(request.user, entity, project, type, artifact)
    selection = Selection.read(request.GET)
    role = role_on(request.user, found.project)
    subjects = find_subjects(found, role, selection.references, keys=selection.section == "histories")
    asked = Asked(request.user, artifact_series(found), selection, subjects, allows(role, Action.EDIT_VERSION))
    return serve_comparison(request, asked, crumbs(artifact_crumbs(found), artifact_url(found)))
