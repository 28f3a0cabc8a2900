"""The server's share of the time that the landing page's script takes.

    .venv/bin/python -m benchmarks.quickstart [--rounds 5]

The script runs unmodified, by the real SDK in a process of its own. The server's share is the time in which it worked on
at least one request, from the first middleware to the last, divided by the time from the start of the process to its end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import django
from django.conf import settings

from benchmarks.client import KEY
from tests import sdk_process
from tests.servers import Server

Span = tuple[float, float, str]
OPERATIONS = (
    {"op": "user", "username": "mia", "api_key": KEY},
    {"op": "user", "username": "olga"},
    {"op": "organization", "name": "Acme", "owner": "olga"},
    {"op": "organization_member", "organization": "Acme", "username": "mia", "role": "member"},
    {"op": "team", "organization": "Acme", "name": "vision", "admin": "olga"},
    {"op": "team_member", "team": "vision", "username": "mia", "role": "member"},
    {"op": "default_entity", "username": "mia", "entity": "vision"},
)


def main() -> None:
    """Run the script again and again, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    rounds = parser.parse_args().rounds
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()  # the script stands beside models
    from registries.snippets import QUICKSTART

    shutil.rmtree(settings.TEST_DATA)
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as name:
        folder = Path(name)
        notes = folder / "requests"
        timed = {"DJANGO_SETTINGS_MODULE": "benchmarks.timed_settings", "REQUEST_TIMES": str(notes)}
        server = Server(folder / "server", "", ("--migrate", "--workers", "2", "--threads", "8"), timed).start()
        try:
            server.provision(*OPERATIONS)
            shares = [one_run(server, folder, notes, QUICKSTART) for _ in range(rounds)]
        finally:
            server.stop()
    print(f"median share of the server: {statistics.median(shares):.1%} (of {rounds} runs)")


def one_run(server: Server, folder: Path, notes: Path, script: str) -> float:
    """The server's share of one run, which is printed with what it was made of."""
    notes.write_text("")
    begin = time.monotonic()
    done = sdk_process.run(folder / "sdk", server.url, KEY, script)
    wall = time.monotonic() - begin
    assert done.returncode == 0, done.stdout + done.stderr
    spans = [read(line) for line in notes.read_text().splitlines()]
    each: dict[str, list[float]] = defaultdict(list)
    for first, last, what in spans:
        each[what].append(last - first)
    parts = ", ".join(f"{len(times)} x {what} {sum(times) * 1000:.0f} ms" for what, times in sorted(each.items()))
    print(f"{wall:.2f} s, the server {busy(spans):.2f} s ({busy(spans) / wall:.1%}): {parts}", flush=True)
    return busy(spans) / wall


def read(line: str) -> Span:
    """A request's begin, end, and what it was."""
    begin, end, what = line.split(" ", 2)
    return float(begin), float(end), what


def busy(spans: list[Span]) -> float:
    """Seconds in which at least one request was under way."""
    total, until = 0.0, 0.0
    for begin, end, _ in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


if __name__ == "__main__":
    main()
