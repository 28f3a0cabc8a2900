"""A script that is run again under one id, by the real SDK: what of the earlier run stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sdk.team import KEY, Sdk, provision, told
from tests.sdk.test_releases import python_with
from tests.servers import Server

RUN = """
import json, sys, wandb
how = json.loads(sys.argv[2])
with wandb.init(project="rerun", config={"base": sys.argv[1]}, **how) as run:
    for step in range(int(sys.argv[3])):
        run.log({"loss": float(sys.argv[1]) + step})
"""
READ = """
import json, sys, wandb
run = wandb.Api().run("vision/rerun/" + sys.argv[1])
print(json.dumps([
    [row["loss"] for row in run.scan_history()],
    [row["loss"] for row in run.history(pandas=False)],
    run.summary["loss"],
]))
"""
SYNC = "from wandb.cli.cli import cli; cli()"


def assert_rerun(sdk: Sdk, python: str | None = None) -> None:
    """The second run of a script has the id for itself; a resumed one goes on."""
    by = {"key": KEY} | ({"python": python} if python else {})
    for base, how, count in ((100, '{"id": "exp"}', 5), (500, '{"id": "exp"}', 3)):
        assert sdk(RUN, str(base), how, str(count), **by).returncode == 0
    assert told(sdk(READ, "exp", **by)) == [[500, 501, 502], [500, 501, 502], 502]
    assert sdk(RUN, "900", '{"id": "exp", "resume": "allow"}', "1", **by).returncode == 0
    assert told(sdk(READ, "exp", **by)) == [[500, 501, 502, 900], [500, 501, 502, 900], 900]


def test_a_script_that_is_run_again_begins_anew(server: Server, sdk: Sdk) -> None:
    provision(server)
    assert_rerun(sdk)
    for base in ("600", "700"):
        assert sdk(RUN, base, '{"id": "fork", "fork_from": "exp?_step=1"}', "1", key=KEY).returncode == 0
    assert told(sdk(READ, "fork", key=KEY)) == [[500, 501, 700], [500, 501, 700], 700]
    for how, words in (("fork_from", "ends at step 3"), ("resume_from", "ends at step 3")):
        refused = sdk(RUN, "1", f'{{"{how}": "exp?_step=100"}}', "1", key=KEY)
        assert words in refused.stderr
    assert told(sdk(READ, "exp", key=KEY))[2] == 900


@pytest.mark.slow
@pytest.mark.parametrize("release", ["0.22.3", "0.18.6"])
def test_a_script_of_an_older_release_that_is_run_again_begins_anew(release: str, server: Server, sdk: Sdk) -> None:
    python = python_with(release)
    provision(server)
    assert_rerun(sdk, python)


def test_an_offline_run_that_is_synced_again_keeps_what_came_later(server: Server, sdk: Sdk, tmp_path: Path) -> None:
    provision(server)
    offline = {"WANDB_MODE": "offline"}
    assert sdk(RUN, "100", '{"id": "far"}', "3", key=KEY, env=offline).returncode == 0
    [folder] = (tmp_path / "sdk" / "wandb").glob("offline-run-*")
    for _ in range(2):
        assert sdk(SYNC, "sync", "--include-synced", str(folder), key=KEY).returncode == 0
    assert told(sdk(READ, "far", key=KEY)) == [[100, 101, 102], [100, 101, 102], 102]
    assert sdk(RUN, "900", '{"id": "far", "resume": "must"}', "2", key=KEY).returncode == 0
    assert sdk(SYNC, "sync", "--include-synced", str(folder), key=KEY).returncode == 0
    losses = [100, 101, 102, 900, 901]
    assert told(sdk(READ, "far", key=KEY)) == [losses, losses, 901]
