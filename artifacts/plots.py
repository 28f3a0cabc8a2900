"""Where the lines of a chart of metrics over versions lie, in the pixels of its view box. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from common import scales
from common.formatting import column_format, metric

LEFT, TOP, BOTTOM, LABELS = 48, 14, 24, 104
LANE, MOST_LANES = 22, 6  # the height of a row of aliases, and how many there are at most
SAME_AXIS = 8.0  # an axis is shared while it is at most this many times as long as the shortest range on it
CHARACTER = 6.4
LOCK = 12  # what the lock before a protected alias takes
MAX_TICKS = 16


@dataclass
class Line:
    """A metric: `path` is SVG path data, `points` are (x, y, text); `label_y` is where its name stands."""

    key: str
    colour: int
    path: str
    points: list[tuple[float, float, str]]
    label_y: float


@dataclass
class Flag:
    """An alias above the plot, over its version, with as much of its name as is shown."""

    alias: str
    name: str
    x: float
    left: float
    top: float
    width: float
    is_protected: bool = False

    @property
    def middle(self) -> float:
        """Where its name is centred."""
        return self.left + (self.width + LOCK * self.is_protected) / 2

    @property
    def base(self) -> float:
        """Where its name stands."""
        return self.top + 13

    @property
    def bottom(self) -> float:
        """Where the line down to the version begins."""
        return self.top + 18


@dataclass
class Plot:
    """One set of axes with the metrics that share them."""

    width: int
    height: int
    lines: list[Line] = field(default_factory=list)
    grid: list[tuple[float, str]] = field(default_factory=list)
    ticks: list[tuple[float, str]] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    hidden: int = 0

    @property
    def right(self) -> int:
        """Where the plot ends and the names of the lines begin."""
        return self.width - LABELS

    @property
    def floor(self) -> int:
        """Where the plot ends below."""
        return self.height - BOTTOM


Values = Mapping[int, float]
Flagged = tuple[str, int, bool]  # an alias, the number of its version, whether it is protected


def plots(
    series: Mapping[str, Values], aliases: Sequence[tuple[str, int]] = (), guarded: Collection[str] = ()
) -> list[Plot]:
    """One plot for all metrics (by version number) that fit one axis, or several smaller ones where units differ.

    `guarded` are those of the aliases that are protected.
    """
    groups = _groups({key: known for key, values in series.items() if (known := _finite(values))})
    numbers = sorted({number for values in series.values() for number in values})
    size = (800, 260) if len(groups) < 2 else (390, 230)
    colours = {key: index % 8 + 1 for index, key in enumerate(series)}
    flagged = [(name, number, name in guarded) for name, number in aliases]
    return [_plot(*size, {key: series[key] for key in group}, colours, numbers, flagged) for group in groups]


def _finite(values: Values) -> list[float]:
    return [value for value in values.values() if math.isfinite(value)]


def _groups(known: Mapping[str, list[float]]) -> list[list[str]]:
    groups: list[tuple[float, float, float, list[str]]] = []  # low, high, shortest range, keys
    for key, values in known.items():
        low, high = min(values), max(values)
        span = high - low or abs(high) / 10 or 1.0
        for index, (least, most, shortest, keys) in enumerate(groups):
            wide = max(high, most) - min(low, least)
            if wide <= SAME_AXIS * min(span, shortest):
                groups[index] = (min(low, least), max(high, most), min(span, shortest), [*keys, key])
                break
        else:
            groups.append((low, high, span, [key]))
    return [keys for *_, keys in groups]


def _plot(
    width: int,
    height: int,
    series: Mapping[str, Values],
    colours: Mapping[str, int],
    numbers: Sequence[int],
    aliases: Sequence[Flagged],
) -> Plot:
    every = [value for values in series.values() for value in _finite(values)]
    levels = scales.levels(min(every), max(every))
    low, high = levels[0], levels[-1]
    step = (width - LABELS - LEFT - 8) / max(1, len(numbers) - 1)
    place = {number: round(LEFT + 8 + index * step, 1) for index, number in enumerate(numbers)}
    flags, lanes, hidden = _flags(place, width, aliases)
    plot = Plot(width, height + lanes * LANE, flags=flags, hidden=hidden)
    top = TOP + lanes * LANE

    def down(value: float) -> float:
        return round(plot.floor - (value - low) / (high - low or 1.0) * (plot.floor - top), 1)

    spec = column_format(levels)
    plot.grid = [(down(level), metric(level, spec)) for level in levels]
    skip = math.ceil(len(numbers) / (MAX_TICKS if width > 600 else MAX_TICKS // 2))
    plot.ticks = [(place[number], f"v{number}") for number in numbers[::-1][::skip]]
    written = column_format(every)
    for key, values in series.items():
        known = {number: value for number, value in values.items() if math.isfinite(value)}
        points = [(place[n], down(known[n]), f"v{n}: {key} {metric(known[n], written)}") for n in sorted(known)]
        path = "M" + "L".join(f"{x} {y}" for x, y, _ in points)
        plot.lines.append(Line(key, colours[key], path, points, points[-1][1] + 4))
    _spread(plot.lines)
    return plot


def _spread(lines: list[Line]) -> None:
    """Move names that would lie on each other apart."""
    below = -math.inf
    for line in sorted(lines, key=lambda line: line.label_y):
        line.label_y = round(max(line.label_y, below + 14), 1)
        below = line.label_y


def _flags(place: Mapping[int, float], right: float, aliases: Sequence[Flagged]) -> tuple[list[Flag], int, int]:
    """The aliases over their versions, newest first, each in the uppermost lane with room.

    Also how many lanes there are, and how many aliases found room in none.
    """
    flags: list[Flag] = []
    lanes = [right + 4] * MOST_LANES  # where the last flag in each begins
    hidden = 0
    for name, number, is_protected in sorted(aliases, key=lambda alias: -alias[1]):
        if number not in place:
            continue
        shown = name if len(name) <= 16 else f"{name[:15]}…"
        width = round(len(shown) * CHARACTER + 12 + LOCK * is_protected, 1)
        for lane, taken in enumerate(lanes):
            left = round(min(max(4.0, place[number] - width / 2), taken - width - 4), 1)
            if left >= 0 and place[number] <= left + width:
                lanes[lane] = left
                flags.append(Flag(name, shown, place[number], left, 4.0 + lane * LANE, width, is_protected))
                break
        else:
            hidden += 1
    return flags, sum(taken <= right for taken in lanes), hidden
