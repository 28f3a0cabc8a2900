"""One large artifact by the real SDK, up or down, with the seconds that each part took, as JSON.

    transfer.py up|down large GIB
    transfer.py up|down many COUNT

What the SDK does before it sends anything, and what it does without the server's bytes, is its own floor.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import wandb

BLOCK = 64 * 2**20
SOURCE = Path("source")
A_FOLDER = 1000


def write_large(gib: int) -> None:
    """One file that no compression and no equal block makes smaller."""
    block = os.urandom(BLOCK)
    with (SOURCE / "large.bin").open("wb") as file:
        for number in range(gib * 2**30 // BLOCK):
            file.write(number.to_bytes(8, "big") + block[8:])


def text_of(number: int) -> str:
    """What a small file holds: about a kilobyte."""
    return f"file {number}\n" * (1000 // len(f"file {number}\n"))


def write_many(count: int) -> None:
    """Small files, a thousand in each folder."""
    for number in range(count):
        if number % A_FOLDER == 0:
            (SOURCE / f"{number // A_FOLDER:03}").mkdir()
        path_of(number, SOURCE).write_text(text_of(number))


def path_of(number: int, root: Path) -> Path:
    """Where it lies."""
    return root / f"{number // A_FOLDER:03}" / f"{number:06}.txt"


def seconds(action: Callable[[], object]) -> float:
    """That it takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def up(kind: str, size: int) -> dict[str, Any]:
    """Make it, log it, and tell how long both parts took: the SDK's own, and until the server has committed."""
    SOURCE.mkdir()
    write_large(size) if kind == "large" else write_many(size)
    os.sync()
    with wandb.init(project="transfers") as run:
        made = wandb.Artifact(kind, type="dataset")
        if kind == "large":
            add = lambda: made.add_file(str(SOURCE / "large.bin"), policy="immutable", skip_cache=True)  # noqa: E731
        else:
            add = lambda: made.add_dir(str(SOURCE), policy="immutable", skip_cache=True)  # noqa: E731
        staged = seconds(add)
        sent = seconds(lambda: run.log_artifact(made).wait())
    return {"alone": staged, "with": staged + sent}


def down(kind: str, size: int) -> dict[str, Any]:
    """Download it, compare every byte, and tell how long it took and what the same bytes take without a server."""
    read = wandb.Api().artifact(f"vision/transfers/{kind}:v0")
    got, again = Path("got"), Path("again")
    if kind == "large":
        took = seconds(lambda: read.download(root=str(got), skip_cache=True))
        read.verify(root=str(got))
        alone = seconds(lambda: shutil.copyfile(got / "large.bin", "again"))
        assert (got / "large.bin").stat().st_size == size * 2**30
    else:
        took = seconds(lambda: read.download(root=str(got)))
        for number in range(size):
            assert path_of(number, got).read_text() == text_of(number), number
        alone = seconds(lambda: read.download(root=str(again)))  # from the SDK's cache
    return {"alone": alone, "with": took}


if __name__ == "__main__":
    print(json.dumps({"up": up, "down": down}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))))
