"""Metadata or configurations of several versions beside each other, key by key. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_KEYS = 10_000
MAX_DEPTH = 12
MAX_TEXT = 300
SHOWN = 500
SHORT_LIST = 20

Path = tuple[str, ...]
Leaves = dict[Path, Any]
_ABSENT = object()


@dataclass(frozen=True)
class Cell:
    """A value as text; `state` says how it is to the base's: changed, added, removed, or nothing; hidden: not to be seen."""

    text: str = ""
    state: str = ""


@dataclass(frozen=True)
class Row:
    """A key with a cell for each version; `path` is the dotted way to it."""

    name: str
    path: str
    cells: tuple[Cell, ...]
    differs: bool


@dataclass(frozen=True)
class Group:
    """The keys beside each other in one mapping or list, whose dotted path is `name`."""

    name: str
    rows: list[Row] = field(default_factory=list)

    @property
    def differing(self) -> int:
        """How many of its keys differ."""
        return sum(row.differs for row in self.rows)


@dataclass(frozen=True)
class TreeDiff:
    """`total` keys, `differing` of them; `hidden` rows are not shown; `is_cut`: beyond 10,000 keys nothing was compared."""

    groups: list[Group]
    total: int = 0
    differing: int = 0
    hidden: int = 0
    is_cut: bool = False


def diff_trees(
    trees: Sequence[Mapping[str, Any] | None], base: int = 0, *, only: bool = False, most: int = SHOWN
) -> TreeDiff:
    """`trees` against the one at `base`, or, if that is not to be seen (None), against the first that is.

    At most `most` keys are shown, differing ones before equal ones find room; with `only`, equal ones are left out.
    """
    known = [index for index, tree in enumerate(trees) if tree is not None]
    if not known:
        return TreeDiff([])
    base = base if base in known else known[0]
    cut: list[int] = []
    leaves = [None if tree is None else _leaves(tree, cut) for tree in trees]
    paths = sorted({path for tree in leaves if tree for path in tree}, key=_order)
    rows = {path: _row(path, leaves, base) for path in paths[:MAX_KEYS]}
    differing = [path for path, row in rows.items() if row.differs]
    equal = [] if only else [path for path, row in rows.items() if not row.differs]
    chosen = {*differing[:most], *equal[: max(0, most - len(differing))]}
    groups: dict[Path, Group] = {}
    for path in (path for path in rows if path in chosen):
        groups.setdefault(path[:-1], Group(".".join(path[:-1]))).rows.append(rows[path])
    hidden = len(differing) + len(equal) - len(chosen)
    ordered = [groups[path] for path in sorted(groups, key=lambda path: (len(path) > 0, _order(path)))]
    return TreeDiff(ordered, len(rows), len(differing), hidden, bool(cut) or len(paths) > MAX_KEYS)


def _leaves(tree: Mapping[str, Any], cut: list[int]) -> Leaves:
    found: Leaves = {}
    for path, value in _walk(tree, ()):
        if len(found) >= MAX_KEYS:
            cut.append(len(found))
            break
        found[path] = value
    return found


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if not isinstance(value, dict | list) or (path and (not value or len(path) >= MAX_DEPTH or _is_plain(value))):
        yield path, value
        return
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _walk(inner, (*path, str(name)))


def _is_plain(value: Any) -> bool:
    """A short list of plain values reads better in one line."""
    return isinstance(value, list) and len(value) <= SHORT_LIST and not any(isinstance(x, dict | list) for x in value)


def _order(path: Path) -> list[tuple[bool, int, str]]:
    """By name, places in lists by number."""
    return [(not name.isdecimal(), int(name) if name.isdecimal() and len(name) < 10 else 0, name) for name in path]


def _row(path: Path, leaves: Sequence[Leaves | None], base: int) -> Row:
    values = [_ABSENT if tree is None else tree.get(path, _ABSENT) for tree in leaves]
    wanted = values[base]
    cells = tuple(
        Cell(state="hidden") if tree is None else _cell(value, wanted)
        for tree, value in zip(leaves, values, strict=True)
    )
    return Row(path[-1], ".".join(path), cells, any(cell.state not in ("", "hidden") for cell in cells))


def _cell(value: Any, wanted: Any) -> Cell:
    text = "" if value is _ABSENT else _written(value)
    if value is _ABSENT or wanted is _ABSENT:
        return Cell(text, "" if value is wanted else "removed" if value is _ABSENT else "added")
    return Cell(text, "" if _same(value, wanted) else "changed")


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON means it: 1 and 1.0 are one number, 1 and true are not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
