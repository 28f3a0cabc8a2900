"""The script that the product's landing page prints, unmodified, against a real server (features S25-S31)."""

from __future__ import annotations

import re
from pathlib import Path

from registries.snippets import QUICKSTART
from tests.sdk.browsing import sign_in
from tests.sdk.team import KEY, PASSWORD, Sdk, provision, told
from tests.servers import Server

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
    provision(server)
    browser = sign_in(server, "mia", PASSWORD)
    for _ in range(2):
        before = _stored(server)
        done = sdk(QUICKSTART, key=KEY, env={"WANDB_SILENT": "false"})
        assert done.returncode == 0, done.stdout + done.stderr
        printed = set(re.findall(rf"{re.escape(server.url)}/\S+", re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)))
        assert {f"{server.url}/vision/registry_quickstart"} < printed, done.stderr
        for url in printed:
            assert browser.get(url, timeout=30).status_code == 200, url
        new = [path for path in _stored(server) if path not in before]
        assert sum(path.read_bytes().startswith(b"weights: ") for path in new) == 1
    seen = told(sdk(LOOK, key=KEY))
    assert seen["linked"] == {"v0": [], "v1": ["latest"]}
    assert seen["source"] == {"v0": [], "v1": ["latest"]}
    assert "/orgs/Acme Robotics/registry/model?selectionPath=" in seen["url"]
    page = browser.get(seen["url"], timeout=30)
    assert page.status_code == 200
    assert "first-collection" in page.text


def _stored(server: Server) -> list[Path]:
    return [path for path in (server.data / "blobs").rglob("*") if path.is_file()]
