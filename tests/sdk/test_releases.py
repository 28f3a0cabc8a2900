"""Older releases of the SDK: the main flows by each, in an environment of its own that is made once and kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.team import KEY, Sdk, provision, told
from tests.servers import Server

PROGRAM = Path(__file__).parent / "programs" / "main_flows.py"
CACHE = Path.home() / ".cache" / "vitrine-tests"


def python_with(release: str) -> str:
    """An interpreter that has that release of the SDK; the test is skipped where the package index is out of reach."""
    folder = CACHE / f"wandb-{release}"
    uv, python = str(Path(sys.prefix) / "bin" / "uv"), folder / "bin" / "python"
    if not (folder / "complete").exists():
        make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
        fill = [uv, "pip", "install", "--quiet", "--python", str(python), f"wandb=={release}"]
        for command in (make, fill):
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode:
                pytest.skip(f"wandb {release} cannot be installed here: {done.stderr.strip()[-200:]}")
        (folder / "complete").touch()
    return str(python)


@pytest.mark.slow
@pytest.mark.parametrize("release", ["0.29.0", "0.22.3", "0.18.6"])
def test_the_main_flows_work_with_an_older_release(release: str, server: Server, sdk: Sdk) -> None:
    python = python_with(release)
    provision(server)
    assert_flows(told(sdk(PROGRAM, key=KEY, python=python)), release)


@pytest.mark.slow
def test_the_main_flows_work_with_the_present_release(server: Server, sdk: Sdk) -> None:
    provision(server)
    assert_flows(told(sdk(PROGRAM, key=KEY)), "0.31.0")


def assert_flows(seen: dict[str, object], release: str) -> None:
    assert seen == {
        "release": release,
        "used": "weights",
        "data": ["0.txt", "1.txt", "2.txt", "ref.txt"],
        "read": ["v0", "dataset", {"rows": 3, "more": True}, "three", 10, ["latest"]],
        "edited": [["gold", "latest"], "edited", {"rows": 3, "more": True}],
        "lineage": ["maker", ["user"]],
        "versions": ["v0"],
        "run": ["finished", {"lr": 0.1}, 0.2, ["a"]],
        "history": [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5],
        "files": True,
        "logged": ["data:v0", "net:v0", "run-maker-table:v0"],
        "runs": ["maker"],
        "resumed": [0.2, 0.01],
        "absent": "CommError",
    }
