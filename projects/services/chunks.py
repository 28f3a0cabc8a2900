"""Writing the lines of a run's streams, in the caller's transaction: laid over what is there, copied, forgotten."""

from __future__ import annotations

from django.db.models import F

from projects.models import HistoryChunk, Run
from projects.streams import Piece, overlay, pack, parse_row, split, step_of, steps_of, unpack

Stream = HistoryChunk.Stream
LINE_COUNTERS = {Stream.HISTORY: "history_lines", Stream.SYSTEM: "system_lines", Stream.CONSOLE: "console_lines"}
SMALL = 16 * 1024


def write_lines(run: Run, stream: Stream, piece: Piece) -> None:
    """Lay `piece` over the chunks it meets; small neighbours join, so chunks stay few."""
    near = run.chunks.filter(stream=stream).annotate(end=F("first_line") + F("count"))
    met = [
        chunk
        for chunk in near.filter(first_line__lte=piece.end, end__gte=piece.first).order_by("first_line")
        if (chunk.first_line < piece.end and chunk.end > piece.first) or len(chunk.lines) < SMALL
    ]
    joined = overlay([Piece(chunk.first_line, unpack(chunk.lines)) for chunk in met], piece)
    run.chunks.filter(pk__in=[chunk.pk for chunk in met]).delete()
    HistoryChunk.objects.bulk_create(_chunk(run, stream, part) for part in split(joined))


def _chunk(run: Run, stream: Stream, piece: Piece) -> HistoryChunk:
    low, high = steps_of(piece.lines) if stream == Stream.HISTORY else (None, None)
    return HistoryChunk(
        run=run,
        stream=stream,
        first_line=piece.first,
        count=len(piece.lines),
        first_step=low,
        last_step=high,
        lines=pack(piece.lines),
    )


def lines_up_to(chunk: HistoryChunk, step: int) -> list[str]:
    """The lines of a chunk of metrics up to `step`; those without a step are among them."""
    return [line for line in unpack(bytes(chunk.lines)) if (step_of(parse_row(line)) or 0) <= step]


def count_up_to(run: Run, step: int) -> int:
    """How many lines of metrics `copy_history` would copy."""
    return sum(len(lines_up_to(chunk, step)) for chunk in _up_to(run, step))


def _up_to(run: Run, step: int) -> list[HistoryChunk]:
    chunks = run.chunks.filter(stream=Stream.HISTORY).order_by("first_line")
    return list(chunks.exclude(first_step__gt=step))


def copy_history(parent: Run, run: Run, step: int) -> None:
    """Give a run that has no metrics those of `parent` up to `step`; its row is not saved."""
    for chunk in _up_to(parent, step):
        if kept := lines_up_to(chunk, step):
            write_lines(run, Stream.HISTORY, Piece(run.history_lines, kept))
            run.history_lines += len(kept)
    if run.history_lines:
        run.last_step = min(step, step if parent.last_step is None else parent.last_step)
        run.history_keys = parent.history_keys


def forget(run: Run, stream: Stream) -> dict[str, object]:
    """Delete all lines of a stream, and what is counted from them; the changed fields of `run`, which is not saved."""
    run.chunks.filter(stream=stream).delete()
    changed: dict[str, object] = {LINE_COUNTERS[stream]: 0}
    if any(str(stream) in known for known in run.writers.values()):
        changed["writers"] = {
            writer: {name: lines for name, lines in known.items() if name != stream}
            for writer, known in run.writers.items()
        }
    if stream == Stream.HISTORY:
        changed |= {"last_step": None, "history_keys": {}}
    for name, value in changed.items():
        setattr(run, name, value)
    return changed
