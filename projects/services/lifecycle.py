"""What becomes of a run other than by its own stream: told its state, cut back to an earlier step, or forked from one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from common.errors import GoneError, InvalidInputError
from events.services import record
from events.types import EventType
from projects.models import HistoryChunk, Run
from projects.services.runs import DELETED, RunFields, upsert_run
from projects.services.stream import write_lines
from projects.streams import Piece, parse_row, step_of, unpack

WAITING = "pending"  # what clients call a run that nothing has streamed yet; here it runs until it falls silent
TELLABLE = {Run.State.RUNNING, Run.State.FINISHED, Run.State.FAILED, Run.State.KILLED, Run.State.PREEMPTED}


def _locked(actor: User, run: Run) -> Run:
    """The run, to be changed in the caller's transaction. Raises NotFoundError, ForbiddenError below Member, GoneError."""
    require(actor, Action.WRITE_RUN, run.project)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.deleted_at is not None:
        raise GoneError(DELETED.format(name=run.name))
    locked.project = run.project
    return locked


def set_state(*, actor: User, run: Run, state: str) -> Run:
    """Make `state` (running, finished, failed, killed, preempted) the run's; again changes nothing. Raises InvalidInputError."""
    word = Run.State.RUNNING if state.lower() == WAITING else state.lower()
    if word not in TELLABLE:
        raise InvalidInputError(
            _("'%(state)s' is no state of a run; the states are %(choices)s.")
            % {"state": state[:40], "choices": ", ".join(sorted(TELLABLE))}
        )
    with transaction.atomic():
        locked = _locked(actor, run)
        if locked.state == word:
            return locked
        locked.state = word
        locked.finished_at = None if word == Run.State.RUNNING else timezone.now()
        locked.save(update_fields=["state", "finished_at"])
        if locked.finished_at:
            record(
                actor=actor, type=EventType.RUN_FINISHED, object=locked, container=run.project, after={"state": word}
            )
    return locked


def stop_run(*, actor: User, run: Run) -> bool:
    """Ask a running script to stop, which it hears in its next request; false for a run that is not running."""
    require(actor, Action.WRITE_RUN, run.project)
    if run.current_state not in {Run.State.RUNNING, Run.State.KILLED}:
        return False
    set_state(actor=actor, run=run, state=Run.State.KILLED)
    return True


def fork_run(*, actor: User, parent: Run, step: int, name: str, fields: RunFields) -> tuple[Run, bool]:
    """The run `name` in the parent's project, made with the parent's metrics up to `step`; also whether it was made.

    A second time changes it as `upsert_run` does, and copies nothing.
    """
    with transaction.atomic():
        run, inserted = upsert_run(actor=actor, project=parent.project, name=name, fields=fields)
        if inserted:
            _copy_history(parent, run, step)
    return run, inserted


def _copy_history(parent: Run, run: Run, step: int) -> None:
    chunks = parent.chunks.filter(stream=HistoryChunk.Stream.HISTORY).order_by("first_line")
    for chunk in chunks.exclude(first_step__gt=step):
        kept = [line for line in unpack(bytes(chunk.lines)) if (step_of(parse_row(line)) or 0) <= step]
        if kept:
            write_lines(run, HistoryChunk.Stream.HISTORY, Piece(run.history_lines, kept))
            run.history_lines += len(kept)
    if run.history_lines:
        run.last_step = min(step, step if parent.last_step is None else parent.last_step)
        run.history_keys = parent.history_keys
    run.save(update_fields=["history_lines", "last_step", "history_keys"])


def rewind_run(*, actor: User, run: Run, step: int) -> Run:
    """Forget the metrics after `step`, so that the run goes on from there; a second time changes nothing."""
    with transaction.atomic():
        locked = _locked(actor, run)
        if locked.last_step is None or locked.last_step <= step:
            return locked
        history = locked.chunks.filter(stream=HistoryChunk.Stream.HISTORY)
        chunk = history.filter(last_step__gt=step).order_by("first_line").first()
        if chunk is None:
            return locked
        kept = [line for line in unpack(bytes(chunk.lines)) if (step_of(parse_row(line)) or 0) <= step]
        history.filter(first_line__gte=chunk.first_line).delete()
        if kept:
            write_lines(locked, HistoryChunk.Stream.HISTORY, Piece(chunk.first_line, kept))
        before = {"step": locked.last_step}
        locked.history_lines = chunk.first_line + len(kept)
        locked.last_step = step if locked.history_lines else None
        locked.save(update_fields=["history_lines", "last_step"])
        record(
            actor=actor,
            type=EventType.RUN_REWOUND,
            object=locked,
            container=run.project,
            before=before,
            after={"step": step},
        )
    return locked
