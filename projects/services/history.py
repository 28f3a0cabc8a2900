"""Reading back what a run streamed: lines, rows by step, samples, curves, the values at a step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.models import F, QuerySet

from projects import values
from projects.models import HistoryChunk, Run
from projects.sampling import Curve, Point, thin
from projects.streams import parse_row, step_of, unpack

Stream = HistoryChunk.Stream
AXES = {"step": "_step", "runtime": "_runtime", "timestamp": "_timestamp"}
MAX_SAMPLES = 10_000
CHUNKS_AT_ONCE = 8


def numbered_lines(run: Run, stream: str, first: int = 0, last: int | None = None) -> Iterator[tuple[int, str]]:
    """Lines from `first` to before `last`, as they were sent, with their numbers; lines that never came are absent."""
    chunks = run.chunks.filter(stream=stream).annotate(end=F("first_line") + F("count")).filter(end__gt=first)
    if last is not None:
        chunks = chunks.filter(first_line__lt=last)
    for chunk in _in_order(chunks):
        for number, line in enumerate(unpack(chunk.lines), chunk.first_line):
            if number >= first and (last is None or number < last):
                yield number, line


def _in_order(chunks: QuerySet[HistoryChunk]) -> Iterator[HistoryChunk]:
    return chunks.order_by("first_line").iterator(chunk_size=CHUNKS_AT_ONCE)


def read_lines(run: Run, stream: str, first: int = 0, last: int | None = None) -> Iterator[dict[str, Any] | str]:
    """As `numbered_lines`: rows of history or system metrics as mappings, console lines as text."""
    for _, line in numbered_lines(run, stream, first, last):
        yield line if stream == Stream.CONSOLE else parse_row(line)


def last_line(run: Run, stream: str) -> str | None:
    """The last line of a stream, as it was sent."""
    chunk = run.chunks.filter(stream=stream).order_by("-first_line").first()
    return unpack(chunk.lines)[-1] if chunk else None


def read_steps(run: Run, min_step: int | None = None, max_step: int | None = None) -> Iterator[dict[str, Any]]:
    """History rows with a step from `min_step` to before `max_step`; only the chunks that hold some are decoded."""
    chunks = run.chunks.filter(stream=Stream.HISTORY)
    if min_step is not None:
        chunks = chunks.filter(last_step__gte=min_step)
    if max_step is not None:
        chunks = chunks.filter(first_step__lt=max_step)
    for chunk in _in_order(chunks):
        for row in map(parse_row, unpack(chunk.lines)):
            step = step_of(row)
            if step is None:
                if min_step is None and max_step is None:
                    yield row
            elif (min_step is None or step >= min_step) and (max_step is None or step < max_step):
                yield row


def sample(
    run: Run,
    keys: Sequence[str] = (),
    samples: int = 500,
    min_step: int | None = None,
    max_step: int | None = None,
    stream: str = Stream.HISTORY,
) -> list[dict[str, Any]]:
    """At most `samples` rows (10,000 in all), evenly spaced; with `keys`, rows that have all of them, cut to these."""
    rows = read_steps(run, min_step, max_step) if stream == Stream.HISTORY else map(parse_row, _texts(run, stream))
    chosen = (cut for row in rows if (cut := _cut(row, keys)) is not None)
    return [values.storable(row) for row in thin(chosen, min(max(samples, 1), MAX_SAMPLES))]


def _texts(run: Run, stream: str) -> Iterator[str]:
    return (line for _, line in numbered_lines(run, stream))


def _cut(row: dict[str, Any], keys: Sequence[str]) -> dict[str, Any] | None:
    if not keys:
        return row
    flat = row if all(key in row for key in keys) else row | dict(values.flatten(row))
    return {key: flat[key] for key in keys} if all(key in flat for key in keys) else None


def curves(
    run: Run, keys: Collection[str] | None = None, *, axis: str = "step", stream: str = Stream.HISTORY
) -> dict[str, list[Point]]:
    """{key: [(x, value), …]} of every numeric key, or of `keys`; about 600 points each that keep the peaks.

    `axis` is `step`, `runtime` (seconds) or `timestamp` (Unix seconds). One pass over the stream, in flat memory.
    """
    total = run.history_lines if stream == Stream.HISTORY else run.system_lines
    return _curves(numbered_lines(run, stream), total, keys, axis)


def curves_of(runs: Iterable[Run], keys: Collection[str], *, axis: str = "step") -> dict[int, dict[str, list[Point]]]:
    """The `curves` of the histories of several runs, by their ids: one query, one pass over each."""
    totals = {run.pk: run.history_lines for run in runs}
    chunks = HistoryChunk.objects.filter(run__in=totals, stream=Stream.HISTORY).order_by("run", "first_line")
    by_run = groupby(chunks.iterator(chunk_size=CHUNKS_AT_ONCE), key=lambda chunk: chunk.run_id)
    return {pk: _curves(_lines_of(of_run), totals[pk], keys, axis) for pk, of_run in by_run}


def _lines_of(chunks: Iterable[HistoryChunk]) -> Iterator[tuple[int, str]]:
    return (numbered for chunk in chunks for numbered in enumerate(unpack(chunk.lines), chunk.first_line))


def _curves(
    lines: Iterable[tuple[int, str]], total: int, keys: Collection[str] | None, axis: str
) -> dict[str, list[Point]]:
    found: defaultdict[str, Curve] = defaultdict(lambda: Curve(total))
    for number, line in lines:
        row = parse_row(line)
        x = values.number(row.get(AXES[axis]))
        if x is None:
            continue
        for key, value in values.flatten(row):
            y = values.number(value)
            if y is not None and not key.startswith("_") and (keys is None or key in keys):
                found[key].add(number, x, y)
    return {key: curve.finish() for key, curve in sorted(found.items())}


def numeric_keys(run: Run) -> set[str]:
    """The keys of the history that had a number at some step, without the client's own `_…`."""
    return {key for key, kinds in run.history_keys.items() if "number" in kinds and not key.startswith("_")}


def value_at(run: Run, step: int, keys: Collection[str] | None = None) -> dict[str, float]:
    """The last finite value at or before `step` of every numeric key, or of `keys`; mostly one chunk is read."""
    missing = numeric_keys(run) if keys is None else numeric_keys(run) & set(keys)
    latest: dict[str, float] = {}
    chunks = run.chunks.filter(stream=Stream.HISTORY, first_step__lte=step).order_by("-first_line")
    for chunk in chunks.iterator(chunk_size=1):
        for row in map(parse_row, reversed(unpack(chunk.lines))):
            at = step_of(row)
            if at is None or at > step:
                continue
            for key, value in values.flatten(row):
                found = values.number(value)
                if key in missing and found is not None:
                    latest[key] = found
                    missing.discard(key)
        if not missing:
            break
    return latest
