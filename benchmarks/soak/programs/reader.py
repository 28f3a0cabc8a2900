"""Somebody who looks around by the SDK's public API, in a process that lives as long as the soak.

reader.py NAME BOOKS UNTIL
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import wandb

from benchmarks.soak.book import SERIES, Book

PLACE = "vision/soak"


def versions(rng: random.Random) -> None:
    """Of an artifact that grows meanwhile."""
    for version in islice(wandb.Api().artifacts("model", f"{PLACE}/{rng.choice(SERIES)}", per_page=20), 45):
        assert version.state == "COMMITTED", version.state


def tagged(rng: random.Random) -> None:
    """By a tag."""
    found = wandb.Api().artifacts("model", f"{PLACE}/{rng.choice(SERIES)}", tags=["gold"])
    [version.name for version in islice(found, 20)]


def runs(rng: random.Random) -> None:
    """Filtered and sorted, with the history and the outputs of one of them."""
    found = list(islice(wandb.Api().runs(PLACE, {"config.lr": {"$gt": rng.random()}}, order="-created_at"), 10))
    if found:
        run = rng.choice(found)
        list(run.scan_history(keys=["loss"]))
        [version.name for version in run.logged_artifacts()]
        [version.name for version in run.used_artifacts()]


def registry(_rng: random.Random) -> None:
    """Its collections and their versions."""
    found = wandb.Api().registry("model", organization="Acme Robotics")
    [collection.name for collection in found.collections()]
    [version.name for version in islice(found.versions(), 40)]


def lineage(rng: random.Random) -> None:
    """Who made a version and who used it, and its files."""
    api = wandb.Api()
    path = f"{PLACE}/{rng.choice(SERIES)}:latest"
    if api.artifact_exists(path):
        version = api.artifact(path)
        if version.logged_by():
            version.logged_by().summary.get("loss")
        [run.id for run in version.used_by()]
        assert sum(file.size for file in version.files()) == version.size


ACTIONS: list[Callable[[random.Random], None]] = [versions, tagged, runs, registry, lineage]


def main(name: str, books: Path, until: float) -> None:
    """Look at one thing after another."""
    book, rng = Book(books, name), random.Random(name)
    while time.time() < until:
        action = rng.choice(ACTIONS)
        try:
            action(rng)
            book.did("SDK: looks by the public API")
        except Exception as error:
            book.trouble(action.__name__, repr(error))
        time.sleep(rng.uniform(0.3, 1.5))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
