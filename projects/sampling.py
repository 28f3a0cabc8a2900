"""Fewer points that look the same: curves that keep their peaks, and rows thinned evenly; pure, in flat memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
Point = tuple[float, float]
BUCKETS = 300


class Curve:
    """Points of one key, about two for each of `BUCKETS` parts of the stream: the lowest and the highest value."""

    def __init__(self, total: int) -> None:
        self.total = max(total, 1)
        self.points: list[Point] = []
        self.bucket = -1
        self.low = self.high = self.last = (0.0, 0.0)

    def add(self, line: int, x: float, y: float) -> None:
        """Take the value `y` at `x`, from that line of the stream."""
        point = (x, y)
        bucket = line * BUCKETS // self.total
        if bucket != self.bucket:
            self._close()
            self.bucket, self.low, self.high = bucket, point, point
        elif y < self.low[1]:
            self.low = point
        elif y > self.high[1]:
            self.high = point
        self.last = point

    def _close(self) -> None:
        if self.bucket >= 0:
            self.points.extend(sorted({self.low, self.high}))

    def finish(self) -> list[Point]:
        """All points in order; the last value of the stream is always among them."""
        self._close()
        if self.bucket >= 0 and self.points[-1] != self.last:
            self.points.append(self.last)
        return self.points


def thin(rows: Iterable[T], most: int) -> list[T]:
    """At most `most` of `rows`, evenly spaced, the first one among them."""
    kept: list[T] = []
    stride = 1
    for index, row in enumerate(rows):
        if index % stride:
            continue
        if len(kept) == 2 * most:
            kept = kept[::2]
            stride *= 2
            if index % stride:
                continue
        kept.append(row)
    if len(kept) <= most:
        return kept
    return [kept[index * len(kept) // most] for index in range(most)]
