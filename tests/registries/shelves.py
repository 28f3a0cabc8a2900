"""What the tests of pages put on the shelves."""

from __future__ import annotations

from typing import Any

from artifacts.models import Version, VersionMetric
from registries.models import Link, Registry
from registries.services.links import link_version
from tests.cast import Cast
from tests.making import log_version, project_of

FILES = {"config.json": b'{"layers": 3}', "weights/net.bin": b"\x00\x01\x02"}


def log(cast: Cast, number: int = 0, *, metrics: dict[str, float] | None = None, **options: Any) -> Version:
    """A version in mia's team, distinct by its number, with its metrics."""
    files = options.pop("files", FILES)
    project = project_of(cast.mia, cast.team.namespace)
    version = log_version(cast.mia, project, {**files, "number.txt": str(number).encode()}, **options)
    VersionMetric.objects.bulk_create(
        VersionMetric(version=version, key=key, value=value, source="history") for key, value in (metrics or {}).items()
    )
    return version


def link(
    cast: Cast, version: Version, collection: str = "net", registry: Registry | None = None, **options: Any
) -> Link:
    """`version` on the shelf."""
    return link_version(
        actor=cast.mia, registry=registry or cast.registry, collection_name=collection, version=version, **options
    )


def fill(cast: Cast, count: int) -> None:
    """`count` versions with two metrics each, all linked into `net`."""
    for number in range(count):
        version = log(cast, number, metrics={"accuracy": number / 1000, "loss": 1 / (number + 1)})
        link(cast, version)
