"""Two texts as the lines that went, came and stayed: what a page shows of an edit. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 2000
LONGEST = 2000
AROUND = 3


@dataclass(frozen=True)
class DiffLine:
    """A line of text, or with the sign `…` a gap of lines that did not change."""

    sign: str
    text: str = ""


def diff_lines(before: str, after: str) -> tuple[list[DiffLine], bool]:
    """The changed lines with three around them, signed `-`, `+` or ` `; and whether the texts were too long to show whole."""
    old, new = before.splitlines(), after.splitlines()
    is_cut = max(len(old), len(new)) > MOST_LINES or any(len(line) > LONGEST for line in (*old, *new))
    old, new = ([line[:LONGEST] for line in side[:MOST_LINES]] for side in (old, new))
    return list(_lines(old, new)), is_cut


def _lines(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    end = 0
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(AROUND):
        if group[0][1] > end:
            yield DiffLine("…")
        end = group[-1][2]
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (DiffLine(" ", line) for line in old[i1:i2])
            else:
                yield from (DiffLine("-", line) for line in old[i1:i2])
                yield from (DiffLine("+", line) for line in new[j1:j2])
    if end and end < len(old):
        yield DiffLine("…")
