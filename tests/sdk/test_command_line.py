"""The SDK's commands: signing in, artifacts, files of a run, offline runs, and its own check of a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sdk.team import KEY, Sdk, provision, told
from tests.servers import Server

CLI = "from wandb.cli.cli import cli; cli()"
RUN = """
import json, wandb
with wandb.init(project="commands", id="one", config={"lr": 0.1}) as run:
    open("s.txt", "w").write("saved")
    run.save("s.txt")
    run.log({"a": 1})
print(json.dumps(run.id))
"""
OFFLINE = """
import wandb
with wandb.init(project="commands", id="far") as run:
    run.log({"a": 1})
"""


@pytest.mark.slow
def test_commands_work(server: Server, sdk: Sdk, tmp_path: Path) -> None:
    provision(server)
    home = tmp_path / "sdk"

    def wandb(*arguments: str, code: int = 0) -> str:
        done = sdk(CLI, *arguments, key=KEY, env={"WANDB_SILENT": "false"})
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "mia (vision)" in wandb("login", "--verify", KEY)
    wandb("init", "-p", "commands", "-e", "vision")
    (home / "f.txt").write_text("hello")
    assert "commands/thing:v0" in wandb(
        "artifact", "put", "-n", "commands/thing", "-t", "dataset", "-a", "best", "f.txt"
    )
    wandb("artifact", "get", "vision/commands/thing:best", "--root", "out")
    assert (home / "out" / "f.txt").read_text() == "hello"
    assert "not found in 'vision/commands'" in wandb("artifact", "get", "vision/commands/nothing:best", code=1)
    assert "thing:v0" in wandb("artifact", "ls", "vision/commands")
    wandb("artifact", "cache", "cleanup", "1GB")
    told(sdk(RUN, key=KEY, home="elsewhere"))
    wandb("pull", "one", "-p", "commands", "-e", "vision")
    assert (home / "s.txt").read_text() == "saved"
    wandb("restore", "vision/commands/one")
    assert "lr" in next(home.rglob("config.yaml")).read_text()
    assert sdk(OFFLINE, key=KEY, env={"WANDB_MODE": "offline"}).returncode == 0
    [folder] = (home / "wandb").glob("offline-run-*")
    assert "Finished syncing" in wandb("sync", str(folder))
    for mode in ("offline", "online", "disabled", "enabled"):
        wandb(mode)


@pytest.mark.slow
def test_the_sdks_check_of_a_server_passes_but_for_what_is_not_served(server: Server, sdk: Sdk) -> None:
    provision(server)
    done = sdk(CLI, "verify", key=KEY, env={"WANDB_SILENT": "false"}, timeout=300)
    checks = {
        line.split(".")[0]: "✅" in line
        for line in done.stdout.splitlines()
        if line.startswith("Checking ") and "..." in line
    }
    failed = {check for check, passed in checks.items() if not passed}
    assert failed == {
        "Checking requests to base url",  # http, as in every test
        "Checking requests made over signed URLs",
        "Checking CORs configuration of the bucket",  # files come from the server itself, so there is no other origin
        "Checking sweep creation and agent execution",
    }
    assert len(checks) == 10
    assert "Sweeps are not served here" in done.stdout
