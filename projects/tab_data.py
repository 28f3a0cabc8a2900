"""The tabs of a run as data: what each shows, in the order in which it shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from common.data import PageData
from projects.models import Run

Context = dict[str, Any]


def curves_data(run: Run, context: Context) -> PageData:
    """The points of the shown curves before they are smoothed, about 600 of each, a row for each point.

    The column that is called as the axis holds steps, seconds since the start or Unix seconds. `next` is a value for `?from=`.
    """
    axis = context["view"].axis
    rows = [
        {"key": chart["key"], axis: x, "value": y}
        for chart in context["charts"]
        for one in chart["data"]["series"]
        for x, y in one["points"]
    ]
    facts = {"run": run.name, "axis": axis, "total": context["total"], "next": context["later"]}
    return PageData(context["tab"], facts, rows, ("key", axis, "value"))


def console_data(run: Run, context: Context) -> PageData:
    """The shown lines, or those that were found, with their numbers from 1; `time` is UTC. `previous` is a value for `?to=`."""
    rows = [
        {
            "line": line.number,
            "time": line.moment or None,
            "is_error": line.is_error,
            "text": "".join(text for text, _ in line.parts),
        }
        for line in context["lines"]
    ]
    facts = {"run": run.name, "total": context["total"]}
    if context["search"]:
        facts |= {"search": context["search"], "is_cut": context["is_cut"]}
    else:
        facts |= {"next": context["later"], "previous": context["earlier"]}
    return PageData("console", facts, rows, ("line", "time", "is_error", "text"))


def files_data(run: Run, context: Context) -> PageData:
    """The shown files: sizes in bytes, and for whoever may have the bytes their SHA-256 and address."""
    page, address = context["page"], [run.project.namespace.name, run.project.name, run.name]
    rows = [
        {
            "name": file.name,
            "size": file.upload.blob.size,
            "updated_at": file.updated_at.isoformat(),
            "sha256": file.upload.blob.sha256 if context["may_download"] else None,
            "url": reverse("projects:run_file", args=[*address, file.name]) if context["may_download"] else None,
        }
        for file in page.items
    ]
    facts = {"run": run.name, "next": page.next, "previous": page.previous}
    return PageData("files", facts, rows, ("name", "size", "updated_at", "sha256", "url"))


DATA: dict[str, Callable[[Run, Context], PageData]] = {
    "charts": curves_data,
    "system": curves_data,
    "console": console_data,
    "files": files_data,
}
