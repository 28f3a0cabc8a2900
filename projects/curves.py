"""Curves of runs as charts: the data of js/charts.js, and the same drawn here for readers without scripts. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from common import scales
from common.errors import InvalidInputError
from common.formatting import column_format, metric
from projects.sampling import Point, thin

AXES = ("step", "runtime", "timestamp")
MOST_SMOOTH = 0.99
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LABELS = 420, 220, 52, 8, 24, 44
DRAWN = 300
LONGEST = 8  # characters of a name at the end of a line; longer ones would take the plot's place, and are in the page's legend

Lines = Mapping[str, Sequence[Point]]


@dataclass(frozen=True)
class View:
    """How curves are looked at: over which axis, on which scale, how much smoothed (0 to 0.99)."""

    axis: str
    log: bool
    smooth: float

    @classmethod
    def read(cls, query: QueryDict, axes: Sequence[str] = AXES) -> View:
        """From `?axis=runtime&log=1&smooth=0.6`. Raises InvalidInputError."""
        asked = query.get("axis", "")
        try:
            smooth = float(query.get("smooth") or 0)
        except ValueError:
            smooth = math.nan
        if not 0 <= smooth <= MOST_SMOOTH:
            raise InvalidInputError(
                _("'smooth' in this address is not a number from 0 to %(most_smooth)s.") % {"most_smooth": MOST_SMOOTH}
            )
        return cls(asked if asked in axes else axes[0], query.get("log") == "1", smooth)


@dataclass(frozen=True)
class Line:
    """A curve as SVG path data; `label_y` is where its name stands."""

    name: str
    colour: int
    path: str
    label_y: float


@dataclass(frozen=True)
class Plot:
    """A drawn chart; `faint` are the curves before smoothing."""

    lines: list[Line]
    faint: list[Line]
    grid: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - LABELS
    is_named: bool = False


def label_room(names: Iterable[str]) -> int:
    """Pixels for the names at the ends of the lines."""
    return round(max(LABELS, 14 + 6.5 * max(map(len, names))))


def smoothed(points: Sequence[Point], weight: float) -> list[Point]:
    """The running mean that forgets by `weight` at each point, free of the pull towards its start at zero."""
    found, total, share = [], 0.0, 1.0
    for x, y in points:
        total = total * weight + y * (1 - weight)
        share *= weight
        found.append((x, total / (1 - share)))
    return found


def chart(place: str, key: str, lines: Lines, view: View, colours: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A metric's curves (by whose they are) under the id `place`; one that is not positive throughout stays linear.

    `colours`, 1 to 8, are those of the page's legend; without them lines are coloured in their order.
    """
    colours = colours or {name: index % 8 + 1 for index, name in enumerate(lines)}
    ys = [y for points in lines.values() for _, y in points]
    low, high = min(ys), max(ys)
    log = view.log and low > 0
    return {
        "id": place,
        "key": key,
        "last": next(iter(lines.values()))[-1][1],
        "low": low,
        "high": high,
        "is_forced_linear": view.log and not log,
        "plot": _plot(lines, view, log, colours),
        "data": {
            "x": view.axis,
            "series": [{"name": name, "colour": colours[name], "points": points} for name, points in lines.items()],
            "log": log,
            "smooth": view.smooth,
        },
    }


def _plot(lines: Lines, view: View, log: bool, colours: Mapping[str, int]) -> Plot:
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    levels = scales.decades(min(ys), max(ys)) if log else scales.levels(min(ys), max(ys))
    is_named = len(lines) > 1 and all(len(name) <= LONGEST for name in lines)
    right, floor = WIDTH - (label_room(lines) if is_named else LABELS), HEIGHT - BOTTOM
    start, span = min(xs), max(xs) - min(xs)
    scaled = [math.log10(level) for level in levels] if log else levels

    def across(x: float) -> float:
        return round(LEFT + (x - start) / (span or 1.0) * (right - LEFT), 1)

    def down(y: float) -> float:
        height = math.log10(y) if log else y
        return round(floor - (height - scaled[0]) / (scaled[-1] - scaled[0]) * (floor - TOP), 1)

    def line(name: str, points: Sequence[Point]) -> Line:
        path = "M" + "L".join(f"{across(x)} {down(y)}" for x, y in [*thin(points, DRAWN), points[-1]])
        return Line(name, colours[name], path, down(points[-1][1]) + 4)

    drawn = {name: smoothed(points, view.smooth) for name, points in lines.items()}
    spec = ".0e" if log and not 1e-3 <= levels[0] <= levels[-1] <= 1e5 else "g" if log else column_format(levels)
    shown = [line(name, points) for name, points in drawn.items()]
    names = scales.apart([line.label_y for line in shown])
    return Plot(
        lines=[replace(line, label_y=y) for line, y in zip(shown, names, strict=True)],
        faint=[line(*item) for item in lines.items()] if view.smooth else [],
        grid=[(down(level), metric(level, spec)) for level in levels],
        ticks=[(across(x), text) for x, text in _ticks(start, start + span, view.axis)],
        right=right,
        is_named=is_named,
    )


def _ticks(low: float, high: float, axis: str) -> list[tuple[float, str]]:
    if axis == "step":
        shown = [level for level in scales.levels(low, high) if low <= level <= high]
        return [(level, metric(level, column_format(shown))) for level in shown]
    found = scales.time_levels(low, high)
    return [(x, scales.clock(x, high - low) if axis == "timestamp" else scales.seconds(x)) for x in found]
