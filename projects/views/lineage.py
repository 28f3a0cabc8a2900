"""Lineage of runs."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import PersonalRequest
from artifacts.lineage.graph import RUN
from projects import pages, queries
from registries.lineage.page import Start, around
from registries.lineage.responses import as_file, respond


@require_safe
def run(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponse:
    """What a run used, and what became of what it made."""
    found = queries.find_run(request.user, entity, project, run)
    lineage = around(request.user, Start(RUN, [found.pk]), request.GET)
    return respond(request, "projects/run_lineage.html", pages.head(found, request.user), lineage)


@require_safe
def run_drawing(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponse:
    """The same as a picture."""
    found = queries.find_run(request.user, entity, project, run)
    return as_file(request, around(request.user, Start(RUN, [found.pk]), request.GET), str(found))
