"""A small world to ask about, and a way to ask by REST."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from access.models import Invitation, User
from access.roles import Role
from access.services.invitations import create_invitation
from access.services.keys import create_key
from access.services.roles import grant_role
from access.services.service_accounts import create_service_account
from access.services.teams import create_team
from artifacts.models import Version
from projects.models import Project
from registries.models import Link
from registries.services.collections import tag_collection
from registries.services.links import link_version
from registries.services.protection import protect_alias
from storage.models import Upload
from storage.services import fulfil
from tests.cast import Cast, add_heiress, add_service_account
from tests.making import log_version, md5_of, project_of
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


@pytest.fixture
def names(world: World, ask: Ask) -> dict[str, str]:
    """What the table's braces stand for, and everybody's key, made before anything is compared."""
    cast, olga = world.cast, world.cast.olga
    invitation: Invitation = create_invitation(actor=olga, organization=cast.organization, role="member")[0]
    account: User = create_service_account(actor=olga, organization=cast.organization, name="old job")
    key, _ = create_key(actor=olga, user=account, name="old")
    empty = create_team(actor=olga, organization=cast.organization, name="empty", admin=olga)
    grant_role(actor=olga, container=cast.registry, principal=empty, role=Role.VIEWER)
    protect_alias(actor=olga, registry=cast.registry, name="golden")
    tag_collection(actor=olga, collection=world.links[0].collection, add=["old"])
    body = {"artifact": "other", "type": "model", "files": [{"path": "f", "size": 1, "md5": md5_of(b"f")}]}
    upload = ask(cast.mia, f"POST {TRAINING}/uploads", body).json["id"]
    fulfil(Upload.objects.get(subject_id=upload, name="f"), io.BytesIO(b"f"), size=1)
    for person in "otto rita vera tina ci mia adam olga".split():
        ask(world.person(person), "GET /me")
    return {
        "account": account.username,
        "invitation": str(invitation.pk),
        "key": str(key.pk),
        "upload": str(upload),
        "version": str(world.versions[0].pk),
    }


def filled(value: Any, names: dict[str, str]) -> Any:
    """The body with its braces filled: ids are numbers."""
    if isinstance(value, dict):
        return {key: filled(inner, names) for key, inner in value.items()}
    return int(names[value.strip("{}")]) if isinstance(value, str) and value.startswith("{") else value
