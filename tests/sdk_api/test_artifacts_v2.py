"""GET /artifactsV2/…: bytes by MD5 or XXH128 with the API key, of a version in that place and for who may download there."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import xxhash
from django.test import Client

from access.models import User
from access.services.keys import create_key
from registries.services.links import unlink_version
from tests.cast import Cast
from tests.making import md5_of
from tests.sdk_api.conftest import World, wire_id


def get(user: User | None, path: str, **headers: str) -> Any:
    if user is not None:
        _, secret = create_key(actor=user, user=user, name="test")
        headers["Authorization"] = "Basic " + base64.b64encode(f"api:{secret}".encode()).decode()
    return Client().get(f"/artifactsV2/default/{path}", headers=headers)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


ONE, TWO = md5_of(b"one"), md5_of(b"two")


@pytest.mark.parametrize("place", ["vision/training/net", "acme/wandb-registry-Shelf/nets"])
def test_both_forms_give_the_bytes(place: str, cast: Cast, world: World) -> None:
    first = wire_id(world.versions[0])
    for path in (
        f"{place}/{first}/{ONE}/a.txt",
        f"{place}/{first}/{first}/{ONE}/a.txt",
        f"{place}/{first}/x/{ONE}/dir/a.txt",
        f"{place}/{first}/x/{xxhash.xxh128_hexdigest(b'one')}/a.txt",
    ):
        response = get(cast.mia, path)
        assert (response.status_code, body(response)) == (200, b"one")
        assert "attachment" in response.headers["Content-Disposition"]


def test_a_range_is_given(cast: Cast, world: World) -> None:
    first = wire_id(world.versions[0])
    response = get(cast.mia, f"vision/training/net/{first}/x/{ONE}/a.txt", Range="bytes=1-")
    assert (response.status_code, body(response)) == (206, b"ne")


def test_only_bytes_of_that_version_are_given(cast: Cast, world: World) -> None:
    first, second = (wire_id(version) for version in world.versions)
    assert get(cast.mia, f"vision/training/net/{first}/x/{TWO}/a.txt").status_code == 404
    assert body(get(cast.mia, f"vision/training/net/{second}/x/{TWO}/a.txt")) == b"two"
    assert get(cast.mia, f"vision/training/absent/{second}/x/{TWO}/a.txt").status_code == 404
    assert get(cast.mia, f"vision/training/net/x/{'0' * 32}/a.txt").status_code == 404
    assert get(cast.mia, f"vision/training/net/x/{TWO.upper()}x/a.txt").status_code == 404
    unlink_version(actor=cast.mia, link=world.links[0])
    assert get(cast.mia, f"acme/wandb-registry-shelf/nets/{first}/x/{ONE}/a.txt").status_code == 404


def test_who_may_not_download_there_gets_nothing(cast: Cast, world: World) -> None:
    first = wire_id(world.versions[0])
    path = f"acme/wandb-registry-shelf/nets/{first}/x/{ONE}/a.txt"
    assert body(get(cast.vera, path)) == b"one"
    assert [get(user, path).status_code for user in (cast.rita, cast.otto, None)] == [403, 404, 401]
