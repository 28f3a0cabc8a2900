"""Round values for the lines of a chart's axes. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

SPANS = [(86400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s")]
TIME_STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400]


def levels(low: float, high: float) -> list[float]:
    """Round values, two to seven of them, around what is shown."""
    span = max(high - low or abs(high) or 1.0, 1e-300)
    power = 10.0 ** math.floor(math.log10(span / 4))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if span / (factor * power) <= 5)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [index * step for index in range(first, max(last, first + 1) + 1)]


def decades(low: float, high: float) -> list[float]:
    """Powers of ten around positive values, at most eight of them."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    stride = -(-max(last - first, 1) // 7)
    return [10.0**power for power in range(first, max(last, first + 1) + stride, stride)]


def time_levels(low: float, high: float) -> list[float]:
    """Round seconds within what is shown, at most five of them."""
    span = high - low
    step = next((step for step in TIME_STEPS if span / step <= 4), 86400 * math.ceil(span / 86400 / 4))
    return [float(index * step) for index in range(math.ceil(low / step), math.floor(high / step) + 1)]


def apart(heights: Sequence[float], gap: float = 14.0) -> list[float]:
    """Where names that stand at `heights` go so that none lies on another: down, in the same order."""
    found = list(heights)
    below = -math.inf
    for index in sorted(range(len(found)), key=lambda index: heights[index]):
        found[index] = below = round(max(found[index], below + gap), 1)
    return found


def seconds(value: float) -> str:
    """`90` is `1m 30s`: the two largest units of a span."""
    unit = next((index for index, (size, _) in enumerate(SPANS) if abs(value) >= size), len(SPANS) - 1)
    size, name = SPANS[unit]
    whole = int(value // size)
    rest = int((value - whole * size) // SPANS[unit + 1][0]) if unit + 1 < len(SPANS) else 0
    return f"{whole}{name} {rest}{SPANS[unit + 1][1]}" if rest else f"{whole}{name}"


def clock(value: float, span: float) -> str:
    """A Unix time in UTC, as exact as a chart over `span` seconds needs it."""
    moment = datetime.fromtimestamp(value, UTC)
    return f"{moment:%m-%d}" if span > 4 * 86400 else f"{moment:%H:%M}" if span > 240 else f"{moment:%H:%M:%S}"
