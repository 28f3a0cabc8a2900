"""Many scripts at once, on one artifact name and one collection, while people read the pages."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import sdk_process
from tests.sdk.browsing import sign_in
from tests.sdk.team import KEY, PASSWORD, provision
from tests.servers import Server

LOG_AND_LINK = """
import sys, wandb
with wandb.init(project="busy") as run:
    artifact = wandb.Artifact("net", type="model")
    with artifact.new_file("weights") as file:
        file.write(f"weights {sys.argv[1]}")
    logged = run.log_artifact(artifact).wait()
    linked = run.link_artifact(logged, "wandb-registry-model/busy")
    print(logged.version, linked.version, flush=True)
"""
LOOK = """
import wandb
api = wandb.Api()
for place in ("vision/busy/net", "wandb-registry-model/busy"):
    for version in api.artifacts("model", place):
        print(place.split("/")[-1], version.version, ",".join(version.aliases))
"""


@contextmanager
def readers(server: Server) -> Iterator[Counter[int]]:
    """Two people who open pages all the while; how often they got which status."""
    seen: Counter[int] = Counter()
    done = threading.Event()

    def read() -> None:
        browser = sign_in(server, "mia", PASSWORD)
        while not done.wait(0.1):
            for page in ("/registry/", "/orgs/Acme Robotics/registry/model/", "/orgs/Acme Robotics/projects/"):
                seen[browser.get(server.url + page, timeout=30).status_code] += 1

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        done.set()
        for thread in threads:
            thread.join()


def log_at_once(server: Server, tmp_path: Path, contents: list[str]) -> list[list[str]]:
    """What each of the programs, started together, says: the number of its version and of its link."""
    processes = []
    for number, content in enumerate(contents):
        home = tmp_path / f"home{number}"
        home.mkdir(exist_ok=True)
        command = [sys.executable, "-c", LOG_AND_LINK, content]
        env = sdk_process.environment(home, server.url, KEY)
        processes.append(
            subprocess.Popen(command, cwd=home, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        )
    answers = []
    for process in processes:
        output, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors
        answers.append(output.split()[-2:])
    return answers


# Each script costs three seconds of a core.
@pytest.mark.parametrize("at_once", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_scripts_that_log_and_link_at_once_get_numbers_without_gaps(
    server: Server, tmp_path: Path, at_once: int
) -> None:
    provision(server)
    labels = {f"v{number}" for number in range(at_once)}

    with readers(server) as seen:
        distinct = log_at_once(server, tmp_path, [str(number) for number in range(at_once)])
        identical = log_at_once(server, tmp_path, ["the same"] * at_once)

    assert {source for source, _ in distinct} == {link for _, link in distinct} == labels
    assert {tuple(answer) for answer in identical} == {(f"v{at_once}", f"v{at_once}")}
    rows = sdk_process.run(tmp_path / "look", server.url, KEY, LOOK).stdout.split("\n")
    for place in ("net", "busy"):
        of_place = [row.split(" ") for row in rows if row.startswith(f"{place} ")]
        assert {label for _, label, _ in of_place} == labels | {f"v{at_once}"}
        assert [label for _, label, aliases in of_place if "latest" in aliases] == [f"v{at_once}"]
    assert not [status for status in seen if status >= 500], seen
    assert "database is locked" not in server.log
    assert " 500 " not in server.log
