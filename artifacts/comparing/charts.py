"""Charts of metrics of compared versions: where each line, dot and word lies in the pixels of the view box. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from common import scales
from common.formatting import column_format, metric

WIDTH, WIDE, HEIGHT = 560, 880, 340  # beside a table, and alone in the width of the page
LEFT, RIGHT, TOP, BOTTOM = 56, 96, 16, 36
AXES = 8
CHARACTER = 6.8
MOST_TICKS = 12
GAP = 14.0  # between names

Values = Mapping[str, float]


@dataclass(frozen=True)
class Version:
    """What is drawn of a version: its colour (1 to 8), its number if it is of this series, its metrics."""

    name: str
    colour: int
    number: int | None
    values: Values


@dataclass(frozen=True)
class Text:
    """A word at a place; `css` are its classes, `title` is all of it where it was cut."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    css: str = ""
    title: str = ""


@dataclass(frozen=True)
class Trace:
    """A version in its colour: its name, a line as SVG path data or nothing, dots as (x, y, what they say)."""

    colour: int
    name: Text
    path: str
    dots: list[tuple[float, float, str]]


@dataclass
class Figure:
    """A chart. Lines are (x1, y1, x2, y2), bars (x, y, width, height, colour, what they say); ghosts are other versions."""

    width: int = WIDTH
    height: int = HEIGHT
    grid: list[tuple[float, float, float, float]] = field(default_factory=list)
    axes: list[tuple[float, float, float, float]] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    ghost_dots: list[tuple[float, float, str]] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    bars: list[tuple[float, float, float, float, int, str]] = field(default_factory=list)

    @property
    def is_wide(self) -> bool:
        """Whether it is drawn for the width of the page."""
        return self.width >= WIDE


def parallel(
    keys: Sequence[str],
    versions: Sequence[Version],
    others: Sequence[Values],
    lower: frozenset[str],
    width: int = WIDTH,
) -> Figure:
    """An axis for each of the first eight metrics, better values higher up: axes of `lower` metrics stand on their head."""
    figure = Figure(width)
    keys = list(keys[:AXES])
    top, floor = 64.0, HEIGHT - 32.0
    step = (width - 50 - RIGHT) / max(1, len(keys) - 1)
    places = {key: round(50 + index * step, 1) for index, key in enumerate(keys)}
    spans: dict[str, tuple[float, float]] = {}
    for index, key in enumerate(keys):
        every = [values[key] for values in [*others, *(one.values for one in versions)] if _is_known(values, key)]
        low, high = (min(every), max(every)) if every else (0.0, 0.0)
        spans[key] = (high, low) if key in lower else (low, high)
        spec = column_format([low, high])
        x = places[key]
        figure.axes.append((x, top, x, floor))
        room = int((2 if step < 90 and len(keys) > 1 else 1) * step / CHARACTER) if len(keys) > 1 else 40
        # Where axes stand close, every second name moves up.
        figure.texts.append(_cut(x, 30 if index % 2 or step >= 90 else 14, key, max(4, room - 1), "lab mono"))
        figure.texts.append(Text(x, top - 10, metric(spans[key][1], spec)))
        figure.texts.append(Text(x, floor + 16, metric(spans[key][0], spec)))

    def down(key: str, value: float) -> float:
        start, end = spans[key]
        return round(floor - ((value - start) / (end - start) if end != start else 0.5) * (floor - top), 1)

    figure.ghosts = [path for values in others if (path := _broken(keys, places, values, down))]
    for one in versions:
        dots = [
            (places[key], down(key, one.values[key]), f"{one.name}: {key} {metric(one.values[key])}")
            for key in keys
            if _is_known(one.values, key)
        ]
        if dots:
            figure.traces.append(
                Trace(one.colour, _name(one, *dots[-1][:2]), _broken(keys, places, one.values, down), dots)
            )
    return _with_names_apart(figure, floor + 4)


def _broken(
    keys: Sequence[str], places: Mapping[str, float], values: Values, down: Callable[[str, float], float]
) -> str:
    """A line through the known values, with a gap wherever one is missing."""
    path, pen = "", "M"
    for key in keys:
        if _is_known(values, key):
            path += f"{pen}{places[key]} {down(key, values[key])}"
            pen = "L"
        else:
            pen = "M"
    return path


def bars(key: str, versions: Sequence[Version], width: int = WIDTH) -> Figure:
    """One metric, a bar for each version from zero, with its value at the end."""
    known = [one for one in versions if _is_known(one.values, key)]
    figure = Figure(width, 48 + 32 * len(known))
    if not known:
        return figure
    levels = scales.levels(min(0.0, *(one.values[key] for one in known)), max(0.0, *(one.values[key] for one in known)))
    spec, ticks = column_format([one.values[key] for one in known]), column_format(levels)
    left, right, floor = 104.0, float(width - RIGHT), figure.height - 28.0

    def across(value: float) -> float:
        return round(left + (value - levels[0]) / (levels[-1] - levels[0]) * (right - left), 1)

    for level in levels:
        figure.grid.append((across(level), 8, across(level), floor))
        figure.texts.append(Text(across(level), floor + 18, metric(level, ticks)))
    for index, one in enumerate(known):
        start, end = sorted((across(0), across(one.values[key])))
        y, said = 14.0 + 32 * index, metric(one.values[key], spec)
        figure.bars.append((start, y, max(1.0, round(end - start, 1)), 20, one.colour, f"{one.name}: {key} {said}"))
        figure.texts.append(_cut(left - 10, y + 14, one.name, 13, "mono lab", anchor="end"))
        figure.texts.append(Text(end + 6, y + 14, said, "start", "lab"))
    return figure


