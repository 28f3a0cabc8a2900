"""A file of more than 2 GiB, from where the SDK cuts what it sends and reads into parts."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from tests.sdk.team import KEY, Sdk, provision, told
from tests.servers import Server

PROGRAM = """
import json, os, shutil
from pathlib import Path
import wandb
SIZE = 2200 * 2**20 + 17
with open("big.bin", "wb") as file:  # mostly a hole, so that it costs no disk here
    for place, text in ((5, b"begin"), (100 * 2**20 - 2, b"middle"), (SIZE - 3, b"end")):
        file.seek(place)
        file.write(text)
with wandb.init(project="large") as run:
    made = wandb.Artifact("big", "dataset")
    made.add_file("big.bin", policy="immutable", skip_cache=True)
    run.log_artifact(made).wait()
Path("big.bin").unlink()
shutil.rmtree(os.environ["WANDB_CACHE_DIR"], ignore_errors=True)
read = wandb.Api().artifact("vision/large/big:v0")
folder = read.download(root="out", skip_cache=True, multipart=True)
read.verify(root="out")
with open("out/big.bin", "rb") as file:
    file.seek(100 * 2**20 - 2)
    middle = file.read(6).decode()
print(json.dumps([read.size == SIZE, os.path.getsize("out/big.bin") == SIZE, middle]))
"""


@pytest.mark.slow
def test_a_file_of_more_than_two_gib_comes_back_byte_for_byte(server: Server, sdk: Sdk) -> None:
    provision(server)
    assert told(sdk(PROGRAM, key=KEY, timeout=900)) == [True, True, "middle"]
    with contextlib.closing(sqlite3.connect(server.data / "vitrine.sqlite3")) as database:
        numbered = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'storage_part'").fetchone()
        left = database.execute("SELECT count(*) FROM storage_part").fetchone()
        largest = database.execute("SELECT max(size) FROM storage_blob").fetchone()
    assert numbered == (23,), "it came in parts of 100 MiB"
    assert (left, largest) == ((0,), (2200 * 2**20 + 17,))
    assert sum(file.stat().st_size for file in server.data.rglob("*") if file.is_file()) < 2300 * 2**20
