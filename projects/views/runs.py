"""What people do with runs: name, describe and tag one; lay some side by side; delete one or many."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts import editing
from common.errors import NotFoundError
from common.forms import asks_or_changes, posted
from common.htmx import render_page
from projects import pages, queries, side_by_side
from projects.forms import RunForm
from projects.services.runs import RunFields, delete_runs, update_run


@asks_or_changes
def edit_run(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponse:
    """Name, notes and tags of a run."""
    found = queries.find_run(request.user, entity, project, run)
    require(request.user, Action.WRITE_RUN, found.project)
    back = pages.run_url(found.project, found)

    def change(given: dict[str, Any]) -> None:
        notes = given.pop("description")
        update_run(actor=request.user, run=found, fields=RunFields(notes=notes, **given))

    page = {"title": _("Edit %(name)s") % {"name": found}}
    page["crumbs"] = [*pages.project_crumbs(found.project), (str(found), back), (_("Edit"), "")]  # type: ignore[assignment]
    form = RunForm.of(found, posted(request))
    return editing.edit_text(request, form, change, field=None, back=back, after=lambda: back, page=page)


@require_safe
def compare(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """The runs of `?run=…&run=…`, two to ten, side by side; the address says all that is chosen."""
    found = queries.find_project(request.user, entity, project)
    runs = queries.find_runs(found, request.GET.getlist("run"))
    crumbs = [*pages.project_crumbs(found), (_("Compare runs"), "")]
    context: dict[str, Any] = {"project": found, "crumbs": crumbs, "runs": [], "config": [], "summary": []}
    if side_by_side.FEWEST <= len(runs) <= side_by_side.MOST:
        context |= side_by_side.compared(runs, request.GET)
    return render_page(
        request, "projects/runs_compare.html", context, partial="charts", data=lambda: side_by_side.data(context)
    )


@asks_or_changes
def delete_chosen(request: PersonalRequest, entity: str, project: str) -> HttpResponse:
    """Delete the runs of `?run=…&run=…`, alone or with what they logged (F132), after saying what goes."""
    found = queries.find_project(request.user, entity, project)
    require(request.user, Action.WRITE_RUN, found)
    runs = queries.find_runs(found, request.GET.getlist("run"))
    if not runs:
        raise NotFoundError(_("None of these runs is here any more. Choose some on the project's page."))
    losses = queries.losses_of_runs(request.user, runs)
    back = pages.project_crumbs(found)[-1][1]
    shown = ", ".join(str(run) for run in runs[:5])
    count = {"count": len(runs)}
    page = {
        "title": ngettext("Delete the run %(name)s?", "Delete %(count)d runs?", len(runs)) % {"name": shown, **count},
        "losses": losses.sentences(shown),
        "outputs": losses,
        "button": ngettext("Delete the run", "Delete %(count)d runs", len(runs)) % count,
        "done": ngettext("The run is deleted.", "%(count)d runs are deleted.", len(runs)) % count,
        "crumbs": [*pages.project_crumbs(found), (_("Delete runs"), "")],
    }
    return editing.confirm(
        request,
        lambda: delete_runs(actor=request.user, runs=runs, with_outputs=request.POST.get("artifacts") == "delete"),
        back=back,
        after=back,
        page=page,
        template="projects/runs_delete.html",
    )
