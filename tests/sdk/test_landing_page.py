"""The script that the product's landing page prints, unmodified, against a real server (features S25-S31)."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.sdk.browsing import sign_in
from tests.servers import Server

Sdk = Callable[..., subprocess.CompletedProcess[str]]
KEY = "local-" + "k" * 40
PASSWORD = "correct horse battery"
SCRIPT = """
import wandb
import random

# Start a run and log a generated model file
with wandb.init(project="registry_quickstart") as run:
    with open("my_model.txt", "w") as f:
        f.write("Model: " + str(random.random()))

    logged_artifact = run.log_artifact(
        artifact_or_path="./my_model.txt",
        name="gemma-finetuned",
        type="model",
    )
    run.link_artifact(
        artifact=logged_artifact,
        target_path="wandb-registry-model/first-collection",
    )
"""
LOOK = """
import json, wandb
api = wandb.Api()
versions = lambda kind, name: {v.version: sorted(v.aliases) for v in api.artifacts(kind, name)}
print(json.dumps({
    "source": versions("model", "vision/registry_quickstart/gemma-finetuned"),
    "linked": {v.version: sorted(v.aliases) for v in api.registry("model").collections().versions()},
    "url": api.artifact("wandb-registry-model/first-collection:latest").url,
}))
"""


def test_the_script_runs_twice_and_its_versions_are_where_it_said(server: Server, sdk: Sdk) -> None:
    server.provision(
        {"op": "user", "username": "olga", "password": PASSWORD},
        {"op": "user", "username": "mia", "password": PASSWORD, "api_key": KEY},
        {"op": "organization", "name": "Acme", "owner": "olga"},
        {"op": "organization_member", "organization": "Acme", "username": "mia", "role": "member"},
        {"op": "team", "organization": "Acme", "name": "vision", "admin": "olga"},
        {"op": "team_member", "team": "vision", "username": "mia", "role": "member"},
        {"op": "default_entity", "username": "mia", "entity": "vision"},
    )
    browser = sign_in(server, "mia", PASSWORD)
    for _ in range(2):
        before = _stored(server)
        done = sdk(SCRIPT, key=KEY, env={"WANDB_SILENT": "false"})
        assert done.returncode == 0, done.stdout + done.stderr
        printed = set(re.findall(rf"{re.escape(server.url)}/\S+", re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)))
        assert {f"{server.url}/vision/registry_quickstart"} < printed, done.stderr
        for url in printed:
            assert browser.get(url, timeout=30).status_code == 200, url
        new = [path for path in _stored(server) if path not in before]
        assert sum(b"Model: " in path.read_bytes()[:7] for path in new) == 1
    seen = json.loads(sdk(LOOK, key=KEY).stdout)
    assert seen["linked"] == {"v0": [], "v1": ["latest"]}
    assert seen["source"] == {"v0": [], "v1": ["latest"]}
    assert "/orgs/Acme/registry/model?selectionPath=" in seen["url"]
    page = browser.get(seen["url"], timeout=30)
    assert page.status_code == 200
    assert "first-collection" in page.text


def _stored(server: Server) -> list[Path]:
    return [path for path in (server.data / "blobs").rglob("*") if path.is_file()]
