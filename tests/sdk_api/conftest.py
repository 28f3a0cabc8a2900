"""A small world to ask about, and a way to ask."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from access.models import User
from access.services.keys import create_key
from artifacts.models import Version
from projects.models import Project, Run
from projects.services.runs import RunFields, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from registries.models import Collection, Link
from registries.services.links import link_version
from sdk_api.ids import encode
from tests.cast import Cast
from tests.making import log_version, project_of
from tests.recalling import recalled


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    data: Any
    message: str


Ask = Callable[..., Answer]


@dataclass(frozen=True)
class World:
    """mia's run in the team's project `training` logged `net` v0 and v1; both are linked in the restricted registry Shelf."""

    project: Project
    run: Run
    versions: list[Version]
    links: list[Link]

    @property
    def collection(self) -> Collection:
        return self.links[0].collection


@pytest.fixture
def ask() -> Ask:
    """`ask(user, document, variable=…)`: one request with a key of that person."""
    keys: dict[int, str] = {}

    def send(
        user: User, document: str, *, operation: str | None = "", scope: str = "write", **variables: Any
    ) -> Answer:
        if scope != "write" or user.pk not in keys:
            _, keys[user.pk] = create_key(actor=user, user=user, name="test", scope=scope)
        body = {"query": document, "variables": variables, "operationName": operation}
        response = Client().post(
            "/graphql",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {keys[user.pk]}"},
        )
        told = response.json()
        return Answer(
            response.status_code, told.get("data"), "; ".join(error["message"] for error in told.get("errors", ()))
        )

    return send


@pytest.fixture
def world(cast: Cast) -> World:
    """The small world."""
    return recalled(build, cast)


def build(cast: Cast) -> World:
    """It, by the services."""
    project = project_of(cast.mia, cast.team.namespace)
    fields = RunFields(display_name="first", config={"rate": 0.5}, summary={"loss": 0.1}, tags=["t"])
    run, _ = upsert_run(actor=cast.mia, project=project, name="abc", fields=fields)
    rows = [json.dumps({"_step": step, "_timestamp": 1.5 + step, "loss": 1 / (step + 1)}) for step in range(10)]
    console = ["2026-11-23T03:42:29.507015 hello", "ERROR 2026-11-23T03:42:30.000000 oh no", "plain"]
    system = [json.dumps({"system.cpu": 3, "_timestamp": 2, "_wandb": True})]
    append(
        actor=cast.mia,
        run=run,
        batch=StreamBatch(history=Piece(0, rows), console=Piece(0, console), system=Piece(0, system)),
    )
    run.refresh_from_db()
    run.project = project
    versions = [
        log_version(cast.mia, project, {"a.txt": text, "dir/b.bin": b"b"}, run=run, references={"r": "s3://bucket/r"})
        for text in (b"one", b"two")
    ]
    links = [
        link_version(actor=cast.mia, registry=cast.registry, collection_name="nets", version=version)
        for version in versions
    ]
    return World(project, run, versions, links)


def wire_id(row: Any) -> str:
    """The id of a row on the wire."""
    kinds = {
        "Version": "Artifact",
        "Artifact": "ArtifactSequence",
        "Collection": "ArtifactPortfolio",
        "Registry": "Project",
    }
    kind = type(row).__name__
    return encode(kinds.get(kind, kind), row.pk)
