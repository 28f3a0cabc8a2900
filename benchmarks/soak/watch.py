"""What runs beside the traffic: a watch over the server's memory, and its operator's commands."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.memory import resident, workers_of
from tests.servers import Server, manage

EVERY = 2.0  # seconds between two looks at the memory
PAUSE = 15.0  # between two commands
COMMANDS = (
    ("collect_blobs", "--grace", "20s"),
    ("housekeeping",),
    ("collect_blobs", "--grace", "0"),
    ("verify_storage", "--quick"),
)


@dataclass
class Watch:
    """Samples of the resident memory of all workers together, in MiB, until it is stopped."""

    server: Server
    samples: list[float] = field(default_factory=list)
    workers: set[int] = field(default_factory=set)

    def run(self, done: threading.Event) -> None:
        """Look again and again."""
        while not done.wait(EVERY):
            workers = workers_of(self.server)
            self.workers |= set(workers)
            self.samples.append(sum(resident(worker) for worker in workers))

    def thirds(self) -> list[float]:
        """The peak of each third of the time."""
        part = max(1, len(self.samples) // 3)
        return [max(self.samples[begin : begin + part]) for begin in (0, part, 2 * part)]


@dataclass
class Operator:
    """Collects garbage and keeps house all the while, without any of the graces that leave races no room."""

    server: Server
    did: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    def run(self, done: threading.Event) -> None:
        """One command after another."""
        number = 0
        while not done.wait(PAUSE):
            command = COMMANDS[number % len(COMMANDS)]
            number += 1
            begin = time.monotonic()
            ran = manage(self.server.env, *command)
            self.did[" ".join(command)] += 1
            if ran.returncode:
                self.troubles.append(f"{' '.join(command)}: {ran.stdout[-1000:]}{ran.stderr[-1000:]}")
            print(f"{time.monotonic() - begin:.1f} s {' '.join(command)}: {ran.stdout.strip()[-160:]}", flush=True)
