"""The comparison page: everything that its templates show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from artifacts.comparing import charts
from artifacts.comparing.asked import Asked
from artifacts.comparing.contents import diff_contents
from artifacts.comparing.entries import FilesDiff, both_sides, diff_files, is_large
from artifacts.comparing.files import Change
from artifacts.comparing.histories import compare_histories
from artifacts.comparing.inputs import Inputs, compare_inputs
from artifacts.comparing.metrics import SHOWN, Row, metric_rows
from artifacts.comparing.selection import CHARTS, MOST
from artifacts.comparing.trees import SHOWN as SHOWN_KEYS
from artifacts.comparing.trees import TreeDiff, diff_trees
from artifacts.comparison import directions
from artifacts.models import VersionMetric
from artifacts.series import RECENT
from common.errors import NotFoundError
from projects.curves import AXES, View

FILES_PAGE, FILES_AT_ONCE, KEYS_AT_ONCE = 100, 12, 40  # the latter two beside the other sections
MAX_METRICS = 1000
BESIDE = 3  # as many versions leave room for the chart beside their table, as in compare.html
Context = dict[str, Any]


def comparison(asked: Asked, query: QueryDict) -> Context:
    """What the page shows of versions beside each other, by section."""
    section = asked.selection.section
    subjects, base = asked.subjects, asked.base
    context: Context = {"asked": asked, "subjects": subjects, "base": subjects[base], "section": section}
    others = _others(asked) if section in {"all", "metrics"} else {}
    metrics = _metrics(asked, others)
    files = _files(asked)
    inputs = compare_inputs(asked.user, subjects, base)
    trees = _trees(asked)
    if section in {"all", "metrics"}:
        context |= _drawn(asked, metrics, others)
    if section == "histories":
        view = View.read(query)
        context |= {"view": view, "axes": AXES}
        context["histories"] = compare_histories(subjects, view, only=asked.selection.only)
    if section == "files" and asked.selection.file:
        context["file"] = _file(asked, files)
    return context | {
        "metrics": _shown(asked, metrics),
        "trees": trees,
        "files": _page_of(asked, files),
        "inputs": _only_differing(asked, inputs),
        "counts": {
            "metrics": sum(row.differs for row in metrics),
            "metadata": sum(tree.differing for tree in trees.values()),
            "files": None if files is None else len(files.changes),
            "inputs": inputs.differing,
        },
        "key_count": sum(tree.total for tree in trees.values()),
    }


def _others(asked: Asked) -> dict[int, dict[str, float]]:
    """The metrics of the newest versions of the series, by number."""
    found: dict[int, dict[str, float]] = {}
    key, value = f"{asked.series.path}metrics__key", f"{asked.series.path}metrics__value"
    rows = asked.series.recent.filter(**{f"{key}__isnull": False}).order_by().values_list("index", key, value)
    for at, name, number in rows[: RECENT * MAX_METRICS]:
        found.setdefault(at, {})[name] = number
    return found


def _metrics(asked: Asked, others: Mapping[int, Mapping[str, float]]) -> list[Row]:
    values: dict[int, dict[str, float]] = {subject.version.pk: {} for subject in asked.subjects}
    rows = VersionMetric.objects.filter(version__in=values).order_by("key").values_list("version", "key", "value")
    for version, key, value in rows[: MOST * MAX_METRICS]:
        values[version][key] = value
    known: dict[str, bool] = {}
    for subject in sorted(asked.subjects, key=lambda subject: subject.version.pk):
        known |= directions(subject.row.definitions)  # the newest run's word counts
    known |= asked.series.directions
    return metric_rows([values[one.version.pk] for one in asked.subjects], asked.base, known, others.values())


def _shown(asked: Asked, rows: Sequence[Row]) -> Context:
    chosen = [row for row in rows if row.differs or not asked.selection.only]
    colours = [subject.colour for subject in asked.subjects]
    return {
        "rows": [(row, list(zip(row.cells, colours, strict=True))) for row in chosen[:SHOWN]],
        "all": chosen,
        "total": len(rows),
        "more": max(0, len(chosen) - SHOWN),
    }


def _drawn(asked: Asked, metrics: Sequence[Row], others: Mapping[int, Mapping[str, float]]) -> Context:
    """The chart that the address asks for, and what else it may ask for."""
    keys = [row.key for row in metrics if row.differs or not asked.selection.only][:SHOWN] or [
        row.key for row in metrics
    ]
    if not keys:
        return {"figure": None}
    chosen = asked.selection
    lower = frozenset(row.key for row in metrics if row.higher_is_better is False)
    versions = [
        charts.Version(
            one.name,
            one.colour,
            one.number,
            {row.key: value for row in metrics if (value := row.cells[index].difference.value) is not None},
        )
        for index, one in enumerate(asked.subjects)
    ]
    compared = {one.number for one in asked.subjects}
    ghosts = [values for number, values in sorted(others.items()) if number not in compared]
    kind = chosen.chart or ("parallel" if len(keys) > 2 else "bar")
    up = chosen.y if chosen.y in keys else keys[0]
    across = chosen.x if chosen.x in keys else next((key for key in keys if key != up), up)
    width = charts.WIDE if chosen.section == "metrics" or len(asked.subjects) > BESIDE else charts.WIDTH
    draw = {
        "parallel": lambda: charts.parallel(keys, versions, ghosts, lower, width),
        "bar": lambda: charts.bars(up, versions, width),
        "line": lambda: charts.over_versions(up, versions, others, width),
        "scatter": lambda: charts.scatter(across, up, versions, ghosts, width),
    }
    drawn_keys = {"parallel": keys[: charts.AXES], "scatter": [across, up]}.get(kind, [up])
    return {
        "figure": draw[kind](),
        "kind": kind,
        "kinds": CHARTS,
        "keys": keys,
        "x": across,
        "y": up,
        "drawn_keys": drawn_keys,
        "is_lower": up in lower,
        "is_lower_across": across in lower,
        "has_ghosts": bool(ghosts) and kind != "bar",
    }


def _trees(asked: Asked) -> dict[str, TreeDiff]:
    runs = [one.run for one in asked.subjects]
    trees = {
        "metadata": [one.version.metadata for one in asked.subjects],
        "config": [run.config if run else None for run in runs],
    }
    most = KEYS_AT_ONCE if asked.selection.section == "all" else SHOWN_KEYS
    only = asked.selection.only
    return {name: diff_trees(found, asked.base, only=only, most=most) for name, found in trees.items()}


def _files(asked: Asked) -> FilesDiff | None:
    old, new = (asked.subjects[index].version for index in (asked.base, asked.other))
    if asked.selection.section != "files" and is_large([old, new]):
        return None
    return diff_files(old, new)


def _page_of(asked: Asked, files: FilesDiff | None) -> Context | None:
    """The changes that fit the page, each with its address, and the addresses of the pages around it."""
    if files is None:
        return None
    size = FILES_PAGE if asked.selection.section == "files" else FILES_AT_ONCE
    start = asked.selection.start if asked.selection.section == "files" else 0
    rows = files.changes[start : start + size]
    later = start + size if len(files.changes) > start + size else None
    return {
        "rows": [(change, asked.address(section="files", file=change.path, start=start)) for change in rows],
        "total": len(files.changes),
        "start": start,
        "earlier": asked.address(section="files", start=max(0, start - size)) if start else "",
        "later": asked.address(section="files", start=later) if later else "",
        "is_cut": files.is_cut,
        "other": asked.subjects[asked.other],
        "old_total": asked.subjects[asked.base].version.file_count,
        "new_total": asked.subjects[asked.other].version.file_count,
    }


def _file(asked: Asked, files: FilesDiff | None) -> Context:
    """One file on both sides; its content only for those who may download it in both places (F32, T22)."""
    path = asked.selection.file
    changes = files.changes if files else []
    change = next((change for change in changes if change.path == path), None) or Change("same", None, None)
    old, new = asked.subjects[asked.base], asked.subjects[asked.other]
    before = change.old.path if change.old else path
    sides = both_sides(old.version, new.version, (before, path))
    if not any(sides):
        raise NotFoundError(_("Neither version has such a file."))
    may_read = all(side.may_read for side, entry in zip((old, new), sides, strict=True) if entry)
    return {
        "path": path,
        "change": change,
        "old": sides[0],
        "new": sides[1],
        "diff": diff_contents(*sides) if may_read else None,
        "pictures": [
            (side.name, side.file_url(entry.path, "thumbnail"), side.file_url(entry.path))
            for side, entry in zip((old, new), sides, strict=True)
            if entry
        ],
        "close": asked.address(section="files", start=asked.selection.start),
    }


def _only_differing(asked: Asked, inputs: Inputs) -> Inputs:
    if not asked.selection.only:
        return inputs
    return replace(inputs, rows=[row for row in inputs.rows if row.differs])
