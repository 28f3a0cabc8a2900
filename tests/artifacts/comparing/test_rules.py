"""The rules of a comparison: what an address names, trees, files, texts, tables, metrics, and where charts lie."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from artifacts.comparing import charts
from artifacts.comparing.files import File, pair
from artifacts.comparing.metrics import metric_rows
from artifacts.comparing.selection import Address, Reference, Selection
from artifacts.comparing.tables import Grid, diff_tables
from artifacts.comparing.texts import diff_texts
from artifacts.comparing.trees import MAX_KEYS, SHOWN, diff_trees

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3", Reference(3)),
        ("v3", Reference(3)),
        ("@v3x", Reference(alias="v3x")),
        ("@3", Reference(alias="3")),
        ("Model/net:v7", Reference(7, registry="Model", collection="net")),
        ("Model/net:best", Reference(alias="best", registry="Model", collection="net")),
        ("best", None),
        ("@", None),
        ("v", None),
        ("v-1", None),
        ("v9999999999", None),
        ("net:v7", None),
        ("a/b/net:v7", None),
        ("Model/net:", None),
        (":v7", None),
        ("<script>", None),
    ],
)
def test_a_version_is_named_by_number_alias_or_place(text: str, meant: Reference | None) -> None:
    assert Reference.parse(text) == meant
    if meant:
        assert Reference.parse(str(meant)) == meant


def test_a_selection_is_read_from_any_address() -> None:
    read = Selection.read(QueryDict("v=3&v=v3&v=&v=@best&v=odd&only=1&section=files&chart=pie&start=-4&log=1"))
    assert read.references == (Reference(3), Reference(alias="best"))
    assert (read.wrong, read.only, read.section, read.chart, read.start) == (("odd",), True, "files", "", 0)
    assert read.kept == {"log": "1"}
    assert Selection.read(QueryDict("section=nonsense")).section == "all"
    assert len(Selection.read(QueryDict("&".join(f"v={n}" for n in range(900)))).references) <= 200


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_version(text: str) -> None:
    found = Reference.parse(text)
    assert found is None or Reference.parse(str(found)) == found


def test_an_address_keeps_its_state_but_for_what_changes() -> None:
    address = Address("/c/", {"v": ["v1", "M/n&:v2"], "only": "1", "base": ""})
    assert address(base="v1", only=None) == "/c/?v=v1&v=M%2Fn%26%3Av2&base=v1"
    assert address.pairs() == [("v", "v1"), ("v", "M/n&:v2"), ("only", "1")]


def test_trees_are_held_against_the_base_key_by_key() -> None:
    base = {"lr": 1, "data": {"name": "a", "split": [1, 2]}, "gone": 1}
    other = {"lr": 1.0, "data": {"name": "b", "split": [1, 2]}, "new": None}
    found = diff_trees([base, other])
    states = {row.path: row.cells[1].state for group in found.groups for row in group.rows}
    assert states == {"gone": "removed", "lr": "", "new": "added", "data.name": "changed", "data.split": ""}
    assert (found.total, found.differing) == (5, 3)
    assert [group.name for group in found.groups] == ["", "data"]
    only = diff_trees([base, other], only=True)
    assert [row.path for group in only.groups for row in group.rows] == ["gone", "new", "data.name"]
    assert (only.total, only.differing) == (5, 3)


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), ("1", 1), ([1], [True]), ({}, []), (None, "null"), ("", None)]
)
def test_values_of_other_kinds_are_not_the_same(one: object, other: object) -> None:
    assert diff_trees([{"k": one}, {"k": other}]).differing == 1


def test_a_tree_that_may_not_be_seen_says_nothing_and_is_no_base() -> None:
    found = diff_trees([None, {"a": 1}, {"a": 2}], base=0)
    (row,) = found.groups[0].rows
    assert [cell.state for cell in row.cells] == ["hidden", "", "changed"]
    assert diff_trees([None, None]).groups == []


def test_large_and_deep_trees_are_bounded() -> None:
    many = {f"k{n}": n for n in range(MAX_KEYS + 5)}
    found = diff_trees([many, many | {"k7": "x"}])
    assert found.is_cut and found.total == MAX_KEYS
    assert sum(len(group.rows) for group in found.groups) == SHOWN
    assert found.hidden == MAX_KEYS - SHOWN
    assert any(row.path == "k7" and row.differs for group in found.groups for row in group.rows)
    deep: dict[str, object] = {}
    for _ in range(64):
        deep = {"d": deep}
    assert diff_trees([deep, {"d": 1}]).differing == 2


def files(**contents: str) -> list[File]:
    return [File(path, content, len(content)) for path, content in contents.items()]


def test_a_file_with_the_same_content_elsewhere_has_moved() -> None:
    changes = pair(files(a="1", b="22", c="3"), files(a="x", d="22", e="9"))
    assert [(change.sign, change.path, change.old and change.old.path) for change in changes] == [
        ("~", "a", "a"),
        (MINUS, "c", "c"),
        ("→", "d", "b"),
        ("+", "e", None),
    ]


def test_of_several_files_with_one_content_each_moves_once_and_keeps_its_name_where_it_can() -> None:
    old = [File("x/one.bin", "c", 1), File("x/two.bin", "c", 1)]
    new = [File("y/two.bin", "c", 1), File("y/one.bin", "c", 1), File("y/three.bin", "c", 1)]
    moves = {change.path: change.old and change.old.path for change in pair(old, new)}
    assert moves == {"y/one.bin": "x/one.bin", "y/two.bin": None, "y/three.bin": "x/two.bin"} or moves == {
        "y/one.bin": "x/one.bin",
        "y/three.bin": "x/two.bin",
        "y/two.bin": None,
    }


def test_hunks_show_changes_with_three_lines_around_them() -> None:
    old = [f"line {n}" for n in range(40)]
    new = [*old[:10], "other", *old[11:30], "more", *old[30:]]
    found = diff_texts("\n".join(old), "\n".join(new))
    assert (found.added, found.removed, len(found.hunks)) == (2, 1, 2)
    first = [(line.sign, line.old, line.new) for line in found.hunks[0]]
    assert first == [
        (" ", 8, 8), (" ", 9, 9), (" ", 10, 10), (MINUS, 11, None), ("+", None, 11), (" ", 12, 12), (" ", 13, 13), (" ", 14, 14),
    ]  # fmt: skip
    assert [line.text for line in found.hunks[1] if line.sign == "+"] == ["more"]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_hunks_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    found = diff_texts("\n".join(old), "\n".join(new))
    lines = [line for hunk in found.hunks for line in hunk]
    assert all(old[line.old - 1] == line.text for line in lines if line.old)
    assert all(new[line.new - 1] == line.text for line in lines if line.new)
    assert len(old) - found.removed + found.added == len(new) or not old or not new


def test_texts_that_have_little_in_common_are_not_matched_for_ever() -> None:
    start = perf_counter()
    assert diff_texts("\n".join(f"a{n}" for n in range(100_000)), "\n".join(f"b{n}" for n in range(100_000))).is_unlike
    old = "\n".join(f"same {n}\nold {n}" for n in range(900))
    new = "\n".join(f"same {n}\nnew {n}" for n in range(900))
    assert diff_texts(old, new).is_cut
    assert perf_counter() - start < 10


def test_tables_are_compared_by_columns_rows_and_cells() -> None:
    old = Grid(["id", "a", "gone"], [[1, "x", 0], [2, "y", 0]], 2)
    new = Grid(["new", "id", "a"], [[9, 1, "x"], [9, 2, "z" * 500], [9, 3, "q"]], 3)
    found = diff_tables(old, new)
    assert (found.added, found.removed, found.columns, found.changed) == (["new"], ["gone"], ["id", "a"], 1)
    ((number, cells),) = found.rows
    assert number == 2 and [cell.differs for cell in cells] == [False, True]
    assert len(cells[1].new) <= 201
    assert diff_tables(Grid(["a", "a"], [[1]], 1), Grid(["a"], [["1"]], 1)).changed == 0


def test_a_change_behind_what_is_shown_of_a_cell_is_a_change() -> None:
    assert diff_tables(Grid(["a"], [["x" * 300 + "1"]], 1), Grid(["a"], [["x" * 300 + "2"]], 1)).changed == 1


def test_metrics_have_verdicts_best_values_and_bars_over_the_whole_series() -> None:
    rows = metric_rows(
        [{"acc": 0.7, "loss": 2.0, "same": 1.0}, {"acc": 0.8, "loss": 3.0, "same": 1.0, "only": 5.0}],
        0,
        {"acc": True, "loss": False, "same": True},
        [{"acc": 0.6}, {"loss": float("nan")}],
    )
    by_key = {row.key: row for row in rows}
    assert [cell.difference.verdict for cell in by_key["acc"].cells] == ["same", "better"]
    assert [cell.bar for cell in by_key["acc"].cells] == [50.0, 100.0]
    assert [cell.is_best for cell in by_key["loss"].cells] == [True, False]
    assert not any(cell.is_best for key in ("same", "only") for cell in by_key[key].cells)
    assert {row.key for row in rows if row.differs} == {"acc", "loss", "only"}


VERSIONS = [
    charts.Version("v7", 1, 7, {"acc": 0.9, "loss": 1.0, "ms": 10.0}),
    charts.Version("v3", 2, 3, {"acc": 0.5, "ms": 30.0}),
]
GHOSTS = [{"acc": 0.7, "loss": 2.0, "ms": 20.0}]


def test_on_parallel_axes_better_is_higher_up() -> None:
    figure = charts.parallel(["acc", "loss", "ms"], VERSIONS, GHOSTS, frozenset({"loss", "ms"}))
    best, worse = figure.traces
    tops = {axis[1] for axis in figure.axes}
    assert {y for _, y, _ in best.dots} == tops
    assert worse.path.count("M") == 2  # a gap where the metric is missing
    assert [x for x, _, _ in best.dots] == [axis[0] for axis in figure.axes]
    assert len(figure.ghosts) == 1


@pytest.mark.parametrize("width", [charts.WIDTH, charts.WIDE])
@pytest.mark.parametrize("kind", ["parallel", "bar", "line", "scatter"])
@pytest.mark.parametrize(
    "values", [{}, {"acc": 0.0}, {"acc": 1e300, "ms": -1e300}, {"acc": float("nan")}, {"acc": -3.0, "ms": 5.0}]
)
def test_every_chart_stays_in_its_picture(kind: str, values: dict[str, float], width: int) -> None:
    versions = [charts.Version("a" * 40, 1, 0, values), charts.Version("Model/b:v2", 2, None, values)]
    figure = {
        "parallel": lambda: charts.parallel(["acc", "k" * 99], versions, [values], frozenset({"acc"}), width),
        "bar": lambda: charts.bars("acc", versions, width),
        "line": lambda: charts.over_versions("acc", versions, {0: values, 4: values}, width),
        "scatter": lambda: charts.scatter("acc", "ms", versions, [values], width),
    }[kind]()
    assert figure.width == width
    dots = [(x, y) for trace in figure.traces for x, y, _ in trace.dots]
    words = [(word.x, word.y) for word in figure.texts]
    bars = [(x + width, y + height) for x, y, width, height, _, _ in figure.bars]
    assert all(0 <= x <= figure.width and 0 <= y <= figure.height for x, y in [*dots, *words, *bars])


def test_names_of_versions_do_not_lie_on_each_other() -> None:
    versions = [charts.Version(f"v{n}", 1, n, {"a": 1.0, "b": 1.0}) for n in range(10)]
    heights = sorted(trace.name.y for trace in charts.parallel(["a", "b"], versions, [], frozenset()).traces)
    assert all(later - earlier >= 13 for earlier, later in pairwise(heights))
