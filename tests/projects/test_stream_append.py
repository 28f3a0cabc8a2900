"""What a running script streams: once, twice, overlapping, late."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from common.errors import ForbiddenError, GoneError, InvalidInputError, NotFoundError
from events.models import Event
from projects import hooks
from projects.models import HistoryChunk, Run
from projects.services import history
from projects.services.runs import RunFields, delete_run, update_run, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from tests.cast import Cast

Send = Callable[..., bool]


@pytest.fixture
def send(cast: Cast, run: Run) -> Send:
    """`send(history=Piece(…), …)`: mia's script sends a batch; `run` is as new afterwards."""

    def send(**parts: Any) -> bool:
        stopped = append(actor=cast.mia, run=run, batch=StreamBatch(**parts))
        run.refresh_from_db()
        return stopped

    return send


def rows(*steps: int, **extra: Any) -> list[str]:
    return [
        json.dumps({"_step": step, "_runtime": step * 2.0, "_timestamp": 1e9 + step, "loss": 1 / (step + 1), **extra})
        for step in steps
    ]


def contents(run: Run) -> list[Any]:
    fields = ("stream", "first_line", "count", "first_step", "last_step")
    return [
        Run.objects.filter(pk=run.pk).values(
            "state", "exit_code", "summary", "history_lines", "last_step", "history_keys", "finished_at"
        )[0],
        list(run.chunks.order_by("stream", "first_line").values_list(*fields)),
        [bytes(lines) for lines in run.chunks.order_by("stream", "first_line").values_list("lines", flat=True)],
    ]


def test_the_same_batch_twice_changes_nothing(run: Run, send: Send) -> None:
    batch = {
        "history": Piece(0, rows(0, 1, 2)),
        "console": Piece(0, ["a", "b"]),
        "summary": {"loss": 0.3},
        "complete": True,
    }
    send(**batch)
    once = contents(run)
    send(**batch)
    assert contents(run) == once
    assert run.state == "finished"
    assert (run.history_lines, run.console_lines, run.last_step) == (3, 2, 2)
    assert Event.objects.filter(type="run:finished").count() == 1


@pytest.mark.parametrize("seed", range(8))
def test_overlapping_console_writes_read_like_a_list(run: Run, send: Send, seed: int) -> None:
    dice = random.Random(seed)
    model: dict[int, str] = {}
    for turn in range(40):
        first = dice.choice([len(model), max(0, len(model) - 1), dice.randrange(60)])
        lines = [f"{turn}/{index} " + "x" * dice.choice([0, 10, 40_000]) for index in range(dice.randrange(1, 6))]
        send(console=Piece(first, lines))
        model |= dict(enumerate(lines, first))
    assert dict(history.numbered_lines(run, "console")) == model
    assert dict(history.numbered_lines(run, "console", 5, 9)) == {n: line for n, line in model.items() if 5 <= n < 9}
    assert run.console_lines == max(model) + 1
    spans = sorted(run.chunks.values_list("first_line", "count"))
    assert all(first + count <= following for (first, count), (following, _) in pairwise(spans))


def test_many_small_batches_stay_few_chunks(run: Run, send: Send) -> None:
    for step in range(200):
        send(history=Piece(step, rows(step)))
    assert run.chunks.count() == 1
    assert [row["_step"] for row in history.read_lines(run, "history")] == list(range(200))


def test_a_large_batch_becomes_bounded_chunks(run: Run, send: Send) -> None:
    send(history=Piece(0, [json.dumps({"_step": step, "text": "y" * 10_000}) for step in range(300)]))
    assert run.chunks.count() > 10
    assert [row["_step"] for row in history.read_steps(run, 120, 123)] == [120, 121, 122]


def test_a_gap_is_tolerated_and_filled_later(run: Run, send: Send) -> None:
    send(history=Piece(5, rows(5, 6)))
    assert run.history_lines == 7
    assert [row["_step"] for row in history.read_lines(run, "history")] == [5, 6]
    send(history=Piece(0, rows(0, 1, 2, 3, 4)))
    assert [row["_step"] for row in history.read_lines(run, "history")] == list(range(7))


def test_keys_are_kept_with_kinds_and_nested_ones_by_dots(run: Run, send: Send) -> None:
    send(
        history=Piece(
            0, ['{"_step": 1.0e+01, "train": {"loss": NaN, "acc": 0.5}, "note": "x", "img": {"_type": "image-file"}}']
        )
    )
    assert run.last_step == 10
    assert run.history_keys == {
        "_step": ["number"], "train.loss": ["number"], "train.acc": ["number"], "note": ["string"], "img": ["image-file"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("exit_code", "preempting", "state"),
    [(0, False, "finished"), (3, False, "failed"), (3, True, "preempted"), (0, True, "finished")],
)
def test_the_exit_code_says_how_it_ended(run: Run, send: Send, exit_code: int, preempting: bool, state: str) -> None:
    send(preempting=preempting)
    send(complete=True, exit_code=exit_code)
    assert (run.state, run.exit_code) == (state, exit_code)
    assert run.finished_at is not None


def test_a_late_heartbeat_revives_a_crashed_run(run: Run, send: Send) -> None:
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=6), preempting=True)
    run.refresh_from_db()
    assert run.current_state == "preempted"
    send()
    assert (run.current_state, run.preempting) == ("running", False)


