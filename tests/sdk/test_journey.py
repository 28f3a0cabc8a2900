"""A team's work by the real SDK: awkward files, metrics, lineage, edits, links, resuming, offline runs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from tests.sdk.team import KEY, Sdk, provision, told
from tests.servers import Server, manage

PROGRAMS = Path(__file__).parent / "programs"
BIG = 40  # MiB
LINKED = "acme-robotics/wandb-registry-dataset/everything:v0"
METRICS = """
from artifacts.models import VersionMetric
rows = VersionMetric.objects.filter(version__artifact__name="middle").exclude(key__startswith="_")
print(json.dumps([[row.version.artifact.name, row.key, row.value] for row in rows.order_by("key")]))
"""
ALERTS = """
from events.models import Event
print(json.dumps(list(Event.objects.filter(type="run:alerted").values_list("after", flat=True))))
"""
RESUME = """
import json, sys, wandb
with wandb.init(project="journey", id="again", resume="allow", config={f"at-{sys.argv[1]}": True}) as run:
    for _ in range(int(sys.argv[1])):
        run.log({"loss": 0.5})
    print(json.dumps({"resumed": run.resumed, "url": run.url}))
"""
OFFLINE = """
import wandb
with wandb.init(project="journey", name="far") as run:
    run.log({"loss": 0.5})
    made = wandb.Artifact("afar", type="dataset")
    with made.new_file("a.txt") as file:
        file.write("from afar")
    run.log_artifact(made)
"""
AFTERWARDS = """
import json, wandb
api = wandb.Api()
again = api.run("vision/journey/again")
[afar] = api.artifacts("dataset", "vision/journey/afar")
maker = afar.logged_by()
print(json.dumps({
    "resumed": {"steps": [row["_step"] for row in again.scan_history()], "config": again.config, "state": again.state},
    "offline": {
        "versions": [afar.version], "text": afar.get_entry("a.txt").download() and open(afar.file()).read(),
        "loss": [row["loss"] for row in maker.scan_history()], "maker": maker.name,
    },
}))
"""


def read(server: Server, program: str) -> Any:
    """What a read of the server's rows prints as JSON, for what no page or client tells."""
    return told(manage(server.env, "shell", "--verbosity=0", "-c", f"import json\n{program}"))


def test_what_one_run_logs_another_uses_byte_for_byte(server: Server, sdk: Sdk, tmp_path: Path) -> None:
    provision(server)
    made = told(sdk(PROGRAMS / "produce.py", str(BIG), key=KEY, home="producer"))
    assert made["source"] == ["v0", ["latest", "staging"], ["t-b"], "after", {"rows": 4}]
    assert made["linked"] == [LINKED, "v0", ["gold", "latest", "prod"], True, "v0"]
    seen = told(sdk(PROGRAMS / "consume.py", key=KEY, home="consumer"))

    written = {
        str(path.relative_to(tmp_path / "producer/material")): hashlib.md5(path.read_bytes()).hexdigest()
        for path in (tmp_path / "producer/material").rglob("*")
        if path.is_file()
    }
    assert len(written) == 11  # a.txt beside A.txt, composed beside decomposed
    assert {path: seen["digests"].get(path) for path in written} == written
    assert seen["one"] == "small"
    assert seen["named"] == ["A.txt", "a.txt"]
    assert seen["count"] == made["count"] == len(written) + 3
    assert seen["refs"]["refs/ref.txt"] == (tmp_path / "producer/elsewhere.txt").as_uri()
    assert seen["refs"]["refs/web.bin"] == f"{server.url}/healthz"

    assert seen["logged_by"] == ["producer", "train", "finished", 0.5, ["first"], 0.01]
    assert (seen["used_by"], seen["used"]) == (["consumer"], ["everything:v0"])
    assert seen["linked"] == [LINKED]
    assert seen["logged"] == ["everything:v0", "middle:v0"]
    assert (seen["runs"], seen["finished"]) == (["consumer", "producer"], 2)
    assert seen["aliases"] == ["latest", "staging"]
    assert [row["loss"] for row in seen["scanned"]] == seen["history"] == [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5] + [0.01] * 4
    assert [row["nested.accuracy"] for row in seen["sampled"]] == [0, 0.1, 0.2, 0.3, 0.4]
    assert {"a.txt", "config.yaml", "output.log", "wandb-summary.json"} <= set(seen["files"])
    assert seen["console"] == ["a line", "another"]
    assert read(server, METRICS) == [["middle", "loss", 0.2], ["middle", "nested.accuracy", 0.4]]
    assert read(server, ALERTS) == [{"title": "careful", "text": "a text", "severity": "WARN"}]
    assert b"local_path" not in b"".join(manifests(server))


def manifests(server: Server) -> list[bytes]:
    """All stored manifests."""
    stored = [path.read_bytes() for path in (server.data / "blobs").glob("??/??/*") if path.stat().st_size < 2**20]
    found = [content for content in stored if b'"storagePolicyConfig"' in content]
    shas = read(
        server, "from artifacts.models import Manifest\nprint(json.dumps([m.blob_id for m in Manifest.objects.all()]))"
    )
    kept = [(server.data / "blobs" / sha[:2] / sha[2:4] / sha).read_bytes() for sha in shas]
    assert set(kept) <= set(found)
    return kept


def test_a_run_is_resumed_and_an_offline_run_is_synced(server: Server, sdk: Sdk, tmp_path: Path) -> None:
    provision(server)
    first = told(sdk(RESUME, "3", key=KEY))
    second = told(sdk(RESUME, "2", key=KEY))
    assert (first["resumed"], second["resumed"]) == (False, True)
    assert second["url"] == first["url"]
    offline = sdk(OFFLINE, key=KEY, env={"WANDB_MODE": "offline"})
    assert offline.returncode == 0, offline.stderr
    [folder] = (tmp_path / "sdk" / "wandb").glob("offline-run-*")
    synced = sdk("from wandb.cli.cli import cli; cli()", "sync", str(folder), key=KEY)
    assert synced.returncode == 0, synced.stderr
    seen = told(sdk(AFTERWARDS, key=KEY))
    assert seen["resumed"] == {"steps": [0, 1, 2, 3, 4], "config": {"at-3": True, "at-2": True}, "state": "finished"}
    assert seen["offline"] == {"versions": ["v0"], "text": "from afar", "loss": [0.5], "maker": "far"}
