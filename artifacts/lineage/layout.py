"""Where boxes of a graph stand: in layers from left to right, with few crossings. The one place that knows fast-sugiyama."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fast_sugiyama import from_edges

DUMMY = 0.35  # the share of a row that a passing edge takes


@dataclass(frozen=True)
class Spot:
    """A layer, counted from the left, and a row in it, which may lie between two."""

    layer: int
    row: float


@dataclass(frozen=True)
class Layout:
    """The spot of each vertex, and for each edge those that it passes on its way."""

    spots: Sequence[Spot]
    bends: Mapping[tuple[int, int], Sequence[Spot]]


@lru_cache(maxsize=256)
def arrange(count: int, edges: tuple[tuple[int, int], ...]) -> Layout:
    """Place `count` vertices, an edge to the right unless it closes a circle; parts that do not touch lie below each other.

    The same graph is laid out once: whoever looks at its nodes one after the other asks for it each time.
    """
    wanted = [(one, other) for one, other in dict.fromkeys(edges) if one != other]
    turned = _closing(count, wanted)
    # The library ends the process over a loop, so circles are opened here; and it counts an edge that is given twice.
    given = dict.fromkeys((b, a) if (a, b) in turned else (a, b) for a, b in wanted)
    touched = sorted({vertex for edge in given for vertex in edge})
    spots: dict[int, Spot] = {}
    passed: dict[tuple[int, int], list[Spot]] = {}
    row = 0.0
    for places, steps in _parts(touched, list(given)):
        first, top = max(y for _, y in places.values()), min(x for x, _ in places.values())
        local = {vertex: Spot(round(first - y), round(row + x - top, 3)) for vertex, (x, y) in places.items()}
        passed |= _ways(steps, local)
        spots |= {vertex: spot for vertex, spot in local.items() if vertex >= 0}
        row = max(spot.row for spot in local.values()) + 1
    for vertex in range(count):
        if vertex not in spots:
            spots[vertex] = Spot(0, row)
            row += 1
    bends = {(a, b): passed.get((b, a), [])[::-1] if (a, b) in turned else passed.get((a, b), []) for a, b in wanted}
    return Layout([spots[vertex] for vertex in range(count)], bends)


Part = tuple[dict[int, tuple[float, float]], list[tuple[int, int]]]


def _parts(vertices: list[int], edges: list[tuple[int, int]]) -> list[Part]:
    """For each connected part the place of its vertices, and its edges; what long ones pass on their way has negative numbers."""
    if not edges:
        return []
    numbers = {vertex: number for number, vertex in enumerate(vertices)}
    laid = from_edges(
        [(numbers[a], numbers[b]) for a, b in edges],
        vertex_spacing=1.0,
        dummy_size=DUMMY,
        ranking_type="minimize",
        transpose=True,
    )

    def known(number: int | str) -> int:
        return vertices[int(number)] if int(number) < len(vertices) else -int(number)

    parts = [
        ({known(vertex): place for vertex, place in places}, [(known(a), known(b)) for a, b in steps or ()])
        for places, _, _, steps in laid
    ]
    return sorted(parts, key=lambda part: min(vertex for vertex in part[0] if vertex >= 0))


def _ways(steps: list[tuple[int, int]], spots: dict[int, Spot]) -> dict[tuple[int, int], list[Spot]]:
    """By edge: the spots it passes, each of which leads to one other."""
    onward = {a: b for a, b in steps if a < 0}
    ways = {}
    for start, vertex in steps:
        if start >= 0:
            passed, end = [], vertex
            while end < 0:
                passed.append(spots[end])
                end = onward[end]
            ways[start, end] = passed
    return ways


def _closing(count: int, edges: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """The edges that close a circle, met in a walk in depth: turned round, they leave none."""
    after: dict[int, list[int]] = {}
    for a, b in edges:
        after.setdefault(a, []).append(b)
    found, done, path = set(), set[int](), set[int]()
    for root in range(count):
        waiting = [(root, False)]
        while waiting:
            vertex, is_left = waiting.pop()
            if is_left:
                path.discard(vertex)
                done.add(vertex)
            elif vertex not in done and vertex not in path:
                path.add(vertex)
                waiting.append((vertex, True))
                for b in after.get(vertex, ()):
                    if b in path:
                        found.add((vertex, b))
                    elif b not in done:
                        waiting.append((b, False))
    return found
