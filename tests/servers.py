"""The real server over its own folder and database, for what needs processes: the SDK, concurrency, kill -9."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LISTENING = re.compile(r"listening on (http://\S+)")
POSTGRES_URL = os.environ.get("DATABASE_URL", "") if "postgres" in os.environ.get("DATABASE_URL", "") else ""
START_SECONDS = 90


def environment(data: Path, database_url: str = "") -> dict[str, str]:
    """A production environment for the folder `data`, on SQLite unless another database is named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VITRINE_", "WANDB_", "DJANGO_"))}
    return kept | {
        "VITRINE_DATA": str(data),
        "VITRINE_SECRET_KEY": "only-for-tests-R8m2vK0qXw5tZb7yNc3dLf6hJg9sPa1u",
        "VITRINE_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DATABASE_URL": database_url,
        "PYTHONUNBUFFERED": "1",
    }


def manage(env: dict[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a management command and wait for it."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=env, input=stdin, capture_output=True, text=True, timeout=120, check=False)


@dataclass(frozen=True)
class Template:
    """A migrated, empty database and collected static files: made once a session, copied for each server."""

    folder: Path
    database_url: str

    @classmethod
    def build(cls, shared: Path) -> Template:
        """The template in `shared`, which all test processes of the session see; the first one makes it."""
        template = cls(shared / "template", _on_cluster("vitrine_template") if POSTGRES_URL else "")
        with (shared / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.folder.exists():
                template._make(shared / "unfinished")
        return template

    def _make(self, folder: Path) -> None:
        if POSTGRES_URL:
            _sql("DROP DATABASE IF EXISTS vitrine_template", "CREATE DATABASE vitrine_template")
        server = Server(folder, self.database_url, options=("--migrate",))  # a first start prepares everything
        server.start().stop()
        folder.rename(self.folder)

    def copy(self, folder: Path) -> str:
        """Copy the folder, and the database where it is not in it; the address of the new database."""
        shutil.copytree(self.folder, folder)
        if not POSTGRES_URL:
            return ""
        name = f"vitrine_{secrets.token_hex(6)}"
        _sql(f"CREATE DATABASE {name} TEMPLATE vitrine_template")
        return _on_cluster(name)


@dataclass
class Server:
    """One server; `url` stays the same when it is started again."""

    data: Path
    database_url: str
    options: tuple[str, ...] = ("--workers", "1", "--threads", "8")
    settings: dict[str, str] = field(default_factory=dict)
    url: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The environment of the server and of its commands."""
        return environment(self.data, self.database_url) | self.settings

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        return self._log_path.read_text()

    @property
    def _log_path(self) -> Path:
        return self.data.with_suffix(".log")

    def start(self) -> Server:
        """Start it and wait until it listens."""
        command = [
            sys.executable,
            str(ROOT / "manage.py"),
            "serve",
            "--port",
            str(urlsplit(self.url).port or 0),
            *self.options,
        ]
        already = self._log_path.stat().st_size if self._log_path.exists() else 0
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if listening := LISTENING.search(self.log, already):
                self.url = listening[1]
                return self
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"The server did not start:\n{self.log[already:]}")

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(40)

    def kill(self) -> None:
        """kill -9, its workers included."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def restart(self) -> None:
        """Start it again at the same address, after `stop` or `kill`."""
        self.stop()
        self.start()

    def provision(self, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        """Run `manage.py provision` beside the server; every operation must succeed."""
        done = manage(
            self.env, "provision", "-", stdin="".join(json.dumps(operation) + "\n" for operation in operations)
        )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, (answers, done.stderr)
        return answers

    def get(self, path: str, key: str = "") -> bytes:
        """The body at `path`, asked for with an API key when one is given. Raises urllib.error.HTTPError."""
        request = urllib.request.Request(f"{self.url}{path}")
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        with urllib.request.urlopen(request, timeout=30) as response:
            body: bytes = response.read()
        return body

    def discard(self) -> None:
        """End it and remove its database."""
        self.stop()
        if self.database_url:
            _sql(f"DROP DATABASE IF EXISTS {urlsplit(self.database_url).path[1:]} WITH (FORCE)")


def _on_cluster(name: str) -> str:
    return urlsplit(POSTGRES_URL)._replace(path=f"/{name}").geturl()


def _sql(*statements: str) -> None:
    import psycopg

    with psycopg.connect(_on_cluster("postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
