"""What the numbers of versions say beside each other: which metrics to show, which way is up, what changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.formatting import column_format
from projects.values import display_order

MINIMIZE, MAXIMIZE = 1, 2


@dataclass(frozen=True)
class Difference:
    """One metric of a version against a base; `spec` formats all three numbers, `relative` is in percent of the base.

    `trend` are the values of the versions up to this one, oldest first, where they were asked for.
    """

    key: str
    value: float | None
    base: float | None
    spec: str
    higher_is_better: bool | None
    trend: tuple[float, ...] = ()

    @property
    def change(self) -> float | None:
        """Value minus base, where both are known."""
        return None if self.value is None or self.base is None else self.value - self.base

    @property
    def relative(self) -> float | None:
        """The change in percent of the base; None where the base is zero."""
        return None if self.change is None or not self.base else 100 * self.change / abs(self.base)

    @property
    def verdict(self) -> str:
        """`better`, `worse`, `same`, or nothing where the direction or a number is unknown."""
        if self.change is None:
            return ""
        if self.change == 0:
            return "same"
        if self.higher_is_better is None:
            return ""
        return "better" if (self.change > 0) is self.higher_is_better else "worse"


def compare(
    current: Mapping[str, float], base: Mapping[str, float], directions: Mapping[str, bool] | None = None
) -> list[Difference]:
    """Every metric that either version has, in the order of `display_order`."""
    known = directions or {}
    return [
        Difference(
            key, current.get(key), base.get(key), format_beside(base.get(key), [current.get(key)]), known.get(key)
        )
        for key in display_order({*current, *base})
    ]


def format_beside(base: float | None, values: Sequence[float | None]) -> str:
    """The format spec of `values`, of `base` and of how far they are apart."""
    apart = [value - base for value in values if value is not None] if base is not None else []
    return column_format([base, *values], apart)


def directions(definitions: Any) -> dict[str, bool]:
    """Metric to whether higher is better, from the metric definitions that a run's client noted (`define_metric`).

    A definition is an object by field number: 1 the name, 7 the summaries asked for (1 min, 2 max), 8 the goal. An
    explicit goal wins; a summary counts when it is min or max but not both. Anything else is skipped, whatever it is.
    """
    found: dict[str, bool] = {}
    for definition in definitions if isinstance(definitions, list) else ():
        if not isinstance(definition, dict) or not isinstance(definition.get("1"), str):
            continue
        goal, summary = definition.get("8"), definition.get("7")
        if goal not in (MINIMIZE, MAXIMIZE) and isinstance(summary, list):
            goals = {MINIMIZE, MAXIMIZE}.intersection(item for item in summary if isinstance(item, int))
            goal = goals.pop() if len(goals) == 1 else None
        if goal in (MINIMIZE, MAXIMIZE):
            found[definition["1"]] = goal == MAXIMIZE
    return found


def common_keys(counts: Mapping[str, int], most: int = 4) -> list[str]:
    """The metrics to show unasked: those that nearly as many versions have as have any, in display order."""
    enough = max(counts.values(), default=0) / 2
    return display_order(key for key, count in counts.items() if count >= enough)[:most]
