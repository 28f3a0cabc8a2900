"""A script under the id of a run that has ended: it begins the run anew, and loses nothing that is not its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.errors import InvalidInputError
from events.models import Event
from projects.models import Project, Run
from projects.services import anew, history, lifecycle
from projects.services.runs import RunFields, update_run, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from tests.cast import Cast

Send = Callable[..., None]
Open = Callable[[], Run]


@pytest.fixture
def send(cast: Cast, run: Run) -> Send:
    """`send(history=Piece(…), …)`: a script of mia's sends a batch; `run` is as new afterwards."""

    def send(**parts: Any) -> None:
        append(actor=cast.mia, run=run, batch=StreamBatch(**parts))
        run.refresh_from_db()

    return send


@pytest.fixture
def begin(cast: Cast, run: Run) -> Open:
    """`begin()`: a script opens the run without resuming it."""

    def begin() -> Run:
        fields, begun = RunFields(), anew.beginning()
        upsert_run(actor=cast.mia, project=run.project, name=run.name, fields=fields, by_script=True, begun=begun)
        run.refresh_from_db()
        return run

    return begin


def rows(*steps: int, at: float = 1e9, **extra: Any) -> list[str]:
    """Lines of a script that started at `at`."""
    return [json.dumps({"_step": step, "_timestamp": at + step, "loss": at + step, **extra}) for step in steps]


def system(*seconds: int, at: float = 1e9) -> list[str]:
    return [json.dumps({"system.cpu": 1, "_timestamp": at + second}) for second in seconds]


def losses(run: Run) -> list[float]:
    return [row["loss"] for row in history.read_steps(run)]


def test_the_lines_of_a_new_script_take_the_place_of_the_earlier_ones(run: Run, send: Send, begin: Open) -> None:
    send(history=Piece(0, rows(*range(9), gone=1)), system=Piece(0, system(0, 1, 2)), console=Piece(0, ["a", "b", "c"]))
    send(complete=True, exit_code=1)
    assert (begin().history_lines, run.state) == (9, "failed")
    send(system=Piece(0, system(0, at=2e9)))
    assert (run.system_lines, run.history_lines, run.state) == (1, 9, "running"), "until a line of metrics has come"
    send(history=Piece(0, rows(0, 1, at=2e9)), console=Piece(0, ["d"]), summary={"loss": 2e9 + 1}, complete=True)
    assert losses(run) == [2e9, 2e9 + 1]
    assert (run.history_lines, run.console_lines, run.last_step, run.state) == (2, 1, 1, "finished")
    assert "gone" not in run.history_keys
    assert list(history.read_lines(run, "console")) == ["d"]
    assert Event.objects.get(type="run:rewound").before == {"step": 8}


def test_what_comes_twice_changes_nothing(run: Run, send: Send, begin: Open) -> None:
    send(history=Piece(0, rows(0, 1, 2)), complete=True)
    begin()
    begin()
    for _ in range(2):
        send(history=Piece(0, rows(0, 1, at=2e9)))
    send(history=Piece(2, rows(2, at=2e9)), complete=True)
    send(history=Piece(2, rows(2, at=2e9)), complete=True)
    begin()  # a repeated request that was long on its way
    send(history=Piece(0, rows(0, 1, at=2e9)))
    assert losses(run) == [2e9, 2e9 + 1, 2e9 + 2]


def test_a_file_that_is_sent_again_keeps_what_a_resumed_script_added(run: Run, send: Send, begin: Open) -> None:
    first = {"history": Piece(0, rows(0, 1, 2)), "system": Piece(0, system(0, 1)), "console": Piece(0, ["a"])}
    send(**first, complete=True)
    later = {"loss": 2e9 + 4, "_step": 4, "_runtime": 4}
    send(
        history=Piece(3, rows(3, 4, at=2e9)), summary=later, system=Piece(2, system(2, at=2e9)), console=Piece(1, ["b"])
    )
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=6))
    kept = [*losses(run), *history.read_lines(run, "system"), *history.read_lines(run, "console")]
    begin()
    send(summary={"_runtime": 0, "loss": 0})
    assert anew.first_line(run) == 0
    send(**first, summary={"loss": 1})
    assert (run.summary, anew.first_line(run)) == (later, 0), "sent again once more, it lies on the same lines"
    for _ in range(2):
        send(summary={"loss": 1, "_step": 2}, complete=True)
    assert [*losses(run), *history.read_lines(run, "system"), *history.read_lines(run, "console")] == kept
    assert (run.history_lines, run.summary) == (5, later)
    send(summary={"loss": 5, "_step": 4})
    assert run.summary == {"loss": 5, "_step": 4}, "of the last step, so it is no earlier one"
    begin()
    send(history=Piece(0, rows(3, 4, at=2e9)))
    assert set(losses(run)) > {2e9 + 3, 2e9 + 4}, "older releases number the lines of a resumed script from 0"
    assert run.history_lines == 5


def test_a_run_that_is_resumed_keeps_all(cast: Cast, run: Run, send: Send, begin: Open) -> None:
    send(history=Piece(0, rows(0, 1)), console=Piece(0, ["a"]), complete=True)
    begin()  # and falls silent before it has sent anything
    update_run(actor=cast.mia, run=run, fields=RunFields(), by_script=True)
    send(history=Piece(2, rows(2, at=2e9)), console=Piece(0, ["b", "c"]))
    assert losses(run) == [1e9, 1e9 + 1, 2e9 + 2]


