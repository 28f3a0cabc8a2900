"""What the Metrics tab of a version's page shows: its numbers against a base of the reader's choice (C28, F83)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import F
from django.http import QueryDict
from django.utils.translation import gettext as _

from access.models import User
from artifacts.comparison import Difference, compare, directions
from artifacts.places import Place, reference_filter
from common.errors import NotFoundError
from projects.curves import AXES, View, chart
from projects.models import Run
from projects.pages import value_rows
from projects.services.history import curves, numeric_keys
from projects.values import display_order

CURVES = 12
MAX_METRICS = 1000
TREND = 20  # versions
TRENDS = 200  # metrics that are drawn over versions

Context = dict[str, Any]


def metrics(place: Place, user: User, query: QueryDict, base_url: str) -> Context:
    """All values at logging time against a base that the reader chooses, and what their runs logged before and after.

    `?q=` keeps the metrics that have it in their name, `?differences=1` those that differ.
    """
    base = base_of(place, query)
    rows = differences(place, base)
    words, only = query.get("q", "").strip(), "differences" in query
    shown = [row for row in rows if words.casefold() in row.key.casefold() and not (only and row.change == 0)]
    return _runs(place, base, user, View.read(query)) | {
        "base": base,
        "differences": shown,
        "q": words,
        "only": only,
        "all": len(rows),
        "others": [item for item in place.switcher if not item.is_current],
        "is_far": base is not None and all(item.label != base.label for item in place.switcher),
    }


def base_of(place: Place, query: QueryDict) -> Any:
    """The row to compare with: `?against=v3` or `@alias`, of several the last that is not empty.

    Unasked the place's own, which may be None. Raises NotFoundError for one that is not there.
    """
    wanted = next((given for given in reversed(query.getlist("against")) if given.strip()), "").strip()
    if wanted:
        rows = place.series.rows.prefetch_related(place.series.with_aliases)
        found = rows.filter(reference_filter(wanted, "collection" if place.is_link else "artifact")).first()
        if found is None:
            raise NotFoundError(_("There is no version of that number or alias here to compare with."))
        return found
    return place.base


def differences(place: Place, base: Any) -> list[Difference]:
    """Every metric of the version or of its base, each with its trend over the versions up to this one: one query."""
    index, path = place.row.index, place.series.path
    near = range(max(index - TREND, -1) + 1, index + 1)
    values: dict[int, dict[str, float]] = {index: {}}
    rows = place.series.rows.filter(index__in={*near, base.index} if base else near).order_by()
    numbers = rows.values_list("index", f"{path}metrics__key", f"{path}metrics__value")
    for number, key, value in numbers[: (TREND + 1) * MAX_METRICS]:
        if key is not None:
            values.setdefault(number, {})[key] = value
    known = {**directions(place.definitions), **place.series.directions}
    compared = compare(values[index], values.get(base.index, {}) if base else {}, known)
    drawn = [values[number] for number in near if number in values]
    trends = (tuple(of[row.key] for of in drawn if row.key in of) for row in compared[:TRENDS])
    return [replace(row, trend=trend) for row, trend in zip(compared, trends, strict=False)] + compared[TRENDS:]


def _runs(place: Place, base: Any, user: User, view: View) -> Context:
    """The summary of the producing run, and its first curves laid over those of the base's run, where they are visible."""
    versions = {place.label: place.version.pk} | ({base.label: _version_id(place, base)} if base else {})
    produced = Run.objects.visible_to(user).filter(outputs__in=versions.values()).annotate(output=F("outputs"))
    runs = {run.output: run for run in produced.defer("config", "client_info", "notes")}  # type: ignore[attr-defined]
    own = runs.get(place.version.pk)
    keys = display_order(numeric_keys(own))[:CURVES] if own else []
    drawn = {label: curves(runs[pk], keys, axis=view.axis) for label, pk in versions.items() if pk in runs and keys}
    lines = {key: {label: of[key] for label, of in drawn.items() if key in of} for key in keys}
    return {
        "view": view,
        "axes": AXES,
        "charts": [chart(f"chart-{i}", key, lines[key], view) for i, key in enumerate(keys) if lines[key]],
        "summary": value_rows(own.summary) if own else None,
    }


def _version_id(place: Place, row: Any) -> int:
    return int(row.version_id if place.is_link else row.pk)
