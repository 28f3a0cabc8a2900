"""POST /graphql as a protocol: what it tolerates, what it refuses, and with which status."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from access.services.keys import create_key
from projects.models import Run
from sdk_api import limits
from sdk_api.documents import MAX_LENGTH
from sdk_api.resolvers import server
from sdk_api.view import BROKEN
from tests.cast import Cast
from tests.sdk_api.conftest import Ask, World, wire_id

VIEWER = "query Viewer { viewer { id } }"
UPSERT = "mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { name } } }"


def post(body: Any, **headers: str) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post("/graphql", text, content_type="application/json", headers=headers)


@pytest.mark.parametrize("operation", ["", None, "Viewer"])
def test_an_empty_operation_name_means_none(operation: str | None, ask: Ask, cast: Cast) -> None:
    assert ask(cast.mia, VIEWER, operation=operation).data["viewer"]


def test_an_operation_that_the_document_lacks_is_refused(ask: Ask, cast: Cast) -> None:
    assert ask(cast.mia, VIEWER, operation="Other").status == 400
    both = "query A { viewer { id } } query B { serverInfo { features { name } } }"
    assert ask(cast.mia, both).status == 400
    assert "serverInfo" in ask(cast.mia, both, operation="B").data


def test_unknown_and_null_fields_of_inputs_are_left_out(ask: Ask, cast: Cast) -> None:
    given = {"name": "r", "modelName": "p", "entityName": None, "invented": {"deep": 1}, "notes": None, "tags": ["t"]}
    answer = ask(cast.mia, UPSERT, input=given)
    assert answer.data == {"upsertBucket": {"bucket": {"name": "r"}}}
    assert Run.objects.get(name="r").tags == ["t"]


def test_null_variables_take_their_defaults(ask: Ask, cast: Cast, world: World) -> None:
    document = """query Runs($e: String!, $first: Int = 50, $filters: JSONString) { project(name: "training", entityName: $e) {
        runs(first: $first, filters: $filters) { edges { node { name } } } } }"""
    answer = ask(cast.mia, document, e="vision", first=None, filters=None)
    assert answer.data["project"]["runs"]["edges"] == [{"node": {"name": "abc"}}]


def test_variables_may_be_null(cast: Cast) -> None:
    _, secret = create_key(actor=cast.mia, user=cast.mia, name="k")
    assert post({"query": VIEWER, "variables": None}, Authorization=f"Bearer {secret}").status_code == 200


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"text"', '{"query": 3}', '{"query": "{ viewer { id } }", "variables": [1]}', "[" * 100_000]
)
def test_a_body_that_is_no_request_is_refused_with_a_message(body: str, cast: Cast) -> None:
    _, secret = create_key(actor=cast.mia, user=cast.mia, name="k")
    answer = post(body, Authorization=f"Bearer {secret}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]


def test_without_a_key_there_is_no_answer(cast: Cast) -> None:
    assert post({"query": VIEWER}).status_code == 401
    wrong = post({"query": VIEWER}, Authorization="Bearer local-" + "x" * 40)
    assert (wrong.status_code, "unknown, expired or revoked" in wrong.json()["errors"][0]["message"]) == (401, True)


def test_a_key_that_may_only_read_changes_nothing(ask: Ask, cast: Cast) -> None:
    assert ask(cast.mia, VIEWER, scope="read").status == 200
    refused = ask(cast.mia, UPSERT, scope="read", input={"name": "r", "modelName": "p"})
    assert (refused.status, "may only read" in refused.message) == (403, True)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{ viewer { ", "Syntax Error"),
        ("{ viewer { invented } }", "Cannot query field 'invented' on type 'User'"),
        ("query Q($a: Int!) { models(first: $a) { edges { cursor } } }", "'$a'"),
        ("{ " + " ".join(f"a{n}: viewer {{ id }}" for n in range(limits.MAX_ROOTS + 1)) + " }", "root fields"),
        (f"{{ viewer {{ {' '.join(f'a{n}: id' for n in range(limits.MAX_NODES))} }} }}", "names more than"),
        (f"query {{ viewer {'{ organizations { orgEntity { user' * 8} {{ id }} {'} } }' * 8} }}", "nested deeper"),
        ('{ artifact(id: "bm9uc2Vuc2U=") { id } }', "is not the id of a Artifact"),
    ],
)
def test_a_document_that_cannot_be_run_is_refused_with_what_is_wrong(
    document: str, says: str, ask: Ask, cast: Cast
) -> None:
    answer = ask(cast.mia, document)
    assert answer.status == 400
    assert says in answer.message


def test_fragments_that_multiply_are_refused_before_they_run(ask: Ask, cast: Cast) -> None:
    spread = [f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30)]
    document = "query Q { viewer { ...F0 } } " + " ".join(spread) + " fragment F30 on User { id }"
    assert "names more than" in ask(cast.mia, document).message


def test_pages_within_pages_are_bounded(ask: Ask, cast: Cast) -> None:
    document = """query Q($n: Int) { models(first: $n) { edges { node { runs(first: $n) { edges { node {
        files(first: $n) { edges { node { id } } } } } } } } } }"""
    assert "smaller pages" in ask(cast.mia, document, n=1000).message
    assert ask(cast.mia, document, n=10).status == 200


def test_a_document_that_is_too_long_is_refused(ask: Ask, cast: Cast) -> None:
    assert ask(cast.mia, VIEWER + " " * MAX_LENGTH).status == 413


def test_a_body_that_is_too_large_is_refused(ask: Ask, cast: Cast) -> None:
    assert ask(cast.mia, VIEWER, padding="x" * 13 * 2**20).status == 413


def test_a_failure_of_the_server_is_logged_and_not_told(
    ask: Ask, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "FEATURES", None)
    with caplog.at_level(logging.ERROR):
        answer = ask(cast.mia, "{ serverInfo { features { name } } }")
    assert (answer.status, answer.message) == (500, BROKEN)
    assert "TypeError" in caplog.text


@pytest.mark.parametrize("odd", ["\ud800", "a\0", "%\\", "x" * 100_000])
def test_odd_texts_name_nothing(odd: str, ask: Ask, cast: Cast, world: World) -> None:
    document = """query Q($odd: String!) { project(name: $odd) { id } entity(name: $odd) { id }
        known: project(name: "training", entityName: "vision") { artifact(name: $odd) { id }
            run(name: "abc") { files(pattern: $odd, names: [$odd]) { edges { node { id } } } } } }"""
    answer = ask(cast.mia, document, odd=odd)
    assert answer.message == ""
    none = {"artifact": None, "run": {"files": {"edges": []}}}
    assert answer.data == {"project": None, "entity": None, "known": none}


def test_a_nul_in_the_document_itself_is_refused(ask: Ask, cast: Cast) -> None:
    for escape in ("\\u0000", "\\u{0}", "\0"):
        answer = ask(cast.mia, f'{{ project(name: "a{escape}") {{ id }} }}')
        assert (answer.status, "NUL" in answer.message) == (400, True)


def test_a_list_that_no_query_could_hold_is_refused(ask: Ask, cast: Cast, world: World) -> None:
    document = """mutation M($names: [String!]!) { markRunFilesUploaded(
        input: {entityName: "vision", projectName: "training", runName: "abc", files: $names}) { success } }"""
    names = [f"{number}" for number in range(20_001)]
    assert ask(cast.mia, document, names=names).status == 400
    assert ask(cast.mia, document, names=names[1:]).data == {"markRunFilesUploaded": {"success": False}}


def test_the_first_refusal_gives_the_status_and_what_was_answered_stays(ask: Ask, cast: Cast, world: World) -> None:
    document = """query Q($id: ID!) { viewer { username } artifact(id: $id) { files { totalCount } } }"""
    answer = ask(cast.rita, document, id=wire_id(world.versions[0]))
    assert answer.status == 403
    assert answer.data["viewer"] == {"username": "rita"}
    assert "restricted viewer" in answer.message


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("{}", 1), ('{"name": "abc"}', 1), ('{"name": "x"}', 0), ('{"state": "running"}', 1),
        ('{"state": {"$eq": "crashed"}}', 0),
        ('{"$and": [{"name": "abc"}, {"state": "running"}]}', 1),
    ],
)  # fmt: skip
def test_known_filters_select(filters: str, count: int, ask: Ask, cast: Cast, world: World) -> None:
    document = 'query R($f: JSONString) { project(name: "training", entityName: "vision") { runCount(filters: $f) } }'
    assert ask(cast.mia, document, f=filters).data["project"]["runCount"] == count


def test_orders_that_are_not_known_are_refused(ask: Ask, cast: Cast, world: World) -> None:
    document = 'query R($o: String) { project(name: "training", entityName: "vision") { runs(order: $o) { edges { cursor } } } }'
    assert ask(cast.mia, document, o="-created_at").status == 200
    assert "heartbeat_at" in ask(cast.mia, document, o="+password").message
    damaged = (
        'query R { project(name: "training", entityName: "vision") { runs(after: "nonsense") { edges { cursor } } } }'
    )
    assert ask(cast.mia, damaged).status == 400
