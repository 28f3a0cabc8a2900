"""append(): what a running script streams, arriving in any size, twice, or late."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.models import User
from access.policy import require
from access.roles import Action
from common.errors import GoneError, InvalidInputError, TooLargeError
from events.services import record
from events.types import EventType
from projects import hooks, values
from projects.models import HistoryChunk, Run
from projects.services import anew
from projects.services.chunks import LINE_COUNTERS, write_lines
from projects.services.runs import DELETED
from projects.streams import MAX_LINE, MAX_LINES, Piece, note_keys, parse_row, step_of
from projects.writers import MAX_WRITERS, place

Stream = HistoryChunk.Stream


@dataclass(frozen=True, kw_only=True)
class StreamBatch:
    """One request: lines by stream with the number of the first, and what else it says; empty, a heartbeat.

    A `writer` is one of several processes that stream to the run together, each numbering its lines by itself.
    """

    history: Piece | None = None
    system: Piece | None = None
    console: Piece | None = None
    summary: dict[str, Any] | None = None
    uploaded: tuple[str, ...] = ()
    preempting: bool = False
    complete: bool = False
    exit_code: int = 0
    writer: str = ""

    def pieces(self) -> dict[Stream, Piece]:
        """The streams that bring lines."""
        given = {Stream.HISTORY: self.history, Stream.SYSTEM: self.system, Stream.CONSOLE: self.console}
        return {stream: piece for stream, piece in given.items() if piece is not None and piece.lines}


def append(*, actor: User, run: Run, batch: StreamBatch) -> bool:
    """Take a batch; whether the client should stop the run. The same batch again changes nothing.

    Later lines replace earlier ones of the same number, gaps are tolerated, and a summary that came with lines before the
    last ones is out of date. A run that crashed goes on with any batch, one that ended when its script has resumed it: what
    comes without that is late. Of several writers, one that is new reopens it. The first lines of a script that begins the
    run anew take the place of those of an earlier one (`anew`). Raises NotFoundError, ForbiddenError below
    Member, GoneError for a deleted run, InvalidInputError and TooLargeError for lines that cannot be kept.
    """
    require(actor, Action.WRITE_RUN, run.project)
    pieces = batch.pieces()
    rows = {stream: _checked(stream, piece) for stream, piece in pieces.items()}
    history = rows.get(Stream.HISTORY, [])
    summary = _summary(batch.summary)
    with transaction.atomic():
        locked = Run.objects.select_for_update().defer("config", "client_info").get(pk=run.pk)
        if locked.deleted_at is not None:
            raise GoneError(DELETED.format(name=run.name))
        locked.project = run.project
        now = timezone.now()
        changed = {"heartbeat_at": now, **_turn(locked, batch, now)}
        waits = Stream.HISTORY in locked.begun
        if locked.begun:
            changed |= anew.settle(actor, locked, {} if batch.writer else pieces, ends=batch.complete)
        placed = {stream: [piece] for stream, piece in pieces.items()}
        if batch.writer:
            placed, summary = _together(locked, batch.writer, pieces), {**locked.summary, **(summary or {})}
            history = [parse_row(line) for piece in placed.get(Stream.HISTORY, ()) for line in piece.lines]
            changed["writers"] = locked.writers
        elif Stream.HISTORY in pieces and pieces[Stream.HISTORY].end < locked.history_lines:
            summary = None  # of an earlier moment
        elif summary is not None and Stream.HISTORY not in pieces:
            changed |= anew.summarize(locked, summary, waits=waits)
            summary = None
        for stream, piece in ((stream, piece) for stream, found in placed.items() for piece in found):
            write_lines(locked, stream, piece)
            counter = LINE_COUNTERS[stream]
            changed[counter] = max(changed.get(counter, getattr(locked, counter)), piece.end)
        if history:
            steps = [step for step in (locked.last_step, *map(step_of, history)) if step is not None]
            changed |= {"last_step": max(steps, default=None), "history_keys": note_keys(locked.history_keys, history)}
        if summary is not None:
            changed["summary"] = summary
        if batch.uploaded:
            locked.files.filter(name__in=batch.uploaded).update(updated_at=now)
        _apply(actor, locked, changed)
    if history or batch.complete:
        for hook in hooks.after_history:
            hook(locked)
    return locked.state == Run.State.KILLED


def _together(run: Run, writer: str, pieces: dict[Stream, Piece]) -> dict[Stream, list[Piece]]:
    """Where a writer's lines lie in the run, which it then remembers; a line's step is its number in the run."""
    if writer not in run.writers and len(run.writers) >= MAX_WRITERS:
        raise InvalidInputError(f"At most {MAX_WRITERS} processes stream to one run.")
    known = run.writers.setdefault(writer, {})
    placed = {}
    for stream, piece in pieces.items():
        stretches = [(own, at, count) for own, at, count in known.get(stream, ())]
        known[str(stream)], placed[stream] = place(stretches, piece, getattr(run, LINE_COUNTERS[stream]))
    if Stream.HISTORY in placed:
        placed[Stream.HISTORY] = [_stepped(piece) for piece in placed[Stream.HISTORY]]
    return placed


def _stepped(piece: Piece) -> Piece:
    rows = (parse_row(line) | {"_step": number} for number, line in enumerate(piece.lines, piece.first))
    return Piece(piece.first, [json.dumps(row, ensure_ascii=False) for row in rows])


def _checked(stream: Stream, piece: Piece) -> list[dict[str, Any]]:
    """The rows of history or system metrics; console lines are only measured."""
    if piece.first < 0 or piece.end > MAX_LINES:
        raise InvalidInputError(
            f"The {stream} lines start at {piece.first}; a run has at most {MAX_LINES} lines of each kind."
        )
    rows = []
    for number, line in enumerate(piece.lines, piece.first):
        if len(line) > MAX_LINE:
            raise TooLargeError(f"Line {number} of the {stream} is longer than {MAX_LINE} characters.")
        if stream != Stream.CONSOLE:
            try:
                row = parse_row(line)
                if line.count("{") + line.count("[") > values.MAX_DEPTH:
                    values.storable(row)  # raises when these are levels, which samples could not answer
                rows.append(row)
            except ValueError as error:
                raise InvalidInputError(f"Line {number} of the {stream} cannot be read: {error}.") from error
    return rows


def _summary(summary: dict[str, Any] | None) -> Any:
    try:
        return values.storable(summary)
    except ValueError as error:
        raise InvalidInputError(f"The summary is {error}; at most {values.MAX_DEPTH} levels are kept.") from error


def _turn(run: Run, batch: StreamBatch, now: datetime) -> dict[str, Any]:
    """How the batch changes the state. A run that was told to stop stays killed until its script has ended, or fallen
    silent; what comes then goes on with it.
    """
    State = Run.State
    preempting = batch.preempting or (run.preempting and run.current_state == State.RUNNING)
    if not batch.complete:
        if run.state == State.KILLED and run.exit_code is None and not run.is_silent:
            return {}
        late = batch.writer in run.writers if batch.writer else run.exit_code is not None and not run.resumed
        if late and run.state != State.RUNNING:
            return {}
        opened = {"exit_code": None, "finished_at": None, "resumed": False}
        return {"state": State.RUNNING, "preempting": preempting} | opened
    ended = State.FINISHED if batch.exit_code == 0 else State.PREEMPTED if preempting else State.FAILED
    if run.state == State.KILLED:
        ended = State.KILLED
    return {"state": ended, "exit_code": batch.exit_code, "finished_at": run.finished_at or now, "resumed": False}


def _apply(actor: User, run: Run, changed: dict[str, Any]) -> None:
    ends = changed.get("state", run.state) != Run.State.RUNNING and run.finished_at is None and "finished_at" in changed
    for name, value in changed.items():
        setattr(run, name, value)
    run.save(update_fields=list(changed))
    if ends:
        after = {"state": run.state, "exit_code": run.exit_code}
        record(actor=actor, type=EventType.RUN_FINISHED, object=run, container=run.project, after=after)
