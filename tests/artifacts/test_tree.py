"""Metadata is a tree to read and search: bounded, quick, each value with the way to it."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from django.template.loader import render_to_string

from artifacts.tree import Leaf, Tree, metadata_tree


def paths(nodes: list[Leaf]) -> list[str]:
    return [path for node in nodes for path in (paths(node.children) if node.children else [node.path])]


def drawn(tree: Tree) -> str:
    return render_to_string("artifacts/_metadata.html", {"nodes": tree.nodes, "open": tree.is_small})


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"d": value}
    return value


def test_each_value_has_the_way_to_it_as_code_writes_it() -> None:
    tree = metadata_tree({"train": {"rate": 1, "a.b": {"c": 2}, "": 3}, "layers": [{"n": 1}, [{"m": 2}]], "π": 4})
    assert paths(tree.nodes) == [
        "train.rate", 'train["a.b"].c', 'train[""]', "layers[0].n", "layers[1][0].m", "π",
    ]  # fmt: skip


def test_a_search_keeps_what_has_the_words_in_its_way_or_value() -> None:
    tree = metadata_tree({"train": {"rate": 0.5, "note": "Dusk"}, "dusk": {"x": 1}, "other": 2}, "dusk")
    assert paths(tree.nodes) == ["train.note", "dusk.x"]


def test_much_is_folded_cut_and_quick() -> None:
    wide = {f"k{number:03}": {"a": number, "b": [number] * 3, "c": {"d": str(number)}} for number in range(100)}
    huge = {"list": list(range(100_000)), "deep": nested(500), "text": "x" * 100_000, **wide}
    assert metadata_tree({"a": 1}).is_small
    for value in (wide, huge):
        started = perf_counter()
        tree = metadata_tree(value)
        html = drawn(tree)
        assert perf_counter() - started < 1.5
        assert not tree.is_small
        assert "<details open" not in html
        assert len(html) < 3_000_000
    assert metadata_tree(huge).is_cut


def test_names_and_values_are_escaped() -> None:
    html = drawn(metadata_tree({"<script>": {"<img onerror=1>": "<b>", '"><x>': "javascript:1"}}))
    assert not any(piece in html for piece in ("<script>", "<img", "<b>", '"><x>'))
