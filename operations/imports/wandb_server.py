"""Reading a W&B server through the public API of its own client, page by page and file by file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # before the import: nobody is told of what goes on here

import wandb

AT_ONCE = 50
KEPT_BY_THE_SERVER = ("job", "wandb-history", "wandb-events")  # types that W&B makes of its own accord


class Server:
    """A server by its address, such as `https://api.wandb.ai`, as the owner of an API key sees an entity."""

    def __init__(self, address: str, api_key: str, entity: str) -> None:
        self.entity = entity
        self.api = wandb.Api(overrides={"base_url": address, "entity": entity}, api_key=api_key, timeout=60)

    def projects(self) -> list[str]:
        """Names of the entity's projects."""
        return sorted(project.name for project in self.api.projects(self.entity))

    def runs(self, project: str) -> Iterator[Any]:
        """The runs of a project, oldest first."""
        path = f"{self.entity}/{project}"
        yield from self.api.runs(path, order="+created_at", per_page=AT_ONCE, lazy=False)

    def artifacts(self, project: str) -> Iterator[Any]:
        """The collections of versions that were logged to a project."""
        for type_ in self.api.artifact_types(f"{self.entity}/{project}"):
            if type_.name not in KEPT_BY_THE_SERVER:
                yield from (collection for collection in type_.collections() if collection.is_sequence())

    def registries(self, organization: str) -> list[Any]:
        """The registries of an organization, or of the only one that the key's owner belongs to."""
        return list(self.api.registries(organization or None))


def versions(collection: Any) -> list[Any]:
    """Versions of an artifact or a registry's collection, by number."""
    found = collection.versions() if hasattr(collection, "versions") else collection.artifacts()
    return sorted(found, key=number)


def number(version: Any) -> int:
    """3 of `v3`."""
    return int(version.version.removeprefix("v"))


def manifest(version: Any) -> bytes:
    """The document that names the files of a version, as it was logged."""
    return json.dumps(version.manifest.to_manifest_json()).encode()


@contextmanager
def files_of_run(run: Any) -> Iterator[Iterator[tuple[str, Path]]]:
    """The run's files by path, each on the disk while the next one is not asked for."""
    with tempfile.TemporaryDirectory(prefix="vitrine-import-") as folder:
        yield _files(run, folder)


def _files(run: Any, folder: str) -> Iterator[tuple[str, Path]]:
    for file in run.files(per_page=AT_ONCE):
        with file.download(root=folder, replace=True) as opened:
            path = Path(opened.name)
        yield file.name, path


def open_entry(version: Any, path: str, folder: str) -> IO[bytes]:
    """The bytes of one file of a version."""
    place = Path(version.get_entry(path).download(root=folder, skip_cache=True))
    opened = place.open("rb")
    place.unlink()  # the bytes go when the file is closed
    return opened
