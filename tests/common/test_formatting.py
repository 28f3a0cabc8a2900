"""How numbers, sizes, times and names are written."""

from datetime import UTC, datetime, timedelta

import pytest

from common import formatting

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (0, "0 B"),
        (312, "312 B"),
        (86_016, "84.0 KiB"),
        (217_088, "212 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (72_142_029, "68.8 MiB"),
        (1024**6, "1024 PiB"),
        (None, "–"),
    ],
)
def test_sizes_are_in_binary_units(count: int | None, written: str) -> None:
    assert formatting.filesize(count) == written


@pytest.mark.parametrize(
    ("ago", "written"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(hours=30), "yesterday"),
        (timedelta(days=12), "12 days ago"),
        (timedelta(weeks=6), "6 weeks ago"),
        (timedelta(days=95), "3 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(seconds=-20), "in a moment"),
        (timedelta(days=-3), "in 3 days"),
    ],
)
def test_times_are_relative(ago: timedelta, written: str) -> None:
    assert formatting.relative_time(NOW - ago, NOW) == written


def test_the_exact_time_is_utc() -> None:
    assert formatting.exact_time(datetime.fromisoformat("2026-11-23T11:14:08+09:00")) == "2026-11-23 02:14:08 UTC"


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.721, 0.7], ["0.721", "0.700"]),
        ([29.81, None], ["29.8", "–"]),
        ([0.99912, 0.99934], ["0.9991", "0.9993"]),
        ([1200, 7], ["1,200", "7"]),
        ([-0.25, 0.5], ["−0.250", "0.500"]),
        ([2e-5, -1e-5], ["2.00e−05", "−1.00e−05"]),
        ([float("nan"), float("-inf")], ["NaN", "−∞"]),
        ([0.0], ["0"]),
        ([10.2, 0.005, 0.0], ["10.200", "0.005", "0.000"]),
        ([123456.5, 0.00002], ["123,456.500", "0.000"]),
        ([0.5, 2e-9], ["0.500000", "0.000000"]),
        ([], []),
    ],
)
def test_a_column_of_metrics_has_one_number_of_decimals(values: list[float | None], written: list[str]) -> None:
    spec = formatting.column_format(values)
    assert [formatting.metric(value, spec) for value in values] == written


def test_a_difference_has_two_digits_at_least() -> None:
    assert formatting.column_format([0.8268, 0.8234], [0.0034]) == ",.4f"
    assert formatting.column_format([0.8268, 0.6], [0.2268, None, 0.0, float("nan")]) == ",.3f"
    assert formatting.column_format([0.5, 0.500000001], [1e-9]) == ",.6f"
    assert formatting.column_format([5, 3], [2]) == ",.0f"


def test_a_difference_always_has_a_sign() -> None:
    assert formatting.difference(0.002, ".3f") == "+0.002"
    assert formatting.difference(-0.002, ".3f") == "−0.002"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Adam Okafor", "AO"),
        ("ci-release", "CI"),
        ("mia", "MI"),
        ("田中 美亜", "田美"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_initials_are_at_most_two_letters(name: str, written: str) -> None:
    assert formatting.initials(name) == written


def test_a_name_keeps_its_colour() -> None:
    assert formatting.colour_index("mia") == formatting.colour_index("mia")
    assert {formatting.colour_index(f"user {n}") for n in range(100)} == set(range(1, 9))


def test_a_sparkline_stays_in_its_box_and_skips_gaps() -> None:
    points = formatting.spark_points([1.0, None, 3.0, float("nan"), 2.0])
    assert points == [(2.0, 18.0), (36.0, 2.0), (70.0, 10.0)]
    assert formatting.spark_points([5.0, 5.0]) == [(2.0, 10.0), (70.0, 10.0)]
    assert formatting.spark_points([None]) == []
