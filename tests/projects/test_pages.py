"""Pages of projects and runs: what they show, to whom, at which cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from artifacts.models import Artifact, RunInput, Version
from projects.models import Project, Run
from projects.services.projects import get_or_create_project
from projects.services.runs import announce_files, delete_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from storage.services import fulfil
from tests.cast import Cast

SignIn = Callable[[User], Client]
PROJECT = "/vision/detection/"
RUN = "/vision/detection/runs/r1/"
TABS = ("charts/", "system/", "console/", "files/")
BUDGET = 12


@pytest.fixture
def full(cast: Cast, run: Run) -> Run:
    """`r1` with two metrics, system metrics, console lines, a summary and a file."""
    rows = [
        json.dumps({"_step": n, "_runtime": n * 2.0, "loss": 1 / (n + 1), "val": {"acc": n / 100}}) for n in range(100)
    ]
    batch = StreamBatch(
        history=Piece(0, rows),
        system=Piece(0, ['{"_runtime": 1, "system.cpu": 40}']),
        console=Piece(0, [f"line {n}" for n in range(2500)] + ["\x1b[32mgreen\x1b[0m", "10%\r20%", "<script>"]),
        summary={"loss": 0.01, "val": {"acc": 0.99}, "note": "<b>"},
    )
    append(actor=cast.mia, run=run, batch=batch)
    file = announce_files(actor=cast.mia, run=run, names=["media/<a>.txt", "pending.txt"])[0]
    fulfil(file.upload, BytesIO(b"0123456789"), size=10)
    return run


def text(client: Client, address: str, status: int = 200) -> str:
    """The page, which must answer so."""
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.mark.parametrize("address", [PROJECT, PROJECT + "artifacts/", RUN, *(RUN + tab for tab in TABS)])
@pytest.mark.parametrize(("name", "status"), [("mia", 200), ("vera", 200), ("olga", 200), ("rita", 404), ("otto", 404)])
def test_a_page_is_there_for_those_who_see_the_project(
    cast: Cast, full: Run, signed_in: SignIn, address: str, name: str, status: int
) -> None:
    text(signed_in(getattr(cast, name)), address, status)


def test_without_signing_in_one_is_asked_to(full: Run, client: Client) -> None:
    for address in (PROJECT, RUN, RUN + "files/media/<a>.txt"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"][:16]) == (302, "/accounts/login/")


def test_absent_names_are_404_and_a_deleted_run_is_410(cast: Cast, full: Run, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    for address in (
        "/nobody/",
        "/vision/other/",
        PROJECT + "runs/other/",
        RUN + "other/",
        RUN + "files/pending.txt",
        "/orgs/Other/projects/",
    ):
        text(mia, address, 404)
    delete_run(actor=cast.mia, run=full)
    text(mia, RUN, 410)


def test_the_run_page_shows_config_summary_and_facts_escaped(cast: Cast, full: Run, signed_in: SignIn) -> None:
    Run.objects.update(config={"lr": 0.1, "net": {"depth": 18}}, notes="**bold** <img src=x>", host="<host>")
    page = text(signed_in(cast.mia), RUN)
    for part in ("net.depth", "val.acc", "0.99", "&lt;b&gt;", "<strong>bold</strong>", "&lt;host&gt;", "Running"):
        assert part in page
    assert "<img src=x>" not in page


def test_a_run_that_fell_silent_is_shown_as_crashed(cast: Cast, full: Run, signed_in: SignIn) -> None:
    Run.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=6))
    assert "Crashed" in text(signed_in(cast.mia), PROJECT)


def test_charts_carry_their_points_and_their_numbers(cast: Cast, full: Run, signed_in: SignIn) -> None:
    page = text(signed_in(cast.mia), RUN + "charts/")
    assert "val.acc" in page
    assert "[[0.0, 1.0], [1.0, 0.5]" in page
    assert "[[0.0, 1.0], [2.0, 0.5]" in text(signed_in(cast.mia), RUN + "charts/?axis=runtime&log=1&q=LOSS")
    assert "No metric has this" in text(signed_in(cast.mia), RUN + "charts/?q=nothing")
    assert "system.cpu" in text(signed_in(cast.mia), RUN + "system/")
    text(signed_in(cast.mia), RUN + "charts/?from=x", 400)
    text(signed_in(cast.mia), RUN + "charts/?smooth=2", 400)


def test_charts_are_drawn_without_scripts_and_say_when_an_axis_has_no_points(
    cast: Cast, full: Run, signed_in: SignIn
) -> None:
    page = text(signed_in(cast.mia), RUN + "charts/?log=1&smooth=0.5")
    assert len(re.findall(r'<noscript>\s*<svg class="plot"', page)) == 2
    assert 'value="0.5"' in page
    assert page.count(">linear<") == 1  # one starts at 0
    nowhere = text(signed_in(cast.mia), RUN + "charts/?axis=timestamp")
    assert "No metric has a point on this axis" in nowhere
    assert "Clock time" in nowhere


def test_the_console_shows_the_last_lines_as_printed(cast: Cast, full: Run, signed_in: SignIn) -> None:
    page = text(signed_in(cast.mia), RUN + "console/")
    assert "Lines 1504 to 2503 of 2503" in page
    for shown, hidden in ((">green<", "\x1b"), (">20%<", "10%"), ("&lt;script&gt;", ">line 1502<")):
        assert shown in page
        assert hidden not in page
    assert "Lines 504 to 1503" in text(signed_in(cast.mia), RUN + "console/?to=1503")


def test_files_are_listed_once_arrived_and_sent_with_ranges(cast: Cast, full: Run, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    page = text(mia, RUN + "files/")
    assert "media/&lt;a&gt;.txt" in page
    assert "pending.txt" not in page
    answer = mia.get(RUN + "files/media/<a>.txt", headers={"Range": "bytes=2-4"})
    assert (answer.status_code, b"".join(answer)) == (206, b"234")
    assert answer["Content-Disposition"].startswith("attachment")
    text(signed_in(cast.otto), RUN + "files/media/<a>.txt", 404)


def test_columns_are_chosen_in_the_address(
    cast: Cast, full: Run, make_run: Callable[..., Run], signed_in: SignIn
) -> None:
    make_run("r2", config={"lr": 0.5, "opt": "adam"}, summary={"loss": float("nan"), 'q"': 1, "0": 3})
    mia = signed_in(cast.mia)
    page = text(mia, PROJECT)
    assert 'title="summary:loss"' in page
    assert "0.0100" in page
    page = text(mia, PROJECT + "?column=&column=config:opt&column=config:lr&column=summary:absent&column=nonsense")
    assert "adam" in page
    assert 'title="summary:loss"' not in page
    for hostile in (
        'summary:q"',
        "summary:a'b",
        "summary:a.b[0]$",
        "config:a%",
        "summary:0",
        "summary:a\\b",
    ):
        answer = mia.get(PROJECT, {"column": hostile})
        assert answer.status_code == 200


def test_empty_pages_show_the_next_step(cast: Cast, project: Project, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    page = text(mia, PROJECT)
    assert "WANDB_BASE_URL=http://testserver" in page
    assert "detection" in page
    assert "log_artifact" in text(mia, PROJECT + "artifacts/")
    assert "wandb.init" in text(mia, "/mia/")


def test_lists_of_projects_hold_what_one_sees(cast: Cast, project: Project, signed_in: SignIn) -> None:
    get_or_create_project(actor=cast.mia, namespace=cast.mia.namespace, name="secret-idea")
    mia, olga = signed_in(cast.mia), signed_in(cast.olga)
    assert "secret-idea" in text(mia, "/orgs/Acme/projects/")
    assert "secret-idea" not in text(olga, "/orgs/Acme/projects/")
    assert "detection" in text(olga, "/orgs/acme/projects/?q=DETECT")
    assert "No project has this" in text(olga, "/orgs/Acme/projects/?q=zzz")
    text(olga, "/mia/", 404)
    assert mia.get(f"/{cast.organization.namespace.name}/")["Location"] == "/orgs/Acme/registry/"


def committed(artifact: Artifact, index: int, run: Run | None = None) -> Version:
    return Version.objects.create(artifact=artifact, index=index, state="committed", digest=str(index), produced_by=run)


def test_inputs_and_outputs_lead_to_their_pages_if_visible(cast: Cast, full: Run, signed_in: SignIn) -> None:
    model = Artifact.objects.create(project=full.project, name="weights", type="model")
    committed(model, 3, full)
    own = get_or_create_project(actor=cast.olga, namespace=cast.olga.namespace, name="own")
    hidden = committed(Artifact.objects.create(project=own, name="hidden-set", type="dataset"), 0)
    RunInput.objects.create(run=full, version=hidden)
    assert 'href="/vision/detection/artifacts/model/weights/v3/"' in text(signed_in(cast.mia), RUN)
    assert "hidden-set" not in text(signed_in(cast.mia), RUN)
    assert "hidden-set" in text(signed_in(cast.olga), RUN)


def queries(client: Client, address: str) -> int:
    """How many queries the page takes."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        text(client, address)
    return len(captured)


