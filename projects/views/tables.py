"""Tables among the files of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.policy import require
from access.roles import Action
from accounts.requests import PersonalRequest
from artifacts.grids import MAX_FILES, MAX_PICTURES, File, Find, Table
from artifacts.previews import IMAGE_SUFFIXES, preview_blob
from common.errors import NotFoundError
from common.htmx import render_page
from common.sheets.choosing import Wish
from projects import media, pages, queries
from projects.models import Run


@require_safe
def run_table(request: PersonalRequest, entity: str, project: str, run: str, name: str) -> HttpResponse:
    """A table that a run logged or saved: sorted, filtered and paged by the address (F81)."""
    found = queries.find_run(request.user, entity, project, run)
    require(request.user, Action.DOWNLOAD_FILE, found.project)
    sheet = preview_blob(name, queries.find_file(found, name)).sheet
    if sheet is None:
        raise NotFoundError(_("This file is no table that can be shown; download it instead."))
    table = Table.of(name, sheet, Wish.read(request.GET))
    address = [entity, project, run]
    context = pages.head(found, request.user) | {
        "tab": "files",
        "grid": table.grid(_files_of(found, address)),
        "facts": sheet.facts,
        "data_url": reverse("projects:run_table", args=[*address, name]).removesuffix("/"),
        "files_url": reverse("projects:run_tab", args=[*address, "files"]),
        "download_url": reverse("projects:run_file", args=[*address, name]),
    }
    return render_page(request, "projects/run_table.html", context, partial="table", data=table.data)


def _files_of(run: Run, address: list[str]) -> Find:
    """What finds the files that cells name, of those that have arrived: one query."""

    def find(paths: Sequence[str]) -> Mapping[str, File]:
        there = media.blobs_of(run, paths[:MAX_FILES]) if paths else {}
        pictures = [path for path in there if path.lower().endswith(IMAGE_SUFFIXES)][:MAX_PICTURES]
        small = {path: reverse("projects:run_thumbnail", args=[*address, path]) + "?small=1" for path in pictures}
        return {path: File(reverse("projects:run_file", args=[*address, path]), small.get(path, "")) for path in there}

    return find