def over_versions(key: str, versions: Sequence[Version], others: Mapping[int, Values], width: int = WIDTH) -> Figure:
    """One metric over the numbers of this series; versions from elsewhere stand at the right."""
    figure = Figure(width)
    series = {number: values[key] for number, values in others.items() if _is_known(values, key)}
    known = [one for one in versions if _is_known(one.values, key)]
    series |= {one.number: one.values[key] for one in known if one.number is not None}
    numbers = sorted(series)
    slots: list[object] = [*numbers, *(one.name for one in known if one.number is None)]
    every = [*series.values(), *(one.values[key] for one in known)]
    if not every:
        return figure
    step = (width - LEFT - RIGHT - 8) / max(1, len(slots) - 1)
    place = {slot: round(LEFT + 8 + index * step, 1) for index, slot in enumerate(slots)}
    down = _Upright(figure, every)
    stride = math.ceil(len(numbers) / MOST_TICKS) or 1
    figure.texts += [Text(place[n], HEIGHT - 16, f"v{n}", css="mono") for n in numbers[::-1][::stride]]
    if numbers:
        figure.ghosts.append("M" + "L".join(f"{place[n]} {down(series[n])}" for n in numbers))
    compared = {one.number for one in known}
    figure.ghost_dots = [
        (place[n], down(series[n]), f"v{n}: {key} {metric(series[n])}") for n in numbers if n not in compared
    ]
    for one in known:
        x, y = place[one.name if one.number is None else one.number], down(one.values[key])
        figure.traces.append(
            Trace(one.colour, _name(one, x, y), "", [(x, y, f"{one.name}: {key} {metric(one.values[key])}")])
        )
    return _with_names_apart(figure)


def scatter(across: str, up: str, versions: Sequence[Version], others: Sequence[Values], width: int = WIDTH) -> Figure:
    """One metric against another."""
    figure = Figure(width)
    known = [one for one in versions if _is_known(one.values, across) and _is_known(one.values, up)]
    ghosts = [values for values in others if _is_known(values, across) and _is_known(values, up)]
    if not known:
        return figure
    every = [*ghosts, *(one.values for one in known)]
    down = _Upright(figure, [values[up] for values in every])
    levels = scales.levels(min(values[across] for values in every), max(values[across] for values in every))
    spec = column_format(levels)

    def right(value: float) -> float:
        return round(LEFT + 8 + (value - levels[0]) / (levels[-1] - levels[0]) * (width - LEFT - RIGHT - 16), 1)

    figure.texts += [Text(right(level), HEIGHT - 20, metric(level, spec)) for level in levels]
    figure.texts.append(_cut((LEFT + width - RIGHT) / 2, HEIGHT - 4, across, 48, "lab mono"))
    figure.ghost_dots = [
        (right(values[across]), down(values[up]), f"{across} {metric(values[across])}, {up} {metric(values[up])}")
        for values in ghosts
    ]
    for one in known:
        x, y = right(one.values[across]), down(one.values[up])
        said = f"{one.name}: {across} {metric(one.values[across])}, {up} {metric(one.values[up])}"
        figure.traces.append(Trace(one.colour, _name(one, x, y), "", [(x, y, said)]))
    return _with_names_apart(figure)


class _Upright:
    """A vertical scale with its lines and numbers in `figure`: maps values to pixels."""

    def __init__(self, figure: Figure, values: Sequence[float]) -> None:
        self.levels = scales.levels(min(values), max(values))
        self.floor, self.top = HEIGHT - BOTTOM - 4.0, float(TOP)
        spec = column_format(self.levels)
        for level in self.levels:
            y = self(level)
            figure.grid.append((LEFT, y, figure.width - RIGHT, y))
            figure.texts.append(Text(LEFT - 8, y + 4, metric(level, spec), "end"))

    def __call__(self, value: float) -> float:
        low, high = self.levels[0], self.levels[-1]
        return round(self.floor - (value - low) / (high - low) * (self.floor - self.top), 1)


def _is_known(values: Values, key: str) -> bool:
    return key in values and math.isfinite(values[key])


def _cut(x: float, y: float, text: str, room: int, css: str, anchor: str = "middle") -> Text:
    short = text if len(text) <= room else f"{text[: room - 1]}…"
    return Text(x, y, short, anchor, css, text if short != text else "")


def _name(one: Version, x: float, y: float) -> Text:
    return _cut(x + 10, y + 4, one.name, 12, "txt-c", anchor="start")


def _with_names_apart(figure: Figure, lowest: float = HEIGHT - 4.0) -> Figure:
    """Move names that would lie on each other down, and those that would then lie below `lowest` up."""
    heights = scales.apart([trace.name.y for trace in figure.traces])
    room = lowest
    for index in sorted(range(len(heights)), key=lambda index: -heights[index]):
        heights[index] = min(heights[index], room)
        room = heights[index] - GAP
    figure.traces = [
        replace(trace, name=replace(trace.name, y=round(y, 1))) for trace, y in zip(figure.traces, heights, strict=True)
    ]
    return figure
