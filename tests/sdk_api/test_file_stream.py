"""What the SDK streams over HTTP, and what it is told when something is wrong."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from access.models import ApiKey, User
from access.services.keys import create_key
from projects.models import HistoryChunk, Run
from projects.services import history
from projects.services.projects import get_or_create_project
from projects.services.runs import RunFields, delete_run, upsert_run
from tests.cast import Cast
from tests.sdk_api.conftest import World

Post = Callable[..., Any]
ADDRESS = "/files/vision/detection/r1/file_stream"


@pytest.fixture
def run(cast: Cast) -> Run:
    """`vision/detection/r1`, made by mia."""
    project = get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name="detection")
    return upsert_run(actor=cast.mia, project=project, name="r1", fields=RunFields())[0]


def basic(user: User, scope: str = ApiKey.Scope.WRITE) -> dict[str, str]:
    """The header by which a new key of `user` signs in."""
    _, secret = create_key(actor=user, user=user, name="test", scope=scope)
    return {"Authorization": "Basic " + base64.b64encode(f"api:{secret}".encode()).decode()}


@pytest.fixture
def post(cast: Cast, run: Run) -> Post:
    """`post(body)` by mia's script; the answer."""
    headers = basic(cast.mia)

    def post(body: Any, address: str = ADDRESS, **more: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return Client().post(address, data=data, content_type="application/json", headers=headers | more)

    return post


def message(answer: Any) -> str:
    return str(answer.json()["errors"][0]["message"])


def test_a_whole_run_arrives(run: Run, post: Post) -> None:
    first = {
        "files": {
            "wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0,"loss":0.5}', '{"_step":1,"loss":NaN}']},
            "wandb-events.jsonl": {
                "offset": 0,
                "content": ['{"system.cpu":1.7954e+01,"_timestamp":1.7954e+09,"_wandb":true}'],
            },
            "wandb-summary.json": {"offset": 0, "content": ['{"loss":1}', '{"loss":0.5,"x":Infinity}']},
            "output.log": {"offset": 0, "content": ["start", "10%"]},
        },
        "uploaded": ["config.yaml"],
    }
    answer = post(json.dumps(first).encode())
    assert (answer.status_code, answer.json()) == (200, {"exitcode": None, "limits": {}})
    assert post({}).status_code == 200
    assert (
        post({"files": {"output.log": {"offset": 1, "content": ["20%"]}}, "complete": True, "exitcode": 0}).status_code
        == 200
    )
    run.refresh_from_db()
    assert (run.state, run.summary, run.last_step, run.history_lines) == (
        "finished",
        {"loss": 0.5, "x": "Infinity"},
        1,
        2,
    )
    assert list(history.read_lines(run, "console")) == ["start", "20%"]
    assert list(history.read_lines(run, "history")) == [{"_step": 0, "loss": 0.5}, {"_step": 1, "loss": "NaN"}]


def test_gzip_is_taken_and_bounded(run: Run, post: Post) -> None:
    body = gzip.compress(json.dumps({"files": {"output.log": {"offset": 0, "content": ["x"]}}}).encode())
    zip_header = {"Content-Encoding": "gzip"}
    assert post(body, **zip_header).status_code == 200
    assert list(history.read_lines(run, "console")) == ["x"]
    assert post(gzip.compress(b" " * (13 * 2**20)), **zip_header).status_code == 413
    assert post(body[:-9], **zip_header).status_code == 400
    assert post(b"no gzip", **zip_header).status_code == 400
    assert post(body, **{"Content-Encoding": "br"}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"\xff", b'{"files": []}', b'{"files": {"output.log": 1}}',
        b'{"files": {"output.log": {"content": [1]}}}',
        b'{"files": {"output.log": {"offset": "1", "content": ["a"]}}}',
        b'{"files": {"output.log": {"offset": -1, "content": ["a"]}}}',
        b'{"files": {"wandb-history.jsonl": {"offset": 0, "content": ["x"]}}}',
        b'{"files": {"wandb-summary.json": {"offset": 0, "content": ["[]"]}}}',
        b'{"exitcode": 99999999999}', b'{"complete": "yes"}', b'{"a":' * 100_000, b'{"uploaded": {}}',
    ],
)  # fmt: skip
def test_damaged_bodies_are_refused_and_change_nothing(run: Run, post: Post, body: bytes) -> None:
    before = Run.objects.values().get(pk=run.pk)
    answer = post(body)
    assert answer.status_code == 400
    assert message(answer)
    assert Run.objects.values().get(pk=run.pk) == before
    assert not HistoryChunk.objects.exists()


def test_names_of_files_that_are_gone_or_odd_do_no_harm(post: Post) -> None:
    assert post({"uploaded": ["never announced", "a\0b", 7]}).status_code == 200


def test_a_body_beyond_the_limit_is_refused_unread(post: Post) -> None:
    answer = post(b" " * (12 * 2**20 + 1))
    assert answer.status_code == 413
    assert "several" in message(answer)


def test_a_line_beyond_ten_mebibytes_is_refused(post: Post) -> None:
    assert post({"files": {"output.log": {"offset": 0, "content": ["x" * (10 * 2**20 + 1)]}}}).status_code == 413


@pytest.mark.parametrize(("name", "status"), [("mia", 200), ("olga", 200), ("vera", 403), ("rita", 404), ("otto", 404)])
def test_who_may_stream(cast: Cast, run: Run, name: str, status: int) -> None:
    answer = Client().post(ADDRESS, data="{}", content_type="application/json", headers=basic(getattr(cast, name)))
    assert answer.status_code == status


def test_without_a_key_or_with_one_that_may_only_read(cast: Cast, run: Run) -> None:
    assert Client().post(ADDRESS, data="{}", content_type="application/json").status_code == 401
    read_only = basic(cast.mia, ApiKey.Scope.READ)
    assert Client().post(ADDRESS, data="{}", content_type="application/json", headers=read_only).status_code == 403


def test_absent_is_404_and_deleted_is_410(cast: Cast, run: Run, post: Post) -> None:
    for address in (
        ADDRESS.replace("r1", "r2"),
        ADDRESS.replace("detection", "other"),
        ADDRESS.replace("vision", "other"),
    ):
        assert post({}, address).status_code == 404
    delete_run(actor=cast.mia, run=run)
    assert post({}).status_code == 410


def test_a_busy_database_is_a_503_which_the_sdk_sends_again(post: Post) -> None:
    def busy(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "projects_run" in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(busy):
        answer = post({})
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_a_heartbeat_costs_few_queries(post: Post, django_assert_max_num_queries: Any) -> None:
    post({})
    with django_assert_max_num_queries(10):
        post({})


def test_the_header_of_the_sdks_shared_mode_names_the_writer(world: World, cast: Cast) -> None:
    _, secret = create_key(actor=cast.mia, user=cast.mia, name="stream", scope="write")
    body = json.dumps({"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step": 0, "w": 1}']}}})
    for writer in ("one", "two", "one"):
        headers = {"X-Wandb-Use-Async-Filestream": "true", "X-Wandb-Async-Client-Id": writer}
        answer = Client().post(
            "/files/vision/training/abc/file_stream",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )
        assert answer.status_code == 200
    world.run.refresh_from_db()
    assert world.run.history_lines == 12  # the ten there were, and one line of each
    assert sorted(world.run.writers) == ["one", "two"]
