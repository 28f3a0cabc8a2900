"""The largest artifacts that people log, by the real SDK, and what the server's memory did meanwhile."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.memory import peak, reset_peak, workers_of
from tests import sdk_process
from tests.servers import Server

PROGRAM = Path(__file__).parent / "programs" / "transfer.py"
HOURS = 2


@dataclass(frozen=True)
class Transfer:
    """Seconds with the server, and of the SDK alone; MiB that the server held before, and by which a worker grew."""

    title: str
    took: float
    alone: float
    before: float
    growth: float


def transfer(server: Server, folder: Path, key: str, kind: str, size: int) -> list[Transfer]:
    """Up and down, each by a new process of the SDK."""
    home = folder / f"sdk-{kind}"
    title = f"{size} GiB in one file" if kind == "large" else f"{size:,} files of 1 kB"
    done = []
    for way in ("up", "down"):
        workers = workers_of(server)
        before = {worker: reset_peak(worker) for worker in workers}
        ran = sdk_process.run(home, server.url, key, PROGRAM, way, kind, str(size), timeout=HOURS * 3600)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        told = json.loads(ran.stdout.splitlines()[-1])
        growth = max(peak(worker) - before[worker] for worker in workers)
        done.append(Transfer(f"{title}, {way}", told["with"], told["alone"], sum(before.values()), growth))
        print(done[-1], flush=True)
        for left in ("source", "cache", "data", "artifact"):
            shutil.rmtree(home / left, ignore_errors=True)
    shutil.rmtree(home)
    return done
