"""What a run streamed: metrics by step, system metrics, console lines."""

from __future__ import annotations

import json
from collections import deque
from itertools import islice
from typing import Any

from ariadne import ObjectType
from django.db.models import Prefetch
from graphql import GraphQLResolveInfo

from common.errors import InvalidInputError
from common.pagination import clamp
from projects import values
from projects.models import HistoryChunk, Run
from projects.services import history
from projects.streams import parse_row, step_of, unpack
from sdk_api.connections import Connection, Edge, PageInfo
from sdk_api.context import context

run = ObjectType("Run")
BINDABLES = [run]
Stream = HistoryChunk.Stream
DEFAULT_SAMPLES = 500
MAX_SPECS = 20
MAX_ROWS = 10_000
MAX_LOG_PAGE = 10_000


@run.field("historyTail")
def resolve_history_tail(row: Run, info: GraphQLResolveInfo) -> str:
    """The last line of metrics, from which a resumed run goes on."""
    return _tail(row, Stream.HISTORY)


@run.field("eventsTail")
def resolve_events_tail(row: Run, info: GraphQLResolveInfo) -> str:
    """The last line of system metrics."""
    return _tail(row, Stream.SYSTEM)


def _tail(row: Run, stream: str) -> str:
    line = history.last_line(row, stream)
    if line is None:
        return "[]"
    last = parse_row(line)
    if "_step" in last:
        last["_step"] = step_of(last)  # the client takes a whole number only
    return json.dumps([json.dumps(last)])


@run.field("historyKeys")
def resolve_history_keys(row: Run, info: GraphQLResolveInfo) -> dict[str, Any]:
    """Every key with the kinds of its values and what the summary has of it, and the last step; -1 before the first."""
    last = dict(values.flatten(row.summary))
    keys = {
        key: {"typeCounts": [{"type": kind, "count": 1} for kind in kinds], "previousValue": last.get(key)}
        for key, kinds in row.history_keys.items()
    }
    return {"lastStep": -1 if row.last_step is None else row.last_step, "sets": [], "keys": keys}


@run.field("history")
def resolve_history(
    row: Run,
    info: GraphQLResolveInfo,
    *,
    min_step: int | None = None,
    max_step: int | None = None,
    samples: int | None = None,
) -> list[str]:
    """Rows of a range of steps as they are, at most `samples`; without a range, a sample of all."""
    if min_step is None and max_step is None:
        return [_text(found) for found in history.sample(row, (), samples or DEFAULT_SAMPLES)]
    rows = history.read_steps(row, min_step, max_step)
    return [_text(found) for found in islice(rows, clamp(samples, default=MAX_ROWS, most=MAX_ROWS))]


@run.field("events")
def resolve_events(row: Run, info: GraphQLResolveInfo, samples: int | None = None) -> list[str]:
    """A sample of the system metrics."""
    return [_text(found) for found in history.sample(row, (), samples or DEFAULT_SAMPLES, stream=Stream.SYSTEM)]


@run.field("systemMetrics")
def resolve_system_metrics(row: Run, info: GraphQLResolveInfo) -> str:
    """The last values of the system metrics."""
    last = HistoryChunk.objects.filter(stream=Stream.SYSTEM).order_by("-first_line")[:1]
    context(info).load(row, last_chunk=lambda: Prefetch("chunks", queryset=last, to_attr="last_system_chunk"))
    chunks: list[HistoryChunk] = row.last_system_chunk  # type: ignore[attr-defined]  # prefetched
    found = parse_row(unpack(bytes(chunks[0].lines))[-1]) if chunks else {}
    return _text({key: value for key, value in found.items() if key.startswith("system.")})


def _text(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


@run.field("sampledHistory")
def resolve_sampled_history(row: Run, info: GraphQLResolveInfo, specs: list[str]) -> list[list[dict[str, Any]]]:
    """For each spec, a sample of the rows that have all its keys."""
    if len(specs) > MAX_SPECS:
        raise InvalidInputError(f"At most {MAX_SPECS} samples at once; these are {len(specs)}.")
    return [history.sample(row, **_spec(spec)) for spec in specs]


def _spec(text: str) -> dict[str, Any]:
    try:
        spec = values.loads(text)
        keys = [str(key) for key in spec.get("keys") or ()]
        numbers = [spec.get(name) for name in ("samples", "minStep", "maxStep")]
        samples, low, high = (None if number is None else int(number) for number in numbers)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidInputError("A spec of sampledHistory is JSON: {keys, minStep, maxStep, samples}.") from error
    last = None if high is None else high + 1  # the client names the last step itself here, not the one after it
    return {"keys": keys, "samples": samples or DEFAULT_SAMPLES, "min_step": low, "max_step": last}


@run.field("parquetHistory")
def resolve_parquet_history(row: Run, info: GraphQLResolveInfo, live_keys: list[str]) -> dict[str, Any]:
    """No file; the ends of the range of steps stand for the live rows, whose pages the client then asks for."""
    steps = [found for found in _ends(row) if found is not None]
    return {"parquet_urls": [], "live_data": [{"_step": step} for step in sorted({*steps})]}


def _ends(row: Run) -> tuple[int | None, int | None]:
    first = row.chunks.filter(stream=Stream.HISTORY, first_step__isnull=False).order_by("first_step").first()
    return (first.first_step if first else None, row.last_step)


@run.field("logLines")
def resolve_log_lines(
    row: Run,
    info: GraphQLResolveInfo,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    **_: Any,
) -> Connection:
    """A page of console lines after a line number, or the last ones."""
    start = _line_number(after) if after else 0
    size = clamp(last or first, most=MAX_LOG_PAGE)
    lines = history.numbered_lines(row, Stream.CONSOLE, start)
    # One more than asked tells whether there is a next page; the last ones are kept while reading.
    found = list(deque(lines, size)) if last else list(islice(lines, size + 1))
    shown = found[:size]
    end = str(shown[-1][0] + 1) if shown else after
    return Connection([Edge(_line(number, text)) for number, text in shown], PageInfo(len(found) > size, end))


def _line_number(after: str) -> int:
    if not after.isdecimal() or len(after) > 9:
        raise InvalidInputError("The cursor is damaged; start from the first page.")
    return int(after)


def _line(number: int, text: str) -> dict[str, Any]:
    """`ERROR 2026-11-23T03:42:29.507015 text` in its parts."""
    is_error = text.startswith("ERROR ")
    stamp, _, rest = text.removeprefix("ERROR ").partition(" ")
    has_stamp = len(stamp) >= 19 and stamp[4:5] == "-" and stamp[10:11] == "T"
    return {
        "number": number,
        "timestamp": stamp if has_stamp else None,
        "level": "error" if is_error else None,
        "label": None,
        "line": rest if has_stamp else text,
    }
