"""kill -9 at named points of an upload and a commit: nothing half-visible, and the SDK's own retry succeeds."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import sdk_process
from tests.servers import Server, Template

pytestmark = pytest.mark.sqlite_only
ROUNDS = int(os.environ.get("KILL_ROUNDS", "2"))
POINTS = (
    "in the middle of a body",
    "before the rename",
    "after the rename",
    "before the commit",
    "inside the commit",
    "at the end of the commit",
    "after the commit",
)
KEY = "kill-" + "k" * 40
PATIENT = {f"WANDB__{kind}_RETRY_MAX": "40" for kind in ("GRAPHQL", "FILE_STREAM", "FILE_TRANSFER")}
SCRIPT = """
import sys, wandb
run = wandb.init(project="durable")
artifact = wandb.Artifact("net", type="model")
for name in ("a", "b"):
    with artifact.new_file(name) as file:
        file.write(f"{name} of {sys.argv[1]} " * 20_000)
version = run.log_artifact(artifact).wait()
linked = run.link_artifact(version, "wandb-registry-model/net")
print(version.version, linked.version, flush=True)
run.finish()
"""


@pytest.fixture
def victim(server_template: Template, tmp_path: Path) -> Server:
    """A server that dies where the flag file says."""
    database_url = server_template.copy(tmp_path / "server")
    settings = {"DJANGO_SETTINGS_MODULE": "tests.durability.settings", "KILL_FLAG": str(tmp_path / "flag")}
    server = Server(tmp_path / "server", database_url, settings=settings).start()
    server.provision(
        {"op": "user", "username": "olga"},
        {"op": "user", "username": "mia", "api_key": KEY},
        {"op": "organization", "name": "Acme", "owner": "olga"},
        {"op": "organization_member", "organization": "Acme", "username": "mia", "role": "member"},
        {"op": "team", "organization": "Acme", "name": "vision", "admin": "olga"},
        {"op": "team_member", "team": "vision", "username": "mia", "role": "member"},
        {"op": "default_entity", "username": "mia", "entity": "vision"},
    )
    return server


def half_visible(data: Path) -> list[str]:
    """What is wrong with the committed versions, their bytes, and the store."""
    wrong = []
    with sqlite3.connect(data / "vitrine.sqlite3") as database:
        rows = database.execute(
            "SELECT v.id, v.file_count, count(e.id), count(e.blob_id) FROM artifacts_version v"
            " LEFT JOIN artifacts_manifestentry e ON e.version_id = v.id WHERE v.state = 'committed' GROUP BY v.id"
        )
        wrong += [f"version {row[0]} has {row}" for row in rows if not row[1] == row[2] == row[3]]
        wrong += [
            f"blob {sha} has no bytes"
            for (sha,) in database.execute("SELECT sha256 FROM storage_blob")
            if not (data / "blobs" / sha[:2] / sha[2:4] / sha).is_file()
        ]
        latest = database.execute("SELECT count(*) FROM artifacts_versionalias WHERE name = 'latest'").fetchone()[0]
        versions = database.execute("SELECT count(*) FROM artifacts_version WHERE state = 'committed'").fetchone()[0]
        wrong += [] if latest == min(versions, 1) else [f"{latest} latest of {versions} versions"]
    for path in (data / "blobs").rglob("*"):
        if path.is_file() and path.parent.name != "incoming":
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            wrong += [f"{path.name} is damaged"] if found != path.name else []
    return wrong


def wait_for_death(server: Server, client: subprocess.Popen[str]) -> None:
    assert server.process is not None
    deadline = time.monotonic() + 60
    while server.process.poll() is None:
        assert time.monotonic() < deadline, "the point was never reached"
        assert client.poll() is None, client.communicate()
        time.sleep(0.02)


WORST = ["before the rename", "inside the commit", "after the commit"]


@pytest.mark.parametrize(
    "points", [WORST, pytest.param([*POINTS] * ROUNDS, marks=pytest.mark.slow)], ids=["worst", "all"]
)
def test_the_server_may_die_anywhere(victim: Server, tmp_path: Path, points: list[str]) -> None:
    home = tmp_path / "sdk"
    home.mkdir()
    env = sdk_process.environment(home, victim.url, KEY) | PATIENT
    try:
        for number, point in enumerate(points):
            client = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(number)], cwd=home, env=env, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            (tmp_path / "flag").write_text(point)
            wait_for_death(victim, client)
            assert half_visible(victim.data) == [], point
            victim.start()
            output, _ = client.communicate(timeout=120)
            assert client.returncode == 0, (point, output)
            assert f"v{number} v{number}" in output, (point, output)
            assert half_visible(victim.data) == [], point
    finally:
        victim.kill()


LARGE = """
import os, sys, wandb
with open("large.bin", "wb") as file:  # mostly a hole
    file.write(b"begin")
    file.truncate(2049 * 2**20)
with wandb.init(project="durable") as run:
    artifact = wandb.Artifact("large", type="model")
    artifact.add_file("large.bin", policy="immutable", skip_cache=True)
    print(run.log_artifact(artifact).wait(timeout=300).version, flush=True)
"""


@pytest.mark.slow
def test_it_may_die_at_each_stage_of_a_file_in_parts(victim: Server, tmp_path: Path) -> None:
    home = tmp_path / "sdk"
    home.mkdir()
    env = sdk_process.environment(home, victim.url, KEY) | PATIENT
    client = subprocess.Popen(
        [sys.executable, "-c", LARGE], cwd=home, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        for point in ("in the middle of a body", "while parts are put together", "before the bytes of parts go"):
            (tmp_path / "flag").write_text(point)
            wait_for_death(victim, client)
            assert half_visible(victim.data) == [], point
            victim.start()
        output, _ = client.communicate(timeout=300)
    finally:
        client.kill()
        victim.kill()
    assert (client.returncode, output.count("v0")) == (0, 1), output
    assert half_visible(victim.data) == []
    with sqlite3.connect(victim.data / "vitrine.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM storage_part").fetchone() == (0,)
        assert database.execute("SELECT max(size) FROM storage_blob").fetchone() == (2049 * 2**20,)
