"""Several processes that stream to one run (the SDK's shared mode); pure.

Each numbers its lines from 0 by itself; the run numbers them in the order in which they arrive.
"""

from __future__ import annotations

from projects.streams import Piece

MAX_WRITERS = 500
MAX_STRETCHES = 50  # of each writer and stream; the row that holds them is written with every batch
Stretches = list[tuple[int, int, int]]  # the writer's first line, the run's for it, and how many follow


def place(known: Stretches, piece: Piece, end: int) -> tuple[Stretches, list[Piece]]:
    """Where the lines of a writer's `piece` lie in the run, whose next new line is `end`; and what is known of it then.

    Lines that came before stay where they were, so that a repeated or corrected piece adds nothing. Only the latest
    stretches are remembered: corrections of older lines are dropped.
    """
    pieces = []
    for own, run, count in known:
        first, last = max(piece.first, own), min(piece.end, own + count)
        if first < last:
            pieces.append(Piece(run + first - own, piece.lines[first - piece.first : last - piece.first]))
    following = max((own + count for own, _, count in known), default=0)
    first = max(piece.first, following)
    new = piece.lines[first - piece.first :]
    if not new:
        return known, pieces
    pieces.append(Piece(end, new))
    stretch = (first, end, len(new))
    if known and known[-1][0] + known[-1][2] == first and known[-1][1] + known[-1][2] == end:
        own, run, count = known[-1]
        return [*known[:-1], (own, run, count + len(new))], pieces
    return [*known, stretch][-MAX_STRETCHES:], pieces
