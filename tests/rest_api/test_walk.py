"""docs/rest.md runs as printed, against a real server; and what it uploaded is a version like any other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT, Server

KEY = "local-mia-" + "k" * 40
needs_tools = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in ("bash", "curl", "jq", "md5sum")), reason="the walk needs bash, curl and jq"
)


def walk() -> str:
    """The commands of the walk, without the two that say where and who."""
    text = (ROOT / "docs" / "rest.md").read_text()
    section = text.partition("## From a file to a linked version")[2].partition("\n## ")[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    return "\n".join(line for line in lines if not line.startswith("export "))


@pytest.fixture
def acme(server: Server) -> Server:
    server.provision(
        {"op": "user", "username": "olga", "password": "correct horse battery"},
        {"op": "user", "username": "mia", "password": "correct horse battery", "api_key": KEY},
        {"op": "organization", "name": "Acme", "owner": "olga"},
        {"op": "organization_member", "organization": "Acme", "username": "mia", "role": "member"},
        {"op": "team", "organization": "Acme", "name": "vision", "admin": "olga"},
        {"op": "team_member", "team": "vision", "username": "mia", "role": "member"},
    )
    return server


def run(server: Server, folder: Path) -> str:
    env = {"PATH": os.environ["PATH"], "VITRINE_URL": server.url, "VITRINE_KEY": KEY}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", walk()], cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_tools
def test_the_walk_of_the_docs_runs_as_printed_and_again(acme: Server, sdk: Any, tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    folder.mkdir()
    first = run(acme, folder)
    assert (folder / "copy.pt").read_text() == "weights"
    assert first.endswith("weig")
    assert re.search(r'"aliases": \["staging", "latest"\]', first), first
    again = run(acme, folder)  # every step may arrive twice
    assert '"version": "v0"' in again
    assert '"v1"' not in again
    program = """
import wandb
artifact = wandb.Api().artifact("wandb-registry-model/digits:staging")
print(open(artifact.download() + "/model.pt").read(), artifact.metadata)
"""
    done = sdk(program, key=KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "weights {'accuracy': 0.97}" in done.stdout
