"""The console of a run: a page of lines, a search through them, and the whole as a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import QueryDict

from common.pagination import whole
from projects.models import HistoryChunk, Run
from projects.services import history

LINES = 1_000
BEFORE = 5  # lines above the one that is jumped to
MAX_HITS = 500
MAX_SCANNED = 1_000_000
MAX_WORDS = 256
TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-Z\\-_]|[\x00-\x08\x0b-\x1f\x7f]")
STAMPED = re.compile(r"(ERROR )?(\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?)Z? ?(.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """A line as it is shown: `clock` is the time of day (UTC) and `moment` all of it, where it is known; `parts` are texts
    and whether each was searched for.
    """

    number: int
    clock: str
    moment: str
    is_error: bool
    parts: list[tuple[str, bool]]


def plain(line: str) -> str:
    """A console line as it looks when printed: after the last carriage return, without control sequences."""
    return TERMINAL.sub("", line.rstrip("\r").rpartition("\r")[2])


def read(number: int, line: str, words: str = "") -> Line:
    """The line with its time and channel taken off (`2026-11-23T03:42:29.507 text`, after `ERROR ` for the error stream)."""
    match = STAMPED.match(line)
    if match is None:
        return Line(number, "", "", False, marked(plain(line), words))
    return Line(number, match[3], match[2], bool(match[1]), marked(plain(match[4]), words))


def marked(text: str, words: str) -> list[tuple[str, bool]]:
    """`text` in parts, with those that are `words`, in any case, marked."""
    if not words:
        return [(text, False)]
    pieces = re.split(f"({re.escape(words)})", text, flags=re.IGNORECASE)
    return [(piece, bool(index % 2)) for index, piece in enumerate(pieces) if piece]


def context(run: Run, query: QueryDict) -> dict[str, Any]:
    """What the tab shows: hits of `?q=`, the lines from `?line=` on, or those before `?to=`, by default the last ones."""
    words = query.get("q", "").strip()[:MAX_WORDS]
    shown = {"search": words, "total": run.console_lines, "current": 0, "may_follow": False}
    if words:
        return shown | search(run, words)
    line = min(whole(query, "line"), run.console_lines)
    if line:
        start = max(0, line - 1 - BEFORE)
        end = min(start + LINES, run.console_lines)
    else:
        end = min(whole(query, "to"), run.console_lines) or run.console_lines
        start = max(0, end - LINES)
    at_end = end == run.console_lines and not line
    return shown | {
        "lines": [read(number + 1, text) for number, text in history.numbered_lines(run, "console", start, end)],
        "first": start + 1,
        "end": end,
        "current": line,
        "earlier": start or None,
        "later": min(end + LINES, run.console_lines) if end < run.console_lines else None,
        "may_follow": at_end and run.current_state == Run.State.RUNNING,
    }


def search(run: Run, words: str) -> dict[str, Any]:
    """The first 500 lines with `words` in them, in any case, among the first million lines; `is_cut` says there may be more."""
    folded = words.casefold()
    lines = islice(history.numbered_lines(run, "console"), MAX_SCANNED)
    found = (read(number + 1, text, words) for number, text in lines if folded in text.casefold())
    hits = list(islice((line for line in found if any(is_hit for _, is_hit in line.parts)), MAX_HITS + 1))
    is_cut = len(hits) > MAX_HITS or run.console_lines > MAX_SCANNED
    return {"lines": hits[:MAX_HITS], "is_cut": is_cut}


def whole_log(run: Run) -> Iterator[str]:
    """Every line as it was sent, each with its end, in flat memory."""
    return (f"{line}\n" for _, line in history.numbered_lines(run, HistoryChunk.Stream.CONSOLE))
