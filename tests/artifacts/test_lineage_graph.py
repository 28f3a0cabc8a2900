"""The pure part of lineage: what is drawn, what is gathered, where it lies, and what an address says of it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from artifacts.lineage.drawing import NAME, fit, lay_out
from artifacts.lineage.graph import RUN, VERSION, Graph, Node, Wish, draw, reached
from artifacts.lineage.layout import arrange
from artifacts.lineage.view import MOST, View
from common.errors import InvalidInputError


def node(id: str, **about: Any) -> Node:
    kind = RUN if id.startswith("r") else VERSION
    return Node(id, kind, **about)


def graph(text: str, **closed: bool) -> Graph:
    """From `v1 r1 v2, v1 r2`: chains of edges. `r9=False` makes that node closed."""
    chains = [chain.split() for chain in text.split(",")]
    names = dict.fromkeys(name for chain in chains for name in chain)
    edges = [pair for chain in chains for pair in pairwise(chain)]
    return Graph.of([node(name, is_open=closed.get(name, True)) for name in names], edges)


def boxes(found: Graph, start: str, **wish: Any) -> set[str]:
    return set(draw(found, [start], Wish(**wish)).boxes)


FAMILY = graph("v1 r1 v2 r2 v3, v1 r3 v4, v5 r2")


def test_direct_lineage_is_ancestors_and_descendants_and_complete_is_all_that_is_connected() -> None:
    assert boxes(FAMILY, "v2") == {"v2", "r1", "v1", "r2", "v3"}
    assert boxes(FAMILY, "v2", direct=False) == {"v1", "v2", "v3", "v4", "v5", "r1", "r2", "r3"}


def test_edges_between_drawn_nodes_are_all_drawn() -> None:
    found = draw(graph("v1 r1 v2, v1 r2, v2 r2"), ["v2"], Wish())
    assert set(found.edges) == {("v1", "r1"), ("r1", "v2"), ("v2", "r2"), ("v1", "r2")}


def test_the_walk_ends_at_the_reach_with_a_mark_that_says_how_many_follow_and_goes_on_where_asked() -> None:
    long = graph("v1 r1 v2 r2 v3 r3 v4, v3 r4")
    found = draw(long, ["v1"], Wish(reach=4))
    assert set(found.boxes) == {"v1", "r1", "v2", "r2", "v3"}
    assert [(mark.box, mark.side, mark.count) for mark in found.marks] == [("v3", "after", 2)]
    assert boxes(long, "v1", reach=4, more=frozenset({"v3"})) == {"v1", "r1", "v2", "r2", "v3", "r3", "r4"}
    assert boxes(long, "v1", reach=4, more=frozenset({"v9", "r3"})) == {"v1", "r1", "v2", "r2", "v3"}


def many(count: int, group: str = "net") -> Graph:
    """`r1` used that many versions and made one."""
    used = [node(f"v{n}", group=group, number=n) for n in range(count)]
    nodes = [*used, node("r1"), node("v99"), node("r50", group="made v0")]
    return Graph.of(nodes, [*((one.id, "r1") for one in used), ("r1", "v99"), ("r50", "v0")])


def test_four_stand_side_by_side_and_five_are_one_cluster_from_which_the_walk_does_not_go_on() -> None:
    assert boxes(many(4), "v99") == {"v99", "r1", "v0", "v1", "v2", "v3", "r50"}
    found = draw(many(5), ["v99"], Wish())
    (cluster,) = [box for box in found.boxes.values() if box.is_cluster]
    assert cluster.members == ("v0", "v1", "v2", "v3", "v4")
    assert (cluster.id, "r1") in found.edges
    assert "r50" not in found.boxes
    assert boxes(many(5), "v99", clusters=False) == {"v99", "r1", "r50", *(f"v{n}" for n in range(5))}


def test_a_member_that_is_pulled_out_stands_by_itself_and_its_own_lineage_can_be_followed() -> None:
    found = draw(many(6), ["v99"], Wish(out=frozenset({"v0"})))
    assert {"v0", "r50"} <= set(found.boxes)
    (cluster,) = [box for box in found.boxes.values() if box.is_cluster]
    assert cluster.members == ("v1", "v2", "v3", "v4", "v5")


def test_a_cluster_is_of_one_artifact_where_five_of_it_are_there_and_mixed_where_many_few_are() -> None:
    one = [node(f"v{n}", group="shards", number=n) for n in range(7)]
    two = [node(f"v{n}", group=f"other {n}") for n in range(7, 9)]
    found = draw(Graph.of([*one, *two, node("r1")], [(other.id, "r1") for other in (*one, *two)]), ["r1"], Wish())
    assert sorted(len(box.members) for box in found.boxes.values()) == [1, 1, 1, 7]
    mixed = [node(f"v{n}", group=f"other {n}") for n in range(6)]
    found = draw(Graph.of([*mixed, node("r1")], [(other.id, "r1") for other in mixed]), ["r1"], Wish())
    assert sorted(len(box.members) for box in found.boxes.values()) == [1, 6]
    groups = [node(f"v{n}", group=f"group {n // 5}") for n in range(100)]
    found = draw(Graph.of([*groups, node("r1")], [(other.id, "r1") for other in groups]), ["r1"], Wish())
    assert sorted(len(box.members) for box in found.boxes.values()) == [1, 100]


def test_closed_neighbours_are_one_box_without_number_and_nothing_behind_them_is_drawn() -> None:
    found = draw(graph("v1 r1 v2, v3 r1, v4 r1, v9 v1", v1=False, v3=False), ["v2"], Wish())
    closed = [box for box in found.boxes.values() if box.is_closed]
    assert [(box.kind, box.members) for box in closed] == [(VERSION, ())]
    assert not re.search(r"v[139]", f"{found.boxes} {found.edges} {found.marks}".replace(VERSION, ""))
    assert draw(graph("v1 r1", r1=False), ["r1"], Wish()).boxes == {}


def test_a_hidden_node_takes_what_hangs_on_it_alone_with_it() -> None:
    assert boxes(FAMILY, "v2", hide=frozenset({"r2"})) == {"v2", "r1", "v1"}


def test_no_more_than_the_bound_is_drawn_the_nearest_first() -> None:
    wide = Graph.of(
        [node(f"v{n}", group=str(n)) for n in range(400)] + [node("r1")], [("r1", f"v{n}") for n in range(400)]
    )
    found = draw(wide, ["r1"], Wish(clusters=False))
    assert len(found.boxes) == 200
    assert found.is_full
    assert [(mark.box, mark.count) for mark in found.marks] == [("r1", 201)]


EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30)


@given(EDGES, st.sets(st.integers(0, 11)), st.booleans(), st.integers(0, 4))
def test_whatever_the_graph_drawn_is_what_was_reached_and_edges_join_boxes(
    edges: list[tuple[int, int]], closed: set[int], direct: bool, reach: int
) -> None:
    names = [f"{'rv'[n % 2]}{n}" for n in range(12)]
    nodes = [node(name, is_open=n not in closed) for n, name in enumerate(names)]
    found, wish = Graph.of(nodes, [(names[a], names[b]) for a, b in edges]), Wish(direct=direct, reach=reach)
    picture = draw(found, ["r0", "v1"], wish)
    members = {member for box in picture.boxes.values() for member in box.members}
    assert members == set(picture.box_of) <= reached(found, ["r0", "v1"], wish)
    assert all(a in picture.boxes and b in picture.boxes and a != b for a, b in picture.edges)
    drawing = lay_out(picture)
    assert len(drawing.shapes) == len(picture.boxes)
    assert all(shape.left > 0 and shape.right < drawing.width for shape in drawing.shapes)
    assert all(0 < shape.y < drawing.height for shape in drawing.shapes)


def test_the_names_of_the_outermost_runs_are_within_the_drawing() -> None:
    drawing = lay_out(
        draw(Graph.of([node("r0"), node("v1"), node("r2")], [("r0", "v1"), ("v1", "r2")]), ["v1"], Wish())
    )
    assert all(NAME / 2 <= shape.x <= drawing.width - NAME / 2 for shape in drawing.shapes)


@given(EDGES)
def test_whatever_the_edges_boxes_of_one_layer_do_not_lie_on_each_other(edges: list[tuple[int, int]]) -> None:
    """Loops and circles, too: the library would end the process over a loop."""
    layout = arrange(12, tuple(edges))
    for layer in {spot.layer for spot in layout.spots}:
        rows = sorted(spot.row for spot in layout.spots if spot.layer == layer)
        assert all(b - a >= 0.99 for a, b in pairwise(rows))


def test_an_edge_leads_to_the_right_and_a_long_one_passes_the_layers_between() -> None:
    layout = arrange(4, ((0, 1), (1, 2), (0, 2), (2, 3)))
    assert [spot.layer for spot in layout.spots] == [0, 1, 2, 3]
    (bend,) = layout.bends[0, 2]
    assert bend.layer == 1
    assert abs(bend.row - layout.spots[1].row) > 0.3
    turned = arrange(3, ((0, 1), (1, 2), (2, 0)))
    assert [spot.layer for spot in turned.spots] == [0, 1, 2]


def test_a_drawing_has_few_crossings_where_none_are_needed() -> None:
    layout = arrange(7, ((0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)))
    rows = [spot.row for spot in layout.spots]
    (upper, lower) = ((1, (3, 4)), (2, (5, 6)))
    if rows[1] > rows[2]:
        upper, lower = lower, upper
    assert max(rows[leaf] for leaf in upper[1]) < min(rows[leaf] for leaf in lower[1])


def test_texts_are_cut_to_their_room_and_characters_of_east_asia_count_as_wide() -> None:
    assert fit("net", 100) == "net"
    assert fit("a-very-long-name-of-a-model", 100) == "a-very-long-na…"
    assert fit("水道メーターの読み取りモデル", 100) == "水道メーターの…"


def test_an_address_says_how_one_looks_and_comes_back_the_same() -> None:
    text = (
        "mode=complete&depth=4&view=list&clusters=open&from=all&node=run-3&q=night&out=run-4&out=version-5&hide=run-5"
    )
    assert View.read(QueryDict(text)).url() == f"?{text}"
    assert View.read(QueryDict("")).url() == "?"
    assert View.read(QueryDict("out=run-1")).adding("out", "run-2") == "?out=run-1&out=run-2"


def test_what_cannot_name_a_node_is_dropped_and_lists_are_bounded() -> None:
    odd = View.read(QueryDict("node=<script>&out=run-x&out=../&hide=version-1%00&more=run-99999999999999999999"))
    assert odd == View()
    assert len(View.read(QueryDict("&".join(f"out=run-{n}" for n in range(500)))).out) == MOST


@pytest.mark.parametrize("text", ["mode=x", "depth=0", "depth=6", "depth=two", "view=x", "clusters=x", "from=x"])
def test_a_word_that_means_nothing_is_refused_with_those_that_do(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is one of"):
        View.read(QueryDict(text))
