"""The metrics of several versions beside each other, against a base. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from artifacts.comparison import Difference, format_beside
from projects.values import display_order

SHOWN = 200
THINNEST = 2.0  # percent: the worst value has a bar, too

Values = Mapping[str, float]


@dataclass(frozen=True)
class Cell:
    """A version's value against the base's; `bar` is its place between the lowest and the highest of the series, in percent."""

    difference: Difference
    is_base: bool
    is_best: bool
    bar: float | None


@dataclass(frozen=True)
class Row:
    """A metric with a cell for each version."""

    key: str
    spec: str
    higher_is_better: bool | None
    cells: list[Cell]

    @property
    def differs(self) -> bool:
        """Whether any value is not the base's."""
        return len({cell.difference.value for cell in self.cells}) > 1


def metric_rows(
    versions: Sequence[Values], base: int, directions: Mapping[str, bool], others: Iterable[Values] = ()
) -> list[Row]:
    """Every metric that a version has, in display order; bars are scaled over `others`, too."""
    context = list(others)
    return [
        _row(
            key,
            [values.get(key) for values in versions],
            base,
            directions.get(key),
            [v[key] for v in context if key in v],
        )
        for key in display_order({key for values in versions for key in values})
    ]


def _row(key: str, values: list[float | None], base: int, higher: bool | None, others: list[float]) -> Row:
    known = [value for value in values if value is not None and math.isfinite(value)]
    every = [*known, *(value for value in others if math.isfinite(value))]
    spec = format_beside(values[base], values)
    best = None if higher is None or len(known) < 2 or len(set(known)) == 1 else (max if higher else min)(known)
    cells = [
        Cell(
            Difference(key, value, values[base], spec, higher),
            is_base=index == base,
            is_best=value is not None and value == best,
            bar=_bar(value, every),
        )
        for index, value in enumerate(values)
    ]
    return Row(key, spec, higher, cells)


def _bar(value: float | None, every: list[float]) -> float | None:
    if value is None or not math.isfinite(value) or min(every) == max(every):
        return None
    return round(max(THINNEST, 100 * (value - min(every)) / (max(every) - min(every))), 1)
