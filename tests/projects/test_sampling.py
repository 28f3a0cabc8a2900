"""Fewer points that look the same."""

from hypothesis import given
from hypothesis import strategies as st

from projects.sampling import BUCKETS, Curve, thin


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000))
def test_a_curve_keeps_its_peaks_its_end_and_its_bound(ys: list[float]) -> None:
    curve = Curve(len(ys))
    for x, y in enumerate(ys):
        curve.add(x, x, y)
    points = curve.finish()
    assert len(points) <= 2 * BUCKETS + 1
    assert [x for x, _ in points] == sorted({x for x, _ in points})
    assert max(y for _, y in points) == max(ys)
    assert min(y for _, y in points) == min(ys)
    assert points[-1] == (len(ys) - 1, ys[-1])


@given(st.integers(0, 500), st.integers(1, 40))
def test_thinned_rows_are_few_in_order_and_as_many_as_asked(count: int, most: int) -> None:
    rows = thin(range(count), most)
    assert len(rows) == min(count, most)
    assert rows == sorted(set(rows))
    assert not rows or rows[0] == 0
