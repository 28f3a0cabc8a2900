"""Every write that the SDK may deliver: the mutations of GraphQL and the posts of file_stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from tests.access.asking import Asker
from tests.access.test_roots import LINES, MUTATIONS
from tests.access.world import World

DEPTH = 3
STREAM = "/files/vision/training/abc/file_stream"
DRAWN = {"uploadUrl", "updatedAt", "heartbeatAt", "link", "displayName"}  # what two right answers may differ in
INSERTED = {"inserted"}  # says whether this very request made it

# What a repeated delivery may do that the first did not, by the product's own rules.
REPEATS = {
    'generateApiKey {"description":"laptop"}': "each request makes a key: its secret is told once, so a lost one is no use",
    'createArtifact {"entityName":"vision","projectName":"training","runName":"abc","artifactTypeName":"model",'
    '"artifactCollectionName":"net","digest":"00000000000000000000000000000000"}': "the SDK names each version by its "
    "clientID; without one, two requests are two versions",
}
# The key that signs the request is what it revokes, so that the repeated one is signed by nobody.
ENDS_ITSELF = 'deleteApiKey {"id":"{key_id}"}'


@dataclass(frozen=True)
class Answer:
    """The status and, of a success, what it holds that cannot differ."""

    status: int
    content: Any


@dataclass(frozen=True)
class Delivery:
    """One request that writes, as somebody who may; `done` are the statuses that mean to its client that it is done."""

    name: str
    label: str
    send: Callable[[], Answer]
    done: set[int] = field(default_factory=lambda: {200})


def mutations(asker: Asker, world: World) -> Iterator[Delivery]:
    """Each line of tests/access/graphql.txt that changes something, by the last person who may."""
    for line in LINES:
        able = [person for person, answer in line.answers.items() if answer in {"ok", "same"}]
        if line.name in MUTATIONS and able:
            label = f"{line.name} {line.given.strip()}"
            send = _posting(asker, able[-1], whole(line.name), json.loads(world.fill(line.given)))
            yield Delivery(line.name, label, send, {200, 401} if label == ENDS_ITSELF else {200})


def _posting(asker: Asker, person: str, document: str, given: Any) -> Callable[[], Answer]:
    def send() -> Answer:
        response = asker.graphql(person, document, input=given)
        return Answer(response.status_code, settled(response.json()))

    return send


def settled(told: Any) -> Any:
    """An answer without what may differ."""
    if isinstance(told, dict):
        return {name: settled(value) for name, value in told.items() if name not in DRAWN | INSERTED}
    return [settled(value) for value in told] if isinstance(told, list) else told


def whole(name: str) -> str:
    """The document of a mutation that asks for all that its answer tells."""
    taken = MUTATIONS[name]
    return f"mutation M($input: {taken.args['input'].type}) {{ {name}(input: $input) {_fields(taken.type, DEPTH)} }}"


def _fields(kind: Any, depth: int) -> str:
    named = get_named_type(kind)
    chosen = ["__typename"]
    for name, found in named.fields.items() if isinstance(named, GraphQLObjectType) else ():
        if any(is_required_argument(argument) for argument in found.args.values()):
            continue
        if is_leaf_type(get_named_type(found.type)):
            chosen.append(name)
        elif depth > 1:
            chosen.append(f"{name} {_fields(found.type, depth - 1)}")
    return "{ " + " ".join(chosen) + " }"


BATCHES: dict[str, Any] = {
    "heartbeat": {},
    "history": {
        "files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0,"loss":1}', '{"_step":1,"loss":2}']}}
    },
    "system metrics": {"files": {"wandb-events.jsonl": {"offset": 0, "content": ['{"system.cpu":1,"_timestamp":2}']}}},
    "console": {"files": {"output.log": {"offset": 0, "content": ["one", "two"]}}},
    "summary": {"files": {"wandb-summary.json": {"offset": 0, "content": ['{"loss":2}']}}},
    "uploaded": {"uploaded": ["output.log"]},
    "preempting": {"preempting": True},
    "completion": {"complete": True, "exitcode": 1},
}


def posts(asker: Asker) -> Iterator[Delivery]:
    """Each kind of thing that a request of file_stream may bring, alone and for one of several writers."""
    for name, batch in BATCHES.items():
        yield Delivery("file_stream", f"file_stream: {name}", streaming(asker, batch))
        yield Delivery("file_stream", f"file_stream of a writer: {name}", streaming(asker, batch, "one"))


def streaming(asker: Asker, batch: Any, writer: str = "") -> Callable[[], Answer]:
    headers = {"X-Wandb-Use-Async-Filestream": "true", "X-Wandb-Async-Client-Id": writer} if writer else {}

    def send() -> Answer:
        response = asker.by_key("mia", "POST", STREAM, batch, **headers)
        return Answer(response.status_code, response.json())

    return send