def test_an_edit_changes_no_beginning_and_a_script_without_metrics_keeps_them(
    cast: Cast, run: Run, send: Send, begin: Open
) -> None:
    send(history=Piece(0, rows(0, 1)), complete=True)
    begin()
    update_run(actor=cast.mia, run=run, fields=RunFields(notes="n"))
    run.refresh_from_db()
    assert run.begun
    send(complete=True)
    assert (losses(run), run.begun) == ([1e9, 1e9 + 1], {})


def test_a_script_that_has_a_summary_alone_adds_to_the_earlier_one(run: Run, send: Send, begin: Open) -> None:
    send(history=Piece(0, rows(0, 1)), summary={"loss": 1, "_step": 1}, complete=True)
    begin()
    for ends in (False, True):
        send(summary={"score": 2, "_runtime": 0}, complete=ends)
        assert run.summary == {"loss": 1, "_step": 1, "score": 2}
    assert (losses(run), run.begun) == ([1e9, 1e9 + 1], {})
    begin()
    send(summary={"score": 3})
    assert run.summary == {"loss": 1, "_step": 1, "score": 3}
    send(history=Piece(0, rows(0, at=2e9)), summary={"loss": 3, "_step": 0})
    send(summary={"loss": 3, "_runtime": 1}, complete=True)
    assert run.summary == {"loss": 3, "_runtime": 1}


def test_a_file_without_metrics_that_is_sent_again_keeps_what_a_resumed_script_added(
    run: Run, send: Send, begin: Open
) -> None:
    send(summary={"score": 2}, complete=True)
    send(history=Piece(0, rows(0, 1)), summary={"score": 2, "loss": 5, "_step": 1}, complete=True)
    begin()
    send(summary={"score": 2, "_runtime": 0}, complete=True)
    assert run.summary == {"score": 2, "loss": 5, "_step": 1}


def test_a_run_that_runs_is_not_begun_anew(run: Run, send: Send, begin: Open) -> None:
    send(history=Piece(0, rows(0, 1)))
    assert begin().begun == {}


def test_of_several_writers_none_replaces_the_others_lines(run: Run, send: Send, begin: Open) -> None:
    send(history=Piece(0, rows(0, 1)), writer="a", complete=True)
    begin()
    send(history=Piece(0, rows(0, at=2e9)), writer="b", complete=True)
    assert losses(run) == [1e9, 1e9 + 1, 2e9]
    begin()
    send(history=Piece(0, rows(0, at=3e9)))
    send(history=Piece(2, rows(2, at=1e9)), writer="a")
    assert losses(run) == [3e9, 1e9 + 2], "a late line of a writer follows on what is there"


def test_a_fork_is_made_anew(cast: Cast, run: Run, project: Project, send: Send) -> None:
    send(history=Piece(0, rows(0, 1, 2, 3)), complete=True)
    run.project = project

    def fork(step: int) -> Run:
        made, _ = lifecycle.fork_run(actor=cast.mia, parent=run, step=step, name="fork", fields=RunFields())
        return made

    def stream(made: Run, first: int, *lines: str) -> list[float]:
        append(actor=cast.mia, run=made, batch=StreamBatch(history=Piece(first, [*lines]), complete=True))
        made.refresh_from_db()
        return losses(made)

    assert stream(fork(1), 2, *rows(2, 3, 4, at=2e9)) == [1e9, 1e9 + 1, 2e9 + 2, 2e9 + 3, 2e9 + 4]
    assert stream(fork(1), 2, *rows(2, at=3e9)) == [1e9, 1e9 + 1, 3e9 + 2]
    again = fork(1)
    assert stream(again, 2, *rows(2, at=3e9)) == [1e9, 1e9 + 1, 3e9 + 2], "the same file again"
    assert anew.first_line(again) == 2, "also once nobody knows where it began"
    hollow = fork(1)
    hollow.chunks.all().delete()
    Run.objects.filter(pk=hollow.pk).update(history_lines=0, last_step=None)
    assert stream(hollow, 2, *rows(2, at=3e9)) == [1e9, 1e9 + 1, 3e9 + 2]
    again = fork(3)
    assert again.begun["history"] == 4
    assert stream(again, 4, *rows(4, at=4e9)) == [1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 4e9 + 4]
    assert (again.history_lines, again.last_step) == (5, 4)
    with pytest.raises(InvalidInputError, match="ends at step 3"):
        fork(4)
    again.refresh_from_db()
    assert again.begun == {}


def test_a_run_goes_on_only_from_where_it_has_been(cast: Cast, run: Run, project: Project, send: Send) -> None:
    def at(step: int) -> None:
        run.project = project
        lifecycle.fork_run(actor=cast.mia, parent=run, step=step, name=f"fork{step}", fields=RunFields())
        lifecycle.rewind_run(actor=cast.mia, run=run, step=step)

    at(0)  # without any metrics
    send(history=Piece(0, rows(*range(5))))
    at(7)  # it runs, so these may be on their way
    send(complete=True)
    at(4)
    for step, words in ((5, "'.*' ends at step 4"), (-1, "0 or more")):
        for how in (lifecycle.fork_run, lifecycle.rewind_run):
            given: dict[str, Any] = {"run": run} if how is lifecycle.rewind_run else {
                "parent": run, "name": "new", "fields": RunFields()
            }  # fmt: skip
            with pytest.raises(InvalidInputError, match=words):
                how(actor=cast.mia, step=step, **given)
    assert not Run.objects.filter(name="new").exists()
    for _ in range(2):
        lifecycle.rewind_run(actor=cast.mia, run=run, step=2)
    run.refresh_from_db()
    assert run.history_lines == 3
