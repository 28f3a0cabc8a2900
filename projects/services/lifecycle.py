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
from projects.services import anew
from projects.services.chunks import copy_history, lines_up_to, write_lines
from projects.services.runs import DELETED, RunFields, upsert_run
from projects.streams import Piece

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

    A second time changes it as `upsert_run` does, and copies nothing; one that has ended is forked anew once the first new
    line comes. Raises InvalidInputError for a step that the parent does not reach.
    """
    with transaction.atomic():
        begun = anew.beginning(parent, step)
        run, inserted = upsert_run(
            actor=actor, project=parent.project, name=name, fields=fields, by_script=True, begun=begun
        )
        if inserted or run.begun == begun:
            _check_step(parent, step)
        if inserted:
            copy_history(parent, run, step)
            run.save(update_fields=["history_lines", "last_step", "history_keys"])
    return run, inserted


def _check_step(run: Run, step: int) -> None:
    """Of a run that runs, later steps may be on their way; one without metrics has nothing to go on from or to cut."""
    last = run.last_step
    if step < 0:
        raise InvalidInputError(_("A run goes on from a step of 0 or more; this is %(step)s.") % {"step": step})
    if last is not None and step > last and run.current_state != Run.State.RUNNING:
        raise InvalidInputError(
            _("The run '%(name)s' ends at step %(last)s, so nothing goes on from its step %(step)s.")
            % {"name": run.name, "last": last, "step": step}
        )


def rewind_run(*, actor: User, run: Run, step: int) -> Run:
    """Forget the metrics after `step`, so that the run goes on from there; a second time changes nothing.

    Raises NotFoundError, ForbiddenError below Member, GoneError, InvalidInputError for a step that the run does not reach.
    """
    with transaction.atomic():
        locked = _locked(actor, run)
        _check_step(locked, step)
        if locked.last_step is None or locked.last_step <= step:
            return locked
        history = locked.chunks.filter(stream=HistoryChunk.Stream.HISTORY)
        chunk = history.filter(last_step__gt=step).order_by("first_line").first()
        if chunk is None:
            return locked
        kept = lines_up_to(chunk, step)
        history.filter(first_line__gte=chunk.first_line).delete()
        if kept:
            write_lines(locked, HistoryChunk.Stream.HISTORY, Piece(chunk.first_line, kept))
        before = {"step": locked.last_step}
        locked.history_lines = chunk.first_line + len(kept)
        locked.last_step = step if locked.history_lines else None
        locked.begun = {}
        locked.save(update_fields=["history_lines", "last_step", "begun"])
        record(
            actor=actor,
            type=EventType.RUN_REWOUND,
            object=locked,
            container=run.project,
            before=before,
            after={"step": step},
        )
    return locked
