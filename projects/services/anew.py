"""A script that begins a run anew, under the id of one that has ended: when the lines of the earlier script go.

That it begins is known from how it opens the run, but `wandb sync` opens it so as well and sends a file again, perhaps one
after which the run was resumed. So nothing goes before the first new line has come: it differs from what is kept, or it is
a line that is here already, and then all of them are (docs/sdk.md).
"""

from __future__ import annotations

from typing import Any

from access.models import User
from events.services import record
from events.types import EventType
from projects.models import HistoryChunk, Run
from projects.services import chunks, history
from projects.streams import Piece, pack, parse_row, step_of, unpack

Stream = HistoryChunk.Stream
AGAIN, SUMMARY = "again", "summary"


def beginning(parent: Run | None = None, step: int = 0) -> dict[str, Any]:
    """What `Run.begun` notes of a script that begins: its first line in each stream. A fork's follow on the parent's.

    Later also the summary that there was before it, and the first line of a file of metrics that is sent again.
    """
    begun: dict[str, Any] = {str(stream): 0 for stream in Stream}
    if parent is None:
        return begun
    return begun | {str(Stream.HISTORY): chunks.count_up_to(parent, step), "parent": parent.pk, "step": step}


def first_line(run: Run) -> int:
    """The line of metrics at which a script that opens the run starts to count."""
    return int(run.begun.get(Stream.HISTORY, run.begun.get(AGAIN, run.history_lines)))


def settle(actor: User, run: Run, pieces: dict[Stream, Piece], *, ends: bool) -> dict[str, Any]:
    """Forget the earlier lines of each stream of which the first new one is among `pieces`; the changed fields of `run`.

    Once the script ends, what it has sent nothing of stays. Where it is a file of metrics that is sent again, this is noted,
    also for what comes after the end, and the summary is what it was before.
    """
    came = {stream: piece for stream, piece in pieces.items() if run.begun.get(stream) == piece.first}
    changed: dict[str, Any] = {}
    left = {name: value for name, value in run.begun.items() if name == AGAIN or not (ends or name in came)}
    for stream, piece in came.items():
        # A fork's first line follows on its parent's, which an ended fork without metrics has not yet.
        is_any = getattr(run, chunks.LINE_COUNTERS[stream]) or piece.first
        is_kept = is_any and _is_kept(run, stream, piece)
        if is_any and not is_kept:
            changed |= _forget(actor, run, stream)
        if stream == Stream.HISTORY:
            left.pop(SUMMARY, None)
            if is_kept:
                left[AGAIN] = piece.first
                changed[SUMMARY] = run.begun.get(SUMMARY, run.summary)
    run.begun = left
    return changed | {"begun": run.begun} if came or ends else {}


def summarize(run: Run, summary: dict[str, Any], *, waits: bool) -> dict[str, Any]:
    """What a summary that came without metrics changes; `waits` for the first line of a script that begins the run anew.

    Until that line comes, what is new is added, and what there was is noted. Of a file that is sent again, only the summary of
    its last step counts.
    """
    if AGAIN in run.begun:
        return {SUMMARY: summary} if (step_of(summary) or 0) >= (run.last_step or 0) else {}
    if not waits:
        return {SUMMARY: summary}
    added = {name: value for name, value in summary.items() if not name.startswith("_")}
    if Stream.HISTORY in run.begun:
        run.begun = {SUMMARY: run.summary} | run.begun
    return {SUMMARY: {**run.summary, **added}, "begun": run.begun}


def _is_kept(run: Run, stream: Stream, piece: Piece) -> bool:
    """Whether the first line of `piece` is here, so that a file is sent again; of metrics, also at another line."""
    line = unpack(pack(piece.lines[:1]))[0]
    kept = [text for _, text in history.numbered_lines(run, stream, piece.first, piece.first + 1)]
    if stream == Stream.CONSOLE:
        return kept == [line]
    sent = parse_row(line)
    step = step_of(sent) if stream == Stream.HISTORY else None
    rows = map(parse_row, kept) if step is None else history.read_steps(run, step, step + 1)
    return any(_is_same(row, sent) for row in rows)


def _is_same(kept: dict[str, Any], sent: dict[str, Any]) -> bool:
    """A client writes the time with each row, to the microsecond, and the keys in any order."""
    if "_timestamp" not in sent:
        return kept == sent
    return kept.get("_timestamp") == sent["_timestamp"] and step_of(kept) == step_of(sent)


def _forget(actor: User, run: Run, stream: Stream) -> dict[str, Any]:
    before = {"step": run.last_step}
    changed: dict[str, Any] = chunks.forget(run, stream)
    if stream != Stream.HISTORY:
        return changed
    if parent := Run.objects.filter(pk=run.begun.get("parent"), project=run.project_id).first():
        chunks.copy_history(parent, run, run.begun["step"])
        changed |= {name: getattr(run, name) for name in ("history_lines", "last_step", "history_keys")}
    after = {"step": run.last_step}
    record(actor=actor, type=EventType.RUN_REWOUND, object=run, container=run.project, before=before, after=after)
    return changed
