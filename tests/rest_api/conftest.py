"""A small world to ask about, and a way to ask by REST."""

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
from projects.models import Project
from registries.models import Link
from registries.services.links import link_version
from tests.cast import Cast, add_heiress, add_service_account
from tests.making import log_version, project_of
from tests.recalling import recalled

ROOT = "/api/v1"
SHELF = "/organizations/Acme/registries/Shelf"
NETS = f"{SHELF}/collections/nets"
TRAINING = "/projects/vision/training"
NET = f"{TRAINING}/artifacts/net"


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    json: Any
    content: bytes
    response: Any

    @property
    def message(self) -> str:
        return str(self.json["error"]["message"])


Ask = Callable[..., Answer]


@dataclass(frozen=True)
class World:
    """mia's project `training` holds `net` v0 and v1, both linked into `nets` of the restricted registry Shelf."""

    cast: Cast
    heirs: dict[str, User]
    project: Project
    versions: list[Version]
    links: list[Link]

    def person(self, name: str) -> User:
        found: User = self.heirs.get(name) or getattr(self.cast, name)
        return found


@pytest.fixture
def ask() -> Ask:
    """`ask(user, "POST /projects", {"name": …})`: one request with a key of that person; of nobody, without one."""
    keys: dict[tuple[int, str], str] = {}

    def send(user: User | None, route: str, body: Any = None, *, scope: str = "admin", headers: Any = None) -> Answer:
        method, _, path = route.partition(" ")
        given = dict(headers or {})
        if user is not None:
            if (user.pk, scope) not in keys:
                _, keys[user.pk, scope] = create_key(actor=None, user=user, name="test", scope=scope)
            given["Authorization"] = f"Bearer {keys[user.pk, scope]}"
        data = b"" if body is None else json.dumps(body)
        response = Client().generic(method, ROOT + path, data, content_type="application/json", headers=given)
        content = response.getvalue()
        for close in response._resource_closers:  # response.close() would end the test's connection too
            close()
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return Answer(response.status_code, json.loads(content) if is_json and content else None, content, response)

    return send


@pytest.fixture
def world(cast: Cast) -> World:
    """The small world."""
    return recalled(build, cast)


def build(cast: Cast) -> World:
    """It, by the services."""
    heirs = {"tina": add_heiress(cast), "ci": add_service_account(cast)}
    project = project_of(cast.mia, cast.team.namespace)
    versions = [
        log_version(cast.mia, project, {"a.txt": text, "dir/b c.bin": b"0123456789"}, references={"r": "s3://bucket/r"})
        for text in (b"one", b"two")
    ]
    links = [
        link_version(actor=cast.mia, registry=cast.registry, collection_name="nets", version=version)
        for version in versions
    ]
    return World(cast, heirs, project, versions, links)
