"""Which metrics are shown, which way is up, what changed, and where the lines of a chart lie."""

from __future__ import annotations

from itertools import combinations

import pytest

from artifacts.comparison import common_keys, compare, directions
from artifacts.plots import LOCK, plots
from artifacts.tree import metadata_tree
from projects.values import display_order


def test_a_goal_or_a_single_extreme_gives_the_direction() -> None:
    definitions = [
        {"1": "loss", "7": [1]},
        {"1": "acc", "8": 2},
        {"1": "both", "7": [1, 2]},
        {"1": "goal wins", "7": [2], "8": 1},
        {"2": "glob*", "7": [1]},
        {"1": ["odd"]},
        "odd",
    ]
    assert directions(definitions) == {"loss": False, "acc": True, "goal wins": False}


@pytest.mark.parametrize("odd", [None, "text", 7, {}, [None], [[]], [{"1": "x", "7": "1"}], [{"1": "x", "8": {}}]])
def test_definitions_of_any_shape_are_survived(odd: object) -> None:
    assert directions(odd) == {}


def test_differences_have_a_verdict_only_where_the_direction_is_known() -> None:
    rows = {
        row.key: row for row in compare({"a": 2.0, "b": 2.0, "c": 1.0}, {"a": 1.0, "b": 1.0, "d": 1.0}, {"a": False})
    }
    assert (rows["a"].verdict, rows["a"].relative) == ("worse", 100.0)
    assert rows["b"].verdict == ""
    assert (rows["c"].change, rows["d"].change) == (None, None)
    assert compare({"a": 1.0}, {"a": 0.0})[0].relative is None


def test_results_come_before_training_curves_and_bookkeeping() -> None:
    assert display_order(["epoch", "train/loss", "lr", "val/acc", "steps_per_second"]) == [
        "steps_per_second",
        "val/acc",
        "train/loss",
        "epoch",
        "lr",
    ]
    assert common_keys({"rare": 1, "acc": 9, "loss": 10}) == ["acc", "loss"]


def test_units_that_differ_get_axes_of_their_own() -> None:
    drawn = plots(
        {"acc": {0: 0.7, 1: 0.8}, "f1": {0: 0.6, 1: 0.7}, "ms": {0: 900.0, 1: 30.0}}, [("best", 1), ("absent", 9)]
    )
    assert [[line.key for line in plot.lines] for plot in drawn] == [["acc", "f1"], ["ms"]]
    assert [flag.name for flag in drawn[0].flags] == ["best"]


def test_every_alias_has_a_flag_over_its_version_and_none_lies_on_another() -> None:
    aliases = [("latest", 7), ("staging", 7), ("production", 6), ("rollback", 4), ("a-very-long-name-of-an-alias", 0)]
    plot = plots({"acc": {number: number / 10 for number in range(8)}}, aliases)[0]
    assert len(plot.flags) == 5
    assert not plot.hidden
    assert all(0 <= flag.left <= flag.x <= flag.left + flag.width <= plot.width for flag in plot.flags)
    for one, other in combinations(plot.flags, 2):
        apart = one.left + one.width <= other.left or other.left + other.width <= one.left
        assert apart or abs(one.top - other.top) >= 18
    assert max(flag.bottom for flag in plot.flags) < min(y for y, _ in plot.grid)


def test_the_flag_of_a_protected_alias_has_room_for_a_lock_before_its_name() -> None:
    aliases = [("production", 0), ("candidates", 1)]
    other, locked = plots({"acc": {0: 1.0, 1: 2.0}}, aliases, {"production"})[0].flags
    assert (other.is_protected, locked.is_protected) == (False, True)
    assert locked.width - other.width == LOCK
    assert locked.middle - locked.left == other.middle - other.left + LOCK


def test_beyond_the_lanes_aliases_are_counted() -> None:
    plot = plots({"acc": {0: 1.0, 1: 2.0}}, [(f"alias-{number}", 1) for number in range(20)])[0]
    assert len(plot.flags) + plot.hidden == 20
    assert plot.hidden > 0


ODD: list[dict[int, float]] = [
    {0: 1.0},
    {0: 0.0, 1: 0.0},
    {0: -5.0, 3: 5e8},
    {0: 1e-300, 1: 2e-300},
    {0: 5e-324, 1: 0.0},
    {0: 1e299, 1: 1e299 * (1 + 2**-52)},
    {0: 1e15, 1: 1e15 + 1},
    {0: float("nan"), 1: 1.0},
]


@pytest.mark.parametrize("values", ODD)
def test_odd_values_are_drawn_within_the_box(values: dict[int, float]) -> None:
    for plot in plots({"x": values}):
        for line in plot.lines:
            assert all(0 <= x <= plot.width and 0 <= y <= plot.height for x, y, _ in line.points)


def test_a_hundred_lines_of_constants_are_no_trouble() -> None:
    assert plots({f"m{index}": {0: float(10**index), 1: float(10**index)} for index in range(20)})


def test_a_tree_of_anything_is_bounded() -> None:
    deep: dict[str, object] = {}
    for _ in range(100):
        deep = {"in": deep, "x": 1}
    assert metadata_tree(deep).nodes
    wide = metadata_tree({str(number): number for number in range(5000)})
    assert (len(wide.nodes), wide.is_cut) == (2000, True)
    assert metadata_tree([1]).nodes == []
