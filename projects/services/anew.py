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


def beginning(parent: Run | None = None, step: int = 0) -> dict[str, Any]:
    """What `Run.begun` notes of a script that begins: its first line in each stream. A fork's follow on the parent's."""
    begun: dict[str, Any] = {str(stream): 0 for stream in Stream}
    if parent is None:
        return begun
    return begun | {str(Stream.HISTORY): chunks.count_up_to(parent, step), "parent": parent.pk, "step": step}


def settle(actor: User, run: Run, pieces: dict[Stream, Piece], *, ends: bool) -> dict[str, Any]:
    """Forget the earlier lines of each stream of which the first new one is among `pieces`; the changed fields of `run`.

    Once the script ends, what it has sent nothing of stays. A file of metrics that is sent again is noted by None.
    """
    came = {stream: piece for stream, piece in pieces.items() if run.begun.get(stream) == piece.first}
    changed: dict[str, Any] = {}
    left = {name: value for name, value in run.begun.items() if value is None or not (ends or name in came)}
    for stream, piece in came.items():
        # A fork's first line follows on its parent's, which an ended fork without metrics has not yet.
        is_any = getattr(run, chunks.LINE_COUNTERS[stream]) or piece.first
        if is_any and not _is_kept(run, stream, piece):
            changed |= _forget(actor, run, stream)
        elif is_any and stream == Stream.HISTORY:
            left[str(stream)] = None
    run.begun = left
    return changed | {"begun": run.begun} if came or ends else {}


def summary_of(run: Run, summary: dict[str, Any]) -> dict[str, Any] | None:
    """What the summary of a run becomes by one that came without metrics: None to leave it.

    Before the first line of a script that begins it anew, what is new is added; of a file that is sent again, only the
    summary of its last step counts.
    """
    if Stream.HISTORY not in run.begun:
        return summary
    if run.begun[Stream.HISTORY] is None:
        return summary if (step_of(summary) or 0) >= (run.last_step or 0) else None
    return {**run.summary, **{name: value for name, value in summary.items() if not name.startswith("_")}}


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
