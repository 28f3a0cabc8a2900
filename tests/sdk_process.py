"""The real, unmodified SDK in a process of its own, with nothing of this machine's configuration."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

IMPATIENT = {  # a failing server fails the test in seconds, instead of in the SDK's 20 retries
    "WANDB__GRAPHQL_RETRY_MAX": "3",
    "WANDB__GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.2",
    "WANDB__GRAPHQL_RETRY_WAIT_MAX_SECONDS": "1",
    "WANDB__FILE_STREAM_RETRY_MAX": "3",
    "WANDB__FILE_STREAM_RETRY_WAIT_MIN_SECONDS": "0.2",
    "WANDB__FILE_STREAM_RETRY_WAIT_MAX_SECONDS": "1",
    "WANDB__FILE_TRANSFER_RETRY_MAX": "3",
    "WANDB__FILE_TRANSFER_RETRY_WAIT_MIN_SECONDS": "0.2",
    "WANDB__FILE_TRANSFER_RETRY_WAIT_MAX_SECONDS": "1",
}


def environment(home: Path, url: str, key: str) -> dict[str, str]:
    """An environment in which the SDK keeps everything below `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WANDB_", "VITRINE_", "DJANGO_"))}
    folders = {f"WANDB_{kind}_DIR": str(home / kind.lower()) for kind in ("CACHE", "DATA", "CONFIG", "ARTIFACT")}
    return kept | IMPATIENT | folders | {
        "HOME": str(home),
        "WANDB_DIR": str(home),
        "WANDB_BASE_URL": url,
        "WANDB_API_KEY": key,
        "WANDB_ERROR_REPORTING": "false",
        "WANDB_SILENT": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def run(
    home: Path,
    url: str,
    key: str,
    script: str | Path,
    *arguments: str,
    env: dict[str, str] | None = None,
    timeout: float = 120,
    python: str = sys.executable,
) -> subprocess.CompletedProcess[str]:
    """Run a file, or the text of a script, in `home`, by a `python` that has the SDK.

    The caller looks at `returncode`, `stdout` and `stderr`.
    """
    home.mkdir(parents=True, exist_ok=True)
    program = [str(script)] if isinstance(script, Path) else ["-c", script]
    return subprocess.run(
        [python, *program, *arguments],
        cwd=home,
        env=environment(home, url, key) | (env or {}),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
