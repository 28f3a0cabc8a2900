"""Artifacts whose digests are XXH128, logged, read and checked by the SDK beside those of MD5."""

from __future__ import annotations

import pytest

from tests.sdk.team import KEY, Sdk, provision, told
from tests.servers import Server

HEAD = """
import json, os, shutil, wandb
from pathlib import Path
def log(name, files, algorithm, run):
    made = wandb.Artifact(name, "dataset", digest_algorithm=algorithm)
    for path, text in files.items():
        with made.new_file(path) as file:
            file.write(text)
    return run.log_artifact(made).wait()
def read(path):
    shutil.rmtree(os.environ["WANDB_CACHE_DIR"], ignore_errors=True)
    found = wandb.Api().artifact(path)
    folder = found.download(root="out/" + path.replace(":", "-").replace("/", "-"), skip_cache=True)
    found.verify(root=folder)
    return [found.version, found.digest_algorithm.value, {name.name: name.read_text() for name in Path(folder).iterdir()}]
"""
LOG = """
A, B = {"a.txt": "one", "b.txt": "two"}, {"a.txt": "one", "b.txt": "three"}
with wandb.init(project="p", entity="vision") as run:
    made = [log("fast", A, "XXH128", run), log("fast", A, "XXH128", run), log("fast", B, "XXH128", run)]
    mixed = [log("mixed", A, "MD5", run), log("mixed", B, "XXH128", run), log("mixed", A, "MD5", run)]
    linked = run.link_artifact(made[-1], "wandb-registry-dataset/sets")
print(json.dumps({
    "fast": [[one.version, one.digest_algorithm.value] for one in made],
    "mixed": [[one.version, one.digest_algorithm.value] for one in mixed],
    "read": [read("vision/p/fast:v0"), read("vision/p/fast:v1"), read("vision/p/mixed:v0"), read("vision/p/mixed:v1")],
    "linked": read("acme-robotics/wandb-registry-dataset/sets:v0"),
}))
"""


@pytest.mark.slow
def test_artifacts_with_xxh128_are_logged_deduplicated_linked_read_and_verified(server: Server, sdk: Sdk) -> None:
    provision(server)
    done = told(sdk(HEAD + LOG, key=KEY, timeout=200))
    fast, md5 = "MANIFEST_XXH128", "MANIFEST_MD5"
    assert done["fast"] == [["v0", fast], ["v0", fast], ["v1", fast]]
    # The SDK goes on in the algorithm that an artifact has.
    assert done["mixed"] == [["v0", md5], ["v1", md5], ["v0", md5]]
    old, new = {"a.txt": "one", "b.txt": "two"}, {"a.txt": "one", "b.txt": "three"}
    assert done["read"] == [["v0", fast, old], ["v1", fast, new], ["v0", md5, old], ["v1", md5, new]]
    assert done["linked"] == ["v0", fast, new]
