"""Runs that several processes stream to, that go on from another run, and that are told to stop."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.errors import ForbiddenError, InvalidInputError
from projects.models import Project, Run
from projects.services import history, lifecycle
from projects.services.runs import RunFields, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from projects.writers import MAX_STRETCHES, MAX_WRITERS, Stretches, place
from tests.cast import Cast

Send = Callable[..., bool]


@pytest.fixture
def send(cast: Cast, run: Run) -> Send:
    """`send(history=Piece(…), writer="a")`: a batch; `run` is as new afterwards."""

    def send(**parts: Any) -> bool:
        stopped = append(actor=cast.mia, run=run, batch=StreamBatch(**parts))
        run.refresh_from_db()
        return stopped

    return send


def rows(*steps: int, **extra: Any) -> list[str]:
    return [json.dumps({"_step": step, **extra}) for step in steps]


def logged(run: Run) -> list[dict[str, Any]]:
    return list(history.read_steps(run, 0, None))


@pytest.mark.parametrize("seed", range(5))
def test_lines_of_each_writer_stay_in_order_and_none_is_lost_or_doubled(seed: int) -> None:
    luck = random.Random(seed)
    known: dict[str, Stretches] = {"a": [], "b": [], "c": []}
    sent: dict[str, list[str]] = {name: [] for name in known}
    run: list[str] = []
    for _ in range(60):
        name = luck.choice("abc")
        again = luck.randint(0, min(3, len(sent[name])))
        first = len(sent[name]) - again
        lines = sent[name][first:] + [f"{name}{first + again + index}" for index in range(luck.randint(0, 3))]
        if not lines:
            continue
        sent[name] = sent[name][:first] + lines
        for _ in range(luck.choice([1, 1, 2])):  # now and then a piece is delivered twice
            known[name], pieces = place(known[name], Piece(first, lines), len(run))
            for piece in pieces:
                run[piece.first : piece.end] = piece.lines
    assert sorted(run) == sorted(line for lines in sent.values() for line in lines)
    for name, lines in sent.items():
        assert [line for line in run if line[0] == name] == lines


def test_a_correction_lands_where_the_line_was_and_the_oldest_are_forgotten() -> None:
    known, _ = place([], Piece(0, ["a0", "a1"]), 0)
    known, pieces = place(known, Piece(1, ["A1", "a2"]), 5)
    assert pieces == [Piece(1, ["A1"]), Piece(5, ["a2"])]
    for index in range(MAX_STRETCHES + 5):
        known, _ = place(known, Piece(3 + index, ["x"]), 10 + 2 * index)
    assert len(known) == MAX_STRETCHES
    assert place(known, Piece(0, ["late"]), 1000) == (known, [])


def test_two_processes_log_to_one_run(run: Run, send: Send) -> None:
    send(writer="a", history=Piece(0, rows(0, 1, a=1)), console=Piece(0, ["[a] one"]), summary={"a": 1, "_step": 1})
    send(writer="b", history=Piece(0, rows(0, b=1)), console=Piece(0, ["[b] one"]), summary={"b": 1, "_step": 0})
    late = {"writer": "a", "history": Piece(2, rows(2, a=2)), "console": Piece(1, ["[a] two"])}
    send(**late)
    before = Run.objects.filter(pk=run.pk).values("history_lines", "console_lines", "writers", "summary")[0]
    send(**late)
    after = Run.objects.filter(pk=run.pk).values("history_lines", "console_lines", "writers", "summary")[0]
    assert before == after
    assert [(row["_step"], row.get("a"), row.get("b")) for row in logged(run)] == [
        (0, 1, None), (1, 1, None), (2, None, 1), (3, 2, None),
    ]  # fmt: skip
    assert [line for _, line in history.numbered_lines(run, "console", 0)] == ["[a] one", "[b] one", "[a] two"]
    assert (run.last_step, run.summary["a"], run.summary["b"]) == (3, 1, 1)


def test_a_process_that_goes_on_after_the_main_one_has_ended_does_not_reopen_the_run(run: Run, send: Send) -> None:
    send(writer="a", history=Piece(0, rows(0)))
    send(writer="b", history=Piece(0, rows(0)))
    send(writer="a", complete=True)
    send(writer="b", history=Piece(1, rows(1)))
    assert (run.state, run.history_lines) == ("finished", 3)
    send(writer="again", history=Piece(0, rows(0)))  # the program was started once more
    assert run.state == "running"


def test_no_run_has_ever_more_writers(run: Run, send: Send) -> None:
    Run.objects.filter(pk=run.pk).update(writers={f"{index}": {} for index in range(MAX_WRITERS)})
    with pytest.raises(InvalidInputError, match="At most"):
        send(writer="one more", history=Piece(0, rows(0)))


def test_a_killed_run_is_resumed_once_its_script_has_ended_or_fallen_silent(cast: Cast, run: Run, send: Send) -> None:
    Run.objects.filter(pk=run.pk).update(state="killed")
    assert send(console=Piece(0, ["still here"])) is True
    send(complete=True, exit_code=255)
    upsert_run(actor=cast.mia, project=run.project, name=run.name, fields=RunFields(), by_script=True)
    assert send(console=Piece(1, ["resumed"])) is False
    assert (run.state, run.exit_code) == ("running", None)
    Run.objects.filter(pk=run.pk).update(state="killed", heartbeat_at=timezone.now() - timedelta(minutes=6))
    assert send() is False
    assert run.state == "running"


def test_only_what_runs_is_told_to_stop(cast: Cast, run: Run, send: Send) -> None:
    with pytest.raises(ForbiddenError):
        lifecycle.stop_run(actor=cast.vera, run=run)
    assert lifecycle.stop_run(actor=cast.mia, run=run) is True
    run.refresh_from_db()
    assert lifecycle.stop_run(actor=cast.mia, run=run) is True
    send(complete=True)
    Run.objects.filter(pk=run.pk).update(state="finished")
    run.refresh_from_db()
    assert lifecycle.stop_run(actor=cast.mia, run=run) is False
    run.refresh_from_db()
    assert run.state == "finished"


def test_a_fork_goes_on_with_the_metrics_up_to_its_step(cast: Cast, run: Run, project: Project, send: Send) -> None:
    send(history=Piece(0, rows(0, 1, 2, 5, 9, loss=0.5)), complete=True)
    run.project = project
    fork = {"actor": cast.mia, "parent": run, "step": 5, "name": "fork", "fields": RunFields(config={"lr": 1})}
    made, inserted = lifecycle.fork_run(**fork)
    assert inserted
    assert ([row["_step"] for row in logged(made)], made.history_lines, made.last_step) == ([0, 1, 2, 5], 4, 5)
    assert (made.config, made.history_keys) == ({"lr": 1}, run.history_keys)
    again, inserted = lifecycle.fork_run(**fork)
    assert (again, inserted, again.history_lines) == (made, False, 4)
    append(actor=cast.mia, run=made, batch=StreamBatch(history=Piece(4, rows(6))))
    assert [row["_step"] for row in logged(made)] == [0, 1, 2, 5, 6]
    assert [row["_step"] for row in logged(run)] == [0, 1, 2, 5, 9]


def test_a_fork_of_a_run_without_metrics_begins_at_the_beginning(cast: Cast, run: Run) -> None:
    made, _ = lifecycle.fork_run(actor=cast.mia, parent=run, step=3, name="fork", fields=RunFields())
    assert (made.history_lines, made.last_step) == (0, None)
