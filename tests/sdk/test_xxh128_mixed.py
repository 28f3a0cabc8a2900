"""Versions of one artifact with digests of both kinds: added to, logged over each other, and read by an older release."""

from __future__ import annotations

import pytest

from tests.sdk.team import KEY, Sdk, provision, told
from tests.sdk.test_releases import python_with
from tests.servers import Server

pytestmark = pytest.mark.slow

HEAD = """
import json, os, shutil, wandb
from pathlib import Path
def made(name, files, algorithm=None, incremental=False):
    made = wandb.Artifact(name, "dataset", **({"digest_algorithm": algorithm} if algorithm else {}), incremental=incremental)
    for path, text in files.items():
        with made.new_file(path) as file:
            file.write(text)
    return made
def read(path):
    shutil.rmtree(os.environ["WANDB_CACHE_DIR"], ignore_errors=True)
    Path(os.environ["WANDB_CACHE_DIR"], "artifacts").mkdir(parents=True)
    found = wandb.Api().artifact(path)
    folder = found.download(root="out/" + path.replace(":", "-").replace("/", "-"))
    return found, {name.name: name.read_text() for name in Path(folder).iterdir()}
"""
LOG = """
def told(version):
    found, files = read("vision/p/" + version)
    found.verify(root="out/vision-p-" + version.replace(":", "-"))
    algorithms = {path: entry.extra.get("alg") for path, entry in found.manifest.entries.items()}
    return [found.digest_algorithm.value, found.file_count, files, algorithms]
def extend(version, path):
    draft = wandb.Api().artifact("vision/p/" + version).new_draft()
    draft.remove("a.txt")
    with draft.new_file(path) as file:
        file.write("three")
    return run.log_artifact(draft).wait().name
with wandb.init(project="p", entity="vision") as run:
    log = lambda *given: run.log_artifact(made(*given)).wait()
    A = {"a.txt": "one", "b.txt": "two"}
    log("fast", A, "XXH128"), log("slow", A)
    versions = {
        "xxh128 extended": extend("fast:v0", "c.txt"),
        "md5 extended": extend("slow:v0", "c.txt"),
        "xxh128 increment on xxh128": log("fast", {"e.txt": "five"}, "XXH128", True).name,
        "md5 over xxh128": log("fast", {"d.txt": "four"}).name,
        "xxh128 over md5": log("slow", {"d.txt": "four"}, "XXH128").name,
        "md5 increment on xxh128": log("fast", {"e.txt": "five"}, "MD5", True).name,
        "xxh128 increment on md5": log("slow", {"e.txt": "five"}, "XXH128", True).name,
        "xxh128 extended past md5": extend("fast:v0", "g.txt"),
    }
print(json.dumps({what: [name, *told(name)] for what, name in versions.items()}))
"""
OLD = """
found, files = read("vision/p/fast:v0")
try:
    found.verify(root="out/vision-p-fast-v0")
    verified = True
except ValueError:
    verified = False
with wandb.init(project="p", entity="vision") as run:
    used = run.use_artifact("fast:v0")
    kept = run.log_artifact(made("fast", {"a.txt": "one", "b.txt": "two"})).wait()
    more = run.log_artifact(made("fast", {"a.txt": "one", "b.txt": "old"})).wait()
seen = {"files": files, "verified": verified}
print(json.dumps(seen | {"kept": kept.version, "more": more.version, "read": read("vision/p/fast:v2")[1]}))
"""
FRESH = """
with wandb.init(project="p", entity="vision") as run:
    run.log_artifact(made("fast", {"a.txt": "one", "b.txt": "two"}, "XXH128")).wait()
print(json.dumps(1))
"""


def test_versions_of_both_kinds_of_digests_build_on_each_other(server: Server, sdk: Sdk) -> None:
    provision(server)
    seen = told(sdk(HEAD + LOG, key=KEY, timeout=300))
    fast, md5 = "MANIFEST_XXH128", "MANIFEST_MD5"
    texts = {"a.txt": "one", "b.txt": "two", "c.txt": "three", "d.txt": "four", "e.txt": "five", "g.txt": "three"}

    def version(name: str, kind: str, letters: str, of_xxh128: str = "") -> list[object]:
        paths = [f"{letter}.txt" for letter in letters]
        kinds = {path: "XXH128" if path[0] in of_xxh128 else None for path in paths}
        return [name, kind, len(paths), {path: texts[path] for path in paths}, kinds]

    # The SDK goes on in the algorithm of the newest version, except from XXH128 to MD5.
    assert seen == {
        "xxh128 extended": version("fast:v1", fast, "bc", "bc"),
        "md5 extended": version("slow:v1", md5, "bc"),
        "xxh128 increment on xxh128": version("fast:v2", fast, "bce", "bce"),
        "md5 over xxh128": version("fast:v3", md5, "d"),
        "xxh128 over md5": version("slow:v2", md5, "d"),
        "md5 increment on xxh128": version("fast:v4", md5, "de"),
        "xxh128 increment on md5": version("slow:v3", md5, "de"),
        "xxh128 extended past md5": version("fast:v5", md5, "bg", "b"),
    }


@pytest.mark.parametrize("release", ["0.29.0", "0.22.3", "0.18.6"])
def test_an_older_release_reads_xxh128_and_logs_md5_beside_it(release: str, server: Server, sdk: Sdk) -> None:
    python = python_with(release)
    provision(server)
    told(sdk(HEAD + FRESH, key=KEY))
    seen = told(sdk(HEAD + OLD, key=KEY, python=python))
    files = {"a.txt": "one", "b.txt": "two"}
    knows_xxh128 = release == "0.29.0"
    assert seen == {
        "files": files,
        "verified": knows_xxh128,
        "kept": "v1",
        "more": "v2",
        "read": files | {"b.txt": "old"},
    }