def test_queries_do_not_grow_with_the_rows(cast: Cast, full: Run, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    addresses = ["/orgs/Acme/projects/", "/vision/", PROJECT, PROJECT + "artifacts/", RUN, *(RUN + tab for tab in TABS)]
    counts: list[dict[str, Any]] = []
    for total in (10, 200):
        for number in range(total):
            get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name=f"p-{number}")
        Run.objects.bulk_create(
            (
                Run(project=full.project, name=f"n{n}", display_name=f"n{n}", user=cast.mia, summary={"loss": n})
                for n in range(total)
            ),
            ignore_conflicts=True,
        )
        artifacts = Artifact.objects.bulk_create(
            Artifact(project=full.project, name=f"a{total}-{n}", type=f"t{n % 3}") for n in range(total)
        )
        for artifact in artifacts:
            committed(artifact, 0, full)
        for file in announce_files(actor=cast.mia, run=full, names=[f"f{total}-{n}" for n in range(total)]):
            fulfil(file.upload, BytesIO(b"x"), size=1)
        append(actor=cast.mia, run=full, batch=StreamBatch(console=Piece(0, ["x" * 5000] * total * 10)))
        text(mia, PROJECT)
        counts.append({address: queries(mia, address) for address in addresses})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= BUDGET, counts[0]
