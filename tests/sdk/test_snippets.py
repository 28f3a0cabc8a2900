"""Every snippet of the Usage tab is pasted and run, for a linked version and at its source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests import sdk_process
from tests.sdk.team import KEY, Sdk, provision, told
from tests.servers import Server, manage

LOG = """
import json, sys, wandb
with wandb.init(project="snippets") as run:
    made = wandb.Artifact("net", type="model")
    with made.new_file("a first file.txt") as file:
        file.write("the bytes")
    made.add_reference(sys.argv[1] + "/healthz", name="far", checksum=False)
    run.log_artifact(made, aliases=["best"]).wait()
    run.link_artifact(made, "wandb-registry-model/nets", aliases=["ready"])
print(json.dumps(True))
"""
PLACES = {
    "/orgs/Acme%20Robotics/registry/model/collections/nets/versions/v0": "ready",
    "/vision/snippets/artifacts/model/net/v0": "best",
}
ROWS = """
import json
from artifacts.models import Download
print(json.dumps(sorted(Download.objects.values_list("door", "count", "bytes"))))
"""


@pytest.mark.slow
def test_snippets_work_when_pasted_and_are_counted(server: Server, sdk: Sdk, tmp_path: Path) -> None:
    provision(server)
    told(sdk(LOG, server.url, key=KEY))
    for number, (address, alias) in enumerate(PLACES.items()):
        for query in ("", f"?as={alias}"):
            shown = json.loads(server.get(f"{address}/usage.json{query}", KEY))["snippets"]
            assert [snippet["title"] for snippet in shown][3:] == ["curl, one file", "curl, all files", "curl, REST"]
            for snippet in shown:
                home = tmp_path / f"{number}{bool(query)}-{snippet['title'].replace(' ', '-')}"
                paste(home, server, snippet)
    server.stop()  # writes what was counted
    rows: Any = json.loads(manage(server.env, "shell", "--verbosity=0", "-c", ROWS).stdout)
    totals = {door: (count, size) for door, count, size in rows}
    assert totals.keys() == {"page", "rest", "sdk", "zip"}
    assert len([row for row in rows if row[0] == "page"]) == 2
    assert all(count == 2 for door, count, _ in rows if door != "sdk")


@pytest.mark.slow
def test_the_code_of_a_collection_works_when_pasted(server: Server, sdk: Sdk, tmp_path: Path) -> None:
    provision(server)
    told(sdk(LOG, server.url, key=KEY))
    collection = "/orgs/Acme%20Robotics/registry/model/collections/nets"
    card = json.loads(server.get(f"{collection}/card.json", KEY))
    run_pasted(tmp_path / "use", server, [sys.executable, "-c", card["use_code"]])
    run_pasted(tmp_path / "link", server, [sys.executable, "-c", card["link_code"]])
    assert [row["version"] for row in json.loads(server.get(f"{collection}.json", KEY))["rows"]] == ["v1", "v0"]
    assert json.loads(server.get(f"{collection}/card.json", KEY))["consumers"]["runs"] == 1


def paste(home: Path, server: Server, snippet: dict[str, str]) -> None:
    """Run it where nothing but the key is known, and look for the bytes that it promises."""
    program = ["bash", "-e", "-c"] if snippet["title"].startswith(("CLI", "curl")) else [sys.executable, "-c"]
    run_pasted(home, server, [*program, snippet["code"]])
    for path in home.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            assert "/healthz" in archive.read("REFERENCES.txt").decode()
            archive.extractall(home / "unpacked")
    found = [path for path in home.rglob("a first file.txt") if ".cache" not in path.parts]
    assert [path.read_text() for path in found][:1] == ["the bytes"], snippet


def run_pasted(home: Path, server: Server, command: list[str]) -> None:
    """Run it in a folder of its own, where nothing but the key is known."""
    home.mkdir()
    env = sdk_process.environment(home, server.url, KEY)
    del env["WANDB_BASE_URL"]
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
