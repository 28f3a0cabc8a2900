"""Metadata and configuration as a tree to read and search. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_NODES = 2000
MAX_DEPTH = 12
MAX_TEXT = 2000
UNFOLDED = 100


@dataclass
class Leaf:
    """A name with its value as text, or with children; `path` is the dotted way to it."""

    name: str
    path: str
    kind: str
    text: str = ""
    children: list[Leaf] = field(default_factory=list)


@dataclass(frozen=True)
class Tree:
    """What is shown; `count` is the number of values, `is_cut` says that there are more."""

    nodes: list[Leaf]
    count: int
    is_cut: bool

    @property
    def is_small(self) -> bool:
        """Whether all of it may be unfolded at once."""
        return self.count <= UNFOLDED


def metadata_tree(value: Any, words: str = "") -> Tree:
    """The tree of a JSON object; with `words`, only what has them in its path or value, in any case."""
    budget = _Budget()
    nodes = list(_children(value if isinstance(value, dict) else {}, "", 0, budget, words.casefold()))
    return Tree(nodes, budget.values, budget.is_cut)


@dataclass
class _Budget:
    left: int = MAX_NODES
    values: int = 0
    is_cut: bool = False


def _children(value: Any, path: str, depth: int, budget: _Budget, words: str) -> Iterator[Leaf]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in pairs:
        if budget.left <= 0:
            budget.is_cut = True
            return
        leaf = _leaf(str(name), _below(path, name), inner, depth, budget, words)
        if leaf is not None:
            yield leaf


def _below(path: str, name: Any) -> str:
    """The way to a value as code writes it: `train.rate`, `layers[0]`, `["a.b"].c`."""
    if isinstance(name, str) and name.isidentifier():
        return f"{path}.{name}" if path else name
    return f"{path}[{json.dumps(name, ensure_ascii=False)}]"


def _leaf(name: str, path: str, value: Any, depth: int, budget: _Budget, words: str) -> Leaf | None:
    hit = not words or words in path.casefold()
    if isinstance(value, dict | list) and value and depth < MAX_DEPTH and not _is_plain(value):
        children = list(_children(value, path, depth + 1, budget, "" if hit else words))
        if not children:
            return None
        budget.left -= 1
        return Leaf(name, path, "branch", children=children)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if not hit and words not in text.casefold():
        return None
    budget.left -= 1
    budget.values += 1
    kind = "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else "other"
    return Leaf(name, path, kind, text[:MAX_TEXT])


def _is_plain(value: Any) -> bool:
    """A short list of plain values reads better in one line."""
    return isinstance(value, list) and len(value) <= 20 and not any(isinstance(item, dict | list) for item in value)
