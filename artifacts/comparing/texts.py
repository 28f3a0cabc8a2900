"""Two texts as hunks of changed lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

CONTEXT = 3
MOST_COMPARED = 2000  # lines between the equal beginning and end: matching takes time by their square
MOST_SHOWN = 1000
MOST_WIDE = 500


@dataclass(frozen=True)
class Line:
    """A line with its number on each side that has it; `sign` is `+`, `−` or a space."""

    sign: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True)
class TextDiff:
    """`hunks` hold the changes with the lines around them; `is_cut`: there is more; `is_unlike`: too much differs for that."""

    hunks: list[list[Line]] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    is_cut: bool = False
    is_unlike: bool = False


def diff_texts(old: str, new: str) -> TextDiff:
    """The hunks between two texts."""
    before, after = old.splitlines(), new.splitlines()
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    middle = before[start : len(before) - end], after[start : len(after) - end]
    if max(map(len, middle)) > MOST_COMPARED:
        return TextDiff(added=len(middle[1]), removed=len(middle[0]), is_unlike=True)
    lines = list(_lines(before, after, start, end))
    near = [False] * len(lines)
    for index, line in enumerate(lines):
        if line.sign != " ":
            reach = range(max(0, index - CONTEXT), min(len(lines), index + CONTEXT + 1))
            near[reach.start : reach.stop] = [True] * len(reach)
    kept = [index for index, is_near in enumerate(near) if is_near]
    hunks: list[list[Line]] = []
    for position, index in enumerate(kept[:MOST_SHOWN]):
        if not position or kept[position - 1] != index - 1:
            hunks.append([])
        hunks[-1].append(lines[index])
    signs = [line.sign for line in lines]
    return TextDiff(hunks, signs.count("+"), signs.count("−"), len(kept) > MOST_SHOWN)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _lines(before: list[str], after: list[str], start: int, end: int) -> Iterator[Line]:
    """All lines of both sides, equal ones once."""
    matcher = SequenceMatcher(None, before[start : len(before) - end], after[start : len(after) - end])
    steps = [(tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in matcher.get_opcodes()]
    steps.insert(0, ("equal", 0, start, 0, start))
    steps.append(("equal", len(before) - end, len(before), len(after) - end, len(after)))
    for tag, a, b, c, d in steps:
        if tag == "equal":
            yield from (Line(" ", n + 1, c + n - a + 1, before[n][:MOST_WIDE]) for n in range(a, b))
        else:
            yield from (Line("−", n + 1, None, before[n][:MOST_WIDE]) for n in range(a, b))
            yield from (Line("+", None, n + 1, after[n][:MOST_WIDE]) for n in range(c, d))
