"""Curves as the server draws them: where points lie, what stands on the axes, what smoothing does."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict

from common.errors import InvalidInputError
from common.scales import apart, clock, decades, levels, seconds, time_levels
from projects.curves import LABELS, WIDTH, Plot, View, chart, smoothed
from projects.sampling import Point


def view(query: str = "") -> View:
    return View.read(QueryDict(query))


def heights(plot: Plot, index: int = 0) -> list[float]:
    return [float(y) for y in re.findall(r" ([\d.]+)", plot.lines[index].path)]


def test_the_address_says_how_curves_are_looked_at() -> None:
    assert view() == View("step", False, 0.0)
    assert view("axis=timestamp&log=1&smooth=0.6") == View("timestamp", True, 0.6)
    assert View.read(QueryDict("axis=step"), ("runtime",)).axis == "runtime"
    for wrong in ("x", "nan", "1", "-0.1", "inf"):
        with pytest.raises(InvalidInputError, match="0 to 0.99"):
            view(f"smooth={wrong}")


def test_smoothing_keeps_a_constant_and_calms_a_zigzag() -> None:
    assert [y for _, y in smoothed([(0, 2.0), (1, 2.0), (2, 2.0)], 0.9)] == pytest.approx([2.0, 2.0, 2.0])
    zigzag: list[Point] = [(x, float(x % 2)) for x in range(100)]
    assert smoothed(zigzag, 0.0) == zigzag
    assert all(0.4 < y < 0.6 for _, y in smoothed(zigzag, 0.9)[50:])


def test_higher_values_lie_higher_and_smoothing_leaves_the_raw_curve_faint() -> None:
    points: list[Point] = [(0, 1.0), (1, 3.0), (2, 2.0)]
    plot = chart("a", "loss", {"v1": points}, view("smooth=0.5"))["plot"]
    raw = chart("a", "loss", {"v1": points}, view())["plot"]
    first, second, third, *_ = heights(raw)
    assert second < third < first
    assert plot.faint[0].path == raw.lines[0].path != plot.lines[0].path
    assert not raw.faint


def test_a_log_scale_needs_values_above_zero() -> None:
    drawn = chart("a", "loss", {"v1": [(0, 0.01), (1, 0.1), (2, 1.0)]}, view("log=1"))
    low, middle, high, *_ = heights(drawn["plot"])
    assert low - middle == pytest.approx(middle - high, abs=0.2)
    assert drawn["data"]["log"]
    refused = chart("a", "loss", {"v1": [(0, 0.0), (1, 1.0)]}, view("log=1"))
    assert refused["is_forced_linear"]
    assert not refused["data"]["log"]


def test_two_runs_share_their_axes() -> None:
    drawn = chart("a", "loss", {"v2": [(0, 1.0), (10, 5.0)], "v1": [(5, 9.0)]}, view())
    assert [line.name for line in drawn["plot"].lines] == ["v2", "v1"]
    assert (drawn["last"], drawn["low"], drawn["high"]) == (5.0, 1.0, 9.0)
    assert heights(drawn["plot"], 1)[0] < min(heights(drawn["plot"], 0))


def test_long_names_leave_the_plot_its_room_and_lines_keep_the_colours_of_the_legend() -> None:
    colours = {"a-run": 2, "b-run": 3, "quiet-mountain-12": 4}
    short = chart("a", "loss", {"a-run": [(0, 1.0)], "b-run": [(0, 2.0)]}, view(), colours)
    long = chart("a", "loss", {"a-run": [(0, 1.0)], "quiet-mountain-12": [(0, 2.0)]}, view(), colours)
    assert (short["plot"].is_named, long["plot"].is_named) == (True, False)
    assert long["plot"].right == WIDTH - LABELS
    assert [line.colour for line in long["plot"].lines] == [2, 4]
    assert [series["colour"] for series in long["data"]["series"]] == [2, 4]


@pytest.mark.parametrize("axis", ["step", "runtime", "timestamp"])
@pytest.mark.parametrize("points", [[(0, 0.0)], [(5, -1e300), (6, 1e300)], [(0, 1e-300), (9e9, 2e-300)]])
@pytest.mark.parametrize("log", ["", "&log=1"])
def test_odd_curves_are_drawn_within_the_box(axis: str, points: list[Point], log: str) -> None:
    plot = chart("a", "k", {"v": points}, view(f"axis={axis}{log}&smooth=0.9"))["plot"]
    assert all(0 <= y <= plot.height for y in heights(plot))
    assert len(plot.grid) <= 9


def test_names_keep_apart_in_their_order() -> None:
    assert apart([50.0, 48.0, 100.0]) == [62.0, 48.0, 100.0]


def test_axes_read_like_clocks() -> None:
    assert levels(0, 90) == [0, 20, 40, 60, 80, 100]
    assert decades(0.02, 5) == [0.01, 0.1, 1.0, 10.0]
    assert time_levels(0, 300) == [0, 120, 240]
    assert [seconds(value) for value in (0, 45, 90, 3600, 9000, 90000)] == [
        "0s",
        "45s",
        "1m 30s",
        "1h",
        "2h 30m",
        "1d 1h",
    ]
    assert clock(1_700_000_000, 100) == "22:13:20"
    assert clock(1_700_000_000, 1000) == "22:13"
    assert clock(1_700_000_000, 10**6) == "11-14"
