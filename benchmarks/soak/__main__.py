"""`make soak`: mixed traffic of twenty clients, then the largest artifacts, at one production server on SQLite.

    SOAK_MINUTES=30   of traffic; 0: none
    SOAK_GIB=5        in one file, up and down by the SDK; 0: none
    SOAK_FILES=100000 in one artifact, up and down by the SDK; 0: none

The exit status is 1 when anything was wrong. Full size is written to benchmarks/results/soak.md as well.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.soak import answers, judge, report, traffic
from benchmarks.soak.book import Books
from benchmarks.soak.transfers import Transfer, transfer
from tests.servers import Server

FULL = {"SOAK_MINUTES": 30.0, "SOAK_GIB": 5, "SOAK_FILES": 100_000}
RESULTS = Path(__file__).parent.parent / "results" / "soak.md"


def main() -> int:
    """Run, judge and tell."""
    asked = {name: float(os.environ.get(name, full)) for name, full in FULL.items()}
    minutes, gib, files = asked["SOAK_MINUTES"], int(asked["SOAK_GIB"]), int(asked["SOAK_FILES"])
    with tempfile.TemporaryDirectory(prefix="vitrine-soak-") as name:
        folder = Path(name)
        free = shutil.disk_usage(folder).free / 2**30
        assert free > 4 * gib + 4, f"{free:.0f} GiB are free in {folder}; {4 * gib + 4} are needed: set TMPDIR"
        settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.soak.settings", "ANSWERS": str(folder / "answers")}
        server = Server(folder / "server", "", ("--migrate",), settings).start()
        try:
            traffic.provision(server)
            told = report.Told()
            if minutes:
                told.traffic = soak(server, folder, minutes)
            done: list[Transfer] = []
            for kind, size in (("large", gib), ("many", files)):
                done += transfer(server, folder, traffic.KEYS["mia"], kind, size) if size else []
            told.transfers = done
            told.statuses, faults = answers.read(folder / "answers")
            told.wrong += faults + report.complaints(server.log)
        finally:
            server.stop()
    text = report.text(told)
    print(text)
    if asked == FULL:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text)
    return 1 if told.all_wrong() else 0


def soak(server: Server, folder: Path, minutes: float) -> report.Traffic:
    """The traffic, and whether what was told in it is true."""
    watch, operator = traffic.run(server, folder, minutes)
    books = Books.read(folder / "books")
    wrong = operator.troubles + books.troubles + list(judge.judge(server, books))
    if len(watch.workers) != 2:
        wrong.append(f"the server had {len(watch.workers)} workers, one after another")
    return report.Traffic(minutes, books, watch.thirds(), operator.did, judge.storage(server), wrong)


if __name__ == "__main__":
    sys.exit(main())
