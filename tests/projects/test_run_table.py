"""The table of runs: filtered, sorted, paged, as data, and at which cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from access.models import User
from common.errors import InvalidInputError
from projects.models import Project, Run
from projects.run_table import Column, Selection, run_page
from tests.cast import Cast

SignIn = Callable[[User], Client]
PROJECT = "/vision/detection/"
LOSS = [Column("summary", "loss")]


def names(project: Project, query: str) -> list[str]:
    """The runs that an address shows, in order."""
    runs = Run.objects.filter(project=project, deleted_at=None)
    return [run.name for run in run_page(runs, LOSS, Selection.read(QueryDict(query))).items]


def test_numbers_sort_as_numbers_and_runs_without_one_come_last_both_ways(
    project: Project, make_run: Callable[..., Run]
) -> None:
    for name, summary in {
        "a": {"loss": 10},
        "b": {"loss": 9.5},
        "c": {"loss": "low"},
        "d": {},
        "e": {"loss": -1},
    }.items():
        make_run(name, summary=summary)
    assert names(project, "sort=summary:loss") == ["e", "b", "a", "d", "c"]
    assert names(project, "sort=-summary:loss") == ["a", "b", "e", "d", "c"]
    assert names(project, "") == ["e", "d", "c", "b", "a"]
    for wrong in ("sort=size", "sort=summary:", 'sort=summary:a"b', "state=lost"):
        with pytest.raises(InvalidInputError):
            names(project, wrong)


def test_pages_in_a_sorted_table_meet_every_run_once(cast: Cast, project: Project) -> None:
    rows = [
        Run(project=project, name=f"r{n}", display_name=f"r{n}", summary={"loss": n % 7} if n % 3 else {})
        for n in range(120)
    ]
    Run.objects.bulk_create(rows)
    runs, seen, cursor = Run.objects.filter(project=project), [], ""
    for _ in range(3):
        page = run_page(runs, LOSS, Selection(sort="-summary:loss", cursor=cursor))
        seen += [run.name for run in page.items]
        cursor = page.next
    assert not cursor and len(seen) == len(set(seen)) == 120
    assert seen[80:] == [f"r{n}" for n in range(119, -1, -1) if n % 3 == 0][:40]


def test_filters_leave_what_they_say(cast: Cast, project: Project, make_run: Callable[..., Run]) -> None:
    make_run("night", tags=["ok", "long run"], group="a")
    make_run("silent", group="a%")
    make_run("over", tags=["okay", 'a"b'])
    Run.objects.filter(name="silent").update(heartbeat_at=timezone.now() - timedelta(minutes=6))
    Run.objects.filter(name="over").update(state="failed", user=cast.olga)
    for query, expected in {
        "state=running": ["night"], "state=crashed": ["silent"], "state=failed": ["over"], "state=preempted": [],
        "tag=ok": ["night"], "tag=long run": ["night"], 'tag=a"b': ["over"], "tag=%": [],
        "user=OLGA": ["over"], "user=nobody": [], "group=a": ["night"], "q=over": ["over"],
        "user=mia&group=a": ["night"],
    }.items():  # fmt: skip
        assert names(project, query) == expected, query


def test_the_table_is_data_for_scripts_too(cast: Cast, make_run: Callable[..., Run], signed_in: SignIn) -> None:
    make_run("r1", summary={"loss": 0.5}, config={"opt": "=adam"}, tags=["t"])
    mia = signed_in(cast.mia)
    found = mia.get("/vision/detection.json?column=summary:loss&column=config:opt").json()
    (row,) = found.pop("rows")
    assert (found["total"], row["run"], row["summary:loss"], row["config:opt"], row["tags"]) == (
        1,
        "r1",
        0.5,
        "=adam",
        ["t"],
    )
    table = mia.get("/vision/detection.csv?column=config:opt").content.decode()
    assert "'=adam" in table and "run,name,state" in table
    assert [row["project"] for row in mia.get("/vision.json").json()["rows"]] == ["detection"]
    assert mia.get("/orgs/Acme/projects.json").json()["rows"][0]["runs"] == 1
    assert mia.get("/vision/detection/runs/r1.json").json()["config"] == {"opt": "=adam"}
    assert signed_in(cast.otto).get("/vision/detection.json").status_code == 404


@pytest.mark.slow
def test_a_hundred_thousand_runs_are_shown_sorted_and_counted_quickly(
    cast: Cast, project: Project, signed_in: SignIn
) -> None:
    config = {f"setting_{n}": n * 0.1 for n in range(20)}
    for start in range(0, 100_000, 5_000):
        numbers = range(start, start + 5_000)
        summaries = [{"loss": (n * 7919) % 100_003, "acc": n} for n in numbers]
        Run.objects.bulk_create(
            Run(project=project, name=f"r{n}", display_name=f"run {n}", config=config, summary=summary)
            for n, summary in zip(numbers, summaries, strict=True)
        )
    mia = signed_in(cast.mia)
    taken: dict[str, Any] = {}
    for query in ("", "?sort=-summary:loss", "?sort=config:setting_3", "?state=running", "?tag=x"):
        mia.get(PROJECT + query)
        start_time = time.perf_counter()
        assert mia.get(PROJECT + query).status_code == 200
        taken[query] = time.perf_counter() - start_time
    assert taken[""] < 0.5 and max(taken.values()) < 3, taken