def test_resuming_reopens_and_goes_on_counting(cast: Cast, run: Run, send: Send) -> None:
    send(history=Piece(0, rows(0, 1)), complete=True, exit_code=1)
    upsert_run(actor=cast.mia, project=run.project, name=run.name, fields=RunFields(), by_script=True)
    send(history=Piece(2, rows(2)))
    assert (run.state, run.exit_code, run.finished_at, run.history_lines, run.last_step) == (
        "running",
        None,
        None,
        3,
        2,
    )
    send(complete=True)
    assert run.state == "finished"
    assert Event.objects.filter(type="run:finished").count() == 2
    assert history.last_line(run, "history") == rows(2)[0]


def test_a_killed_run_is_told_to_stop(run: Run, send: Send) -> None:
    assert send() is False
    Run.objects.filter(pk=run.pk).update(state="killed")
    assert send(console=Piece(0, ["a"])) is True
    assert send(complete=True, exit_code=1) is True
    assert (run.state, run.exit_code, run.console_lines) == ("killed", 1, 1)


def test_what_comes_late_is_kept_and_does_not_reopen_the_run(cast: Cast, run: Run, send: Send) -> None:
    send(history=Piece(0, rows(0)), complete=True)
    update_run(actor=cast.mia, run=run, fields=RunFields(notes="Good."))
    send(history=Piece(1, rows(1)))
    assert (run.state, run.exit_code, run.history_lines) == ("finished", 0, 2)
    send(history=Piece(0, rows(0)), summary={"loss": 9})
    assert (run.state, run.summary) == ("finished", {})


def test_the_summary_survives_what_databases_do_not_take(run: Run, send: Send) -> None:
    send(summary={"loss": float("nan"), "t": "a\0"})
    assert run.summary == {"loss": "NaN", "t": "a\N{REPLACEMENT CHARACTER}"}


def test_unusable_lines_change_nothing(run: Run, send: Send) -> None:
    before = contents(run)
    for piece in (
        Piece(0, ["{"]),
        Piece(0, ["[1]"]),
        Piece(0, ['{"a":' * 70 + "1" + "}" * 70]),
        Piece(-1, rows(0)),
        Piece(2**31 - 1, rows(0)),
        Piece(0, ["[" * 5000]),
    ):
        with pytest.raises(InvalidInputError):
            send(history=piece, summary={"a": 1})
    assert contents(run) == before


@pytest.mark.parametrize(
    ("name", "refusal"), [("vera", ForbiddenError), ("otto", NotFoundError), ("rita", NotFoundError)]
)
def test_only_members_stream(cast: Cast, run: Run, name: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        append(actor=getattr(cast, name), run=run, batch=StreamBatch(console=Piece(0, ["x"])))
    assert not HistoryChunk.objects.exists()


def test_a_deleted_run_takes_nothing(cast: Cast, run: Run, send: Send) -> None:
    delete_run(actor=cast.mia, run=run)
    with pytest.raises(GoneError):
        send(console=Piece(0, ["x"]))


@pytest.fixture
def told() -> Iterator[list[str]]:
    """States of the runs of which the hook heard."""
    heard: list[str] = []

    def hear(run: Run) -> None:
        heard.append(run.state)

    hooks.after_history.append(hear)
    yield heard
    hooks.after_history.remove(hear)


def test_upper_layers_hear_of_history_and_of_the_end(send: Send, told: list[str]) -> None:
    send()
    send(console=Piece(0, ["x"]))
    assert told == []
    send(history=Piece(0, rows(0)))
    send(complete=True)
    assert told == ["running", "finished"]


def test_values_at_a_step_are_the_last_ones_before_it(run: Run, send: Send) -> None:
    lines = [
        '{"_step": 0, "a": 1, "b": {"c": 5}}',
        '{"_step": 1, "a": NaN}',
        '{"_step": 2, "a": "NaN"}',
        '{"_step": 3, "a": 4}',
    ]
    send(history=Piece(0, lines))
    assert history.value_at(run, step=2) == {"a": 1.0, "b.c": 5.0}
    assert history.value_at(run, step=9) == {"a": 4.0, "b.c": 5.0}
    assert history.value_at(run, step=9, keys=["a"]) == {"a": 4.0}
    assert history.value_at(run, step=-1) == {}


def test_samples_are_rows_that_have_all_keys(run: Run, send: Send) -> None:
    send(history=Piece(0, [*rows(*range(10), nested={"x": 1}), '{"_step": 10, "other": 1}']))
    assert len(history.sample(run, samples=4)) == 4
    assert history.sample(run, ["_step", "nested.x"], min_step=8) == [
        {"_step": 8, "nested.x": 1},
        {"_step": 9, "nested.x": 1},
    ]
    assert history.sample(run, ["nothing"]) == []


def test_curves_run_over_steps_seconds_or_time(run: Run, send: Send) -> None:
    send(history=Piece(0, rows(*range(5000))), system=Piece(0, ['{"_runtime": 1, "system.cpu": 3, "_wandb": true}']))
    loss = history.curves(run)["loss"]
    assert len(loss) <= 601
    assert (loss[0], loss[-1]) == ((0, 1.0), (4999, 1 / 5000))
    assert history.curves(run, ["loss"], axis="runtime")["loss"][-1][0] == 9998.0
    assert history.curves(run, axis="runtime", stream="system") == {"system.cpu": [(1.0, 3.0)]}
