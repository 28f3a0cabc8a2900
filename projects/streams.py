"""Lines of a run's streams: packed into pieces, laid over each other, and what history lines say; pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from projects import values

PIECE = 256 * 1024
MAX_LINE = 10 * 2**20
MAX_LINES = 2**31 - 1
MAX_KEYS = 5_000
MAX_KEY = 256
STEP_LIMIT = 2**63


@dataclass(frozen=True)
class Piece:
    """Consecutive lines; `first` is the number of the first one."""

    first: int
    lines: list[str]

    @property
    def end(self) -> int:
        """The number after the last line's."""
        return self.first + len(self.lines)


def pack(lines: list[str]) -> bytes:
    """Lines as compressed UTF-8; a line break within a line becomes a space, half characters a question mark."""
    text = "\n".join(line.replace("\n", " ") for line in lines)
    return zlib.compress(text.encode("utf-8", "replace"), 4)


def unpack(data: bytes | memoryview) -> list[str]:
    """The lines of `pack`; there is at least one."""
    return zlib.decompress(data).decode().split("\n")


def overlay(old: Iterable[Piece], new: Piece) -> Piece:
    """`new` laid over pieces that overlap or touch it, in order: where both have a line, the new one stays."""
    pieces = list(old)
    before = [line for piece in pieces for line in piece.lines[: max(0, new.first - piece.first)]]
    after = [line for piece in pieces for line in piece.lines[max(0, new.end - piece.first) :]]
    return Piece(new.first - len(before), before + new.lines + after)


def split(piece: Piece, size: int = PIECE) -> Iterator[Piece]:
    """Pieces of about `size` characters at most (a longer line stands alone), so that reading one stays cheap."""
    start, length = 0, 0
    for index, line in enumerate(piece.lines):
        if length and length + len(line) > size:
            yield Piece(piece.first + start, piece.lines[start:index])
            start, length = index, 0
        length += len(line) + 1
    yield Piece(piece.first + start, piece.lines[start:])


def step_of(row: dict[str, Any]) -> int | None:
    """The step of a history line, also where it is written as a float (`1e+06`)."""
    step = values.number(row.get("_step"))
    return int(step) if step is not None and abs(step) < STEP_LIMIT else None


def parse_row(line: str) -> dict[str, Any]:
    """A line of history or system metrics. Raises ValueError when it is not a JSON object."""
    row = values.loads(line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    return row


def steps_of(lines: Iterable[str]) -> tuple[int | None, int | None]:
    """The lowest and the highest step of history lines."""
    steps = [step for step in (step_of(parse_row(line)) for line in lines) if step is not None]
    return (min(steps), max(steps)) if steps else (None, None)


def note_keys(known: dict[str, list[str]], rows: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """`known` (key to kinds of its values) with what `rows` add; at most `MAX_KEYS` keys, of at most `MAX_KEY` letters."""
    keys = dict(known)
    for row in rows:
        for key, value in values.flatten(row):
            kind = values.kind(value)
            if kind in keys.get(key, ()) or len(key) > MAX_KEY or (key not in keys and len(keys) >= MAX_KEYS):
                continue
            name = values.text(key)
            keys[name] = sorted({*keys.get(name, ()), values.text(kind)[:MAX_KEY]})
    return keys
