"""What a run streams may arrive in any order, and all that writes again when later things have happened: the end is the same."""

from __future__ import annotations

from random import Random

import pytest

from tests.access.asking import Asker, undone
from tests.access.world import World
from tests.faults.deliveries import streaming, whole
from tests.faults.states import Keys, State, differences, keys, state


def lines(first: int, *values: float) -> dict[str, object]:
    rows = [f'{{"_step":{step},"loss":{value}}}' for step, value in enumerate(values, first)]
    history = {"offset": first, "content": rows}
    summary = {"offset": 0, "content": [f'{{"loss":{values[-1]},"_step":{first + len(values) - 1}}}']}
    return {"files": {"wandb-history.jsonl": history, "wandb-summary.json": summary}}


RUN = [
    {},
    lines(0, 9, 8),
    {"files": {"output.log": {"offset": 0, "content": ["one", "two"]}}},
    lines(2, 7),
    {"files": {"wandb-events.jsonl": {"offset": 0, "content": ['{"system.cpu":1,"_timestamp":2}']}}},
    {"files": {"output.log": {"offset": 2, "content": ["three"]}}},
    lines(3, 6, 5, 4),
    {},
    {"complete": True, "exitcode": 0},
]


def streamed(asker: Asker, known: Keys, batches: list[dict[str, object]]) -> State:
    with undone():
        for batch in batches:
            assert streaming(asker, batch)().status == 200, batch
        told = state(known)
    chunks = [{**chunk, "id": None} for chunk in told["projects_historychunk"]]
    return told | {"projects_historychunk": sorted(chunks, key=lambda chunk: (chunk["stream"], chunk["first_line"]))}


@pytest.mark.parametrize("seed", range(3))
def test_a_run_is_the_same_in_whatever_order_it_arrives(asker: Asker, world: World, seed: int) -> None:
    known = keys()
    shuffled = Random(seed).sample(RUN, len(RUN))
    told = differences(streamed(asker, known, RUN), streamed(asker, known, shuffled))
    assert not told, told


@pytest.mark.parametrize("late", range(len(RUN)))
def test_what_comes_again_after_the_end_changes_nothing(asker: Asker, world: World, late: int) -> None:
    known = keys()
    told = differences(streamed(asker, known, RUN), streamed(asker, known, [*RUN, RUN[late]]))
    assert not told, told


def test_an_upload_that_comes_again_leaves_later_versions_alone(asker: Asker, world: World) -> None:
    known = keys()
    before = state(known)
    first = world.versions[0]
    artifact = {"entityName": "vision", "projectName": "training", "artifactCollectionName": "net"}
    latest = {"artifactCollectionName": "net", "alias": "latest"}
    registry = {"entityName": "Acme", "projectName": "wandb-registry-Shelf", "artifactPortfolioName": "nets"}
    again = {
        "createArtifact": {
            **artifact,
            "runName": "abc",
            "artifactTypeName": "model",
            "clientID": "mine",
            "digest": first.digest,
            "aliases": [latest],
        },
        "commitArtifact": {"artifactID": world.names["v0"]},
        "linkArtifact": {**registry, "artifactID": world.names["v0"]},
    }
    for name, given in again.items():
        answer = asker.graphql("mia", whole(name), input=given)
        assert answer.status_code == 200, answer.body
        told = differences(before, state(known))
        assert not told, f"{name}:\n{told}"
