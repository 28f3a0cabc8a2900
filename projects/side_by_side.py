"""Runs side by side: their curves laid over each other, and where config and summary differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from common.data import PageData
from common.formatting import column_format, metric
from common.pagination import whole
from projects import values
from projects.curves import AXES, View, chart
from projects.models import Run
from projects.pages import CHARTS, MAX_VALUES, written
from projects.services import history

FEWEST, MOST = 2, 10


@dataclass(frozen=True)
class Row:
    """What each run has under a key, in the order of the runs; `is_number` says how to align it."""

    key: str
    cells: list[str]
    differs: bool
    is_number: bool


def labels_of(runs: Sequence[Run]) -> list[str]:
    """What to call each run: its display name, with the id where two have the same."""
    names = [str(run) for run in runs]
    return [name if names.count(name) == 1 else f"{name} ({run.name})" for name, run in zip(names, runs, strict=True)]


def rows_of(mappings: Sequence[Mapping[str, Any]], *, only_differences: bool) -> tuple[list[Row], int]:
    """A row for each key that any of `mappings` has, without the client's own `_…`; and how many are not shown."""
    flat = [{key: value for key, value in values.flatten(dict(each)) if not key.startswith("_")} for each in mappings]
    found = [_row(key, [each.get(key) for each in flat]) for key in sorted({key for each in flat for key in each})]
    shown = [row for row in found if row.differs or not only_differences]
    return shown[:MAX_VALUES], len(shown) - len(shown[:MAX_VALUES])


def _row(key: str, found: list[Any]) -> Row:
    numbers = [values.number(value) for value in found]
    differs = any(value != found[0] for value in found)
    if all(number is not None or value is None for number, value in zip(numbers, found, strict=True)):
        spec = column_format(numbers)
        return Row(key, [metric(number, spec) for number in numbers], differs, True)
    return Row(key, ["–" if value is None else written(value) for value in found], differs, False)


def compared(runs: Sequence[Run], query: QueryDict) -> dict[str, Any]:
    """The page of `?run=a&run=b&axis=runtime&smooth=0.6&all=1&q=loss`: one pass over the history of each run."""
    view, search, start = View.read(query), query.get("q", "").strip(), whole(query, "from")
    only = query.get("all") != "1"
    labels = labels_of(runs)
    colours = {label: index % 8 + 1 for index, label in enumerate(labels)}
    keys = {key for run in runs for key in history.numeric_keys(run) if search.lower() in key.lower()}
    shown = values.display_order(keys)[start : start + CHARTS]
    drawn = {label: history.curves(run, shown, axis=view.axis) for label, run in zip(labels, runs, strict=True)}
    lines = {key: {label: found[key] for label, found in drawn.items() if found.get(key)} for key in shown}
    config, more_config = rows_of([run.config for run in runs], only_differences=only)
    summary, more_summary = rows_of([run.summary for run in runs], only_differences=only)
    return {
        "runs": list(zip(labels, runs, colours.values(), strict=True)),
        "charts": [chart(f"chart-{i}", key, lines[key], view, colours) for i, key in enumerate(shown) if lines[key]],
        "total": len(keys),
        "search": search,
        "view": view,
        "axes": AXES,
        "earlier": max(0, start - CHARTS) if start else None,
        "later": start + CHARTS if len(keys) > start + CHARTS else None,
        "only": only,
        "config": config,
        "summary": summary,
        "hidden": more_config + more_summary,
    }


def data(context: Mapping[str, Any]) -> PageData:
    """The comparison as data: a column for each run, by its id."""
    names = [run.name for _, run, _ in context["runs"]]
    rows = [
        {"source": source, "key": row.key, "differs": row.differs, **dict(zip(names, row.cells, strict=True))}
        for source in ("config", "summary")
        for row in context[source]
    ]
    return PageData("runs-compared", {"runs": names}, rows)
