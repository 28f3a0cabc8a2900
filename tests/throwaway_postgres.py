"""Run a command with DATABASE_URL on a PostgreSQL cluster that lives as long as the command.

Such as: python tests/throwaway_postgres.py .venv/bin/pytest -q
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Tests roll back what they write: statistics that are taken between them tell of empty tables, for which the planner chooses
# loops in loops, and a test with thousands of rows takes minutes. Without statistics it reckons with the size of the file.
SPEED = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off -c max_connections=300"


def binaries() -> Path:
    """The folder of initdb and pg_ctl: the newest of Debian's, else what PATH gives."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        sys.exit("PostgreSQL's initdb is not on this machine; on Debian and Ubuntu: apt install postgresql")
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A running cluster on loopback; its DATABASE_URL. PostgreSQL refuses to run as root, so `postgres` does it then."""
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="vitrine-postgres-"))
    password = folder / "password"
    password.write_text(secrets.token_hex(16))
    if account:
        for path in (folder, password):
            shutil.chown(path, "postgres", "postgres")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries() / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **account)  # type: ignore[call-overload]

    try:
        run("initdb", "-U", "vitrine", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8")
        listen = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' {SPEED}"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", listen, "start")
        try:
            yield f"postgres://vitrine:{password.read_text()}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster ends when this is told to
    with cluster() as url:
        status = subprocess.run(sys.argv[1:], env=os.environ | {"DATABASE_URL": url}, check=False).returncode
    sys.exit(status)
