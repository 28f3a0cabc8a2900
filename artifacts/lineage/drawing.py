"""Where the boxes, edges and texts of a lineage lie, in the pixels of an SVG. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from artifacts.lineage.graph import AFTER, BEFORE, RUN, Box, Mark, Picture
from artifacts.lineage.layout import Spot, arrange

BOX_WIDTH, BOX_HEIGHT, CLUSTER_HEIGHT, RADIUS = 156, 44, 64, 20
GAP, ROW = 46, 104
MARGIN, ABOVE, BELOW = 20, 48, 56
NAME = 132  # how wide the names of boxes and runs may be
REACH = 44  # from a box to the middle of a mark beside it
NARROW, MONO, SMALL = 6.6, 7.3, 5.7  # mean widths of characters at 12 px, of mono ones, and at 10.5 px
FAN, MOST_FAN = 5.0, 14.0  # how far the ends of edges lie apart, so that arrowheads do not hide each other


@dataclass(frozen=True)
class Shape:
    """A box around (x, y) of that width and height, which are a circle's for runs. `order` is that of reading."""

    box: Box
    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """Its left edge."""
        return round(self.x - self.width / 2, 1)

    @property
    def right(self) -> float:
        """Its right edge."""
        return round(self.x + self.width / 2, 1)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return round(self.y - self.height / 2, 1)


@dataclass(frozen=True)
class Line:
    """An edge: SVG path data from the box `source` to the box `target`."""

    source: str
    target: str
    path: str
    is_closed: bool


@dataclass(frozen=True)
class More:
    """A mark at its box, around the point (x, y), with the line that leads there, if any."""

    mark: Mark
    x: float
    y: float
    path: str


@dataclass(frozen=True)
class Drawing:
    """All of it; the view box begins at (0, 0)."""

    width: int
    height: int
    shapes: Sequence[Shape]
    lines: Sequence[Line]
    marks: Sequence[More]


def lay_out(picture: Picture) -> Drawing:
    """The drawing of a picture."""
    boxes = list(picture.boxes.values())
    numbers = {box.id: number for number, box in enumerate(boxes)}
    pairs = tuple((numbers[a], numbers[b]) for a, b in picture.edges)
    layout = arrange(len(boxes), pairs)
    columns = _columns(boxes, layout.spots, picture.marks)
    rows = [spot.row for spot in layout.spots] + [spot.row for bends in layout.bends.values() for spot in bends]
    highest = min(rows, default=0.0)

    def down(row: float) -> float:
        return round(ABOVE + RADIUS + (row - highest) * ROW, 1)

    shapes = {
        box.id: Shape(box, sum(columns[spot.layer]) / 2, down(spot.row), *_size(box))
        for box, spot in zip(boxes, layout.spots, strict=True)
    }
    ends = _ends(picture.edges, shapes)
    busy = {(a, AFTER) for a, _ in picture.edges} | {(b, BEFORE) for _, b in picture.edges}
    closed = {box.id for box in boxes if box.is_closed}
    lines = [
        Line(a, b, _path(ends[a, b], layout.bends.get(pair, ()), columns, down), a in closed or b in closed)
        for (a, b), pair in zip(picture.edges, pairs, strict=True)
    ]
    left, right = columns[max(columns)] if columns else (0.0, 0.0)
    return Drawing(
        width=round(right + _beside(right - left, AFTER, picture.marks)),
        height=round(down(max(rows, default=0.0)) + RADIUS + BELOW),
        shapes=sorted(shapes.values(), key=lambda shape: (shape.x, shape.y)),
        lines=lines,
        marks=[_mark(mark, shapes[mark.box], (mark.box, mark.side) in busy) for mark in picture.marks],
    )


def _size(box: Box) -> tuple[int, int]:
    if box.is_cluster:
        return BOX_WIDTH, CLUSTER_HEIGHT
    return (2 * RADIUS, 2 * RADIUS) if box.kind == RUN and not box.is_closed else (BOX_WIDTH, BOX_HEIGHT)


