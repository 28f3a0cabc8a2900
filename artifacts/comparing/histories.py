"""The curves of the producing runs laid over each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from artifacts.comparing.subjects import Subject
from projects.curves import View, chart
from projects.services.history import curves_of, numeric_keys
from projects.values import display_order

CHARTS = 12


def compare_histories(subjects: Sequence[Subject], view: View, *, only: bool) -> dict[str, Any]:
    """`charts` of the first metrics (as projects/curves.py draws them), `more` of which there are, `hidden` runs: one query.

    With `only`, metrics whose curves are all the same are left out.
    """
    runs = {subject.name: subject.run for subject in subjects if subject.run}
    keys = display_order({key for run in runs.values() for key in numeric_keys(run)})
    drawn = curves_of(set(runs.values()), keys[:CHARTS], axis=view.axis) if keys else {}
    lines = {
        key: {name: drawn[run.pk][key] for name, run in runs.items() if key in drawn.get(run.pk, {})}
        for key in keys[:CHARTS]
    }
    shown = [key for key, of in lines.items() if of and not (only and _are_same(list(of.values()), len(runs)))]
    colours = {subject.name: subject.colour for subject in subjects}
    return {
        "charts": [chart(f"chart-{index}", key, lines[key], view, colours) for index, key in enumerate(shown)],
        "more": max(0, len(keys) - CHARTS),
        "hidden": [subject.name for subject in subjects if subject.is_run_hidden],
        "has_any": bool(keys),
    }


def _are_same(curves: list[Any], runs: int) -> bool:
    return len(curves) == runs and all(curve == curves[0] for curve in curves)