def _columns(boxes: Sequence[Box], spots: Sequence[Spot], marks: Sequence[Mark]) -> dict[int, tuple[float, float]]:
    """The left and right edge of each layer, as wide as its widest box."""
    widths: dict[int, int] = {}
    for box, spot in zip(boxes, spots, strict=True):
        widths[spot.layer] = max(widths.get(spot.layer, 0), _size(box)[0])
    left = _beside(widths.get(0, BOX_WIDTH), BEFORE, marks)
    columns = {}
    for layer in range(max(widths, default=-1) + 1):
        width = widths.get(layer, 2 * RADIUS)
        columns[layer] = (left, left + width)
        left += width + GAP
    return columns


def _beside(width: float, side: str, marks: Sequence[Mark]) -> float:
    """What an outermost layer leaves on its side: a margin with the marks there, and all of the names, wider than runs."""
    return max(MARGIN + REACH * any(mark.side == side for mark in marks), (NAME - width) / 2 + 4.0)


Point = tuple[float, float]


def _ends(edges: Sequence[tuple[str, str]], shapes: Mapping[str, Shape]) -> dict[tuple[str, str], tuple[Point, Point]]:
    """Where each edge leaves its box and arrives, fanned out by where the other end lies."""
    found: dict[tuple[str, str], dict[str, Point]] = {edge: {} for edge in edges}
    for side, here, there in ((AFTER, 0, 1), (BEFORE, 1, 0)):
        by_box: dict[str, list[tuple[str, str]]] = {}
        for edge in edges:
            by_box.setdefault(edge[here], []).append(edge)
        for id, group in by_box.items():
            shape = shapes[id]
            group.sort(key=lambda edge: shapes[edge[there]].y)
            reach = min(MOST_FAN, FAN * (len(group) - 1) / 2)
            for place, edge in enumerate(group):
                off = (2 * place / (len(group) - 1) - 1) * reach if len(group) > 1 else 0.0
                inset = shape.width / 2 - (RADIUS**2 - off**2) ** 0.5 if shape.width == 2 * RADIUS else 0.0
                x = shape.right - inset if side == AFTER else shape.left + inset - 3
                found[edge][side] = (round(x, 1), round(shape.y + off, 1))
    return {edge: (ends[AFTER], ends[BEFORE]) for edge, ends in found.items()}


def _path(
    ends: tuple[Point, Point],
    bends: Sequence[Spot],
    columns: Mapping[int, tuple[float, float]],
    down: Callable[[float], float],
) -> str:
    """A line that leaves and arrives level, and passes level through the layers between."""
    (x, y), end = ends
    path = f"M{x} {y}"
    for spot in bends:
        left, right = columns[spot.layer]
        path += f"{_curve((x, y), (left, down(spot.row)))}H{right}"
        x, y = right, down(spot.row)
    return path + _curve((x, y), end)


def _curve(start: Point, end: Point) -> str:
    middle = round((start[0] + end[0]) / 2, 1)
    return f"C{middle} {start[1]} {middle} {end[1]} {end[0]} {end[1]}"


def _mark(mark: Mark, shape: Shape, is_busy: bool) -> More:
    """Beside its box, with an arrow; at a corner of it where edges leave on that side already."""
    way = 1 if mark.side == AFTER else -1
    if is_busy:
        is_run = shape.width == 2 * RADIUS  # with its name below, and its type above
        x = shape.x + way * (shape.width / 2 + (12 if is_run else -18))
        y = shape.y + (-1 if is_run else -way) * (shape.height / 2 + (2 if is_run else 12))
        return More(mark, round(x, 1), round(y, 1), "")
    x = round(shape.x + way * (shape.width / 2 + REACH), 1)
    path = f"M{shape.right} {shape.y}H{x - 21}" if way > 0 else f"M{x + 18} {shape.y}H{shape.left - 3}"
    return More(mark, x, shape.y, path)


def fit(text: str, width: float, each: float = NARROW) -> str:
    """As much of `text` as has room in `width` pixels, with an ellipsis where it was cut; characters of East Asia are wide."""
    if text_width(text, each) <= width:
        return text
    kept, taken = "", each
    for character in text:
        taken += text_width(character, each)
        if taken > width:
            break
        kept += character
    return f"{kept.rstrip()}…"


def text_width(text: str, each: float = NARROW) -> float:
    """About how wide `text` is, in pixels."""
    return sum(each * (1.8 if unicodedata.east_asian_width(character) in "WF" else 1.0) for character in text)
