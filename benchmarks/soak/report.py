"""What a soak showed, as Markdown."""

from __future__ import annotations

import os
import platform
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.soak.book import Books
from benchmarks.soak.transfers import Transfer

FLAT = 32.0  # MiB by which the last third may be above the first
COMPLAINT = re.compile(
    r"Traceback|Internal Server Error|database is locked| ERROR | CRITICAL |Worker .* (?:exited|was sent)"
)
SHOWN = 40


@dataclass
class Traffic:
    """The mixed traffic: its minutes, what clients did and were told, memory by thirds (MiB), and what was wrong."""

    minutes: float
    books: Books
    thirds: list[float]
    operator: Counter[str]
    storage: str
    wrong: list[str]


@dataclass
class Told:
    """All of a soak."""

    traffic: Traffic | None = None
    transfers: list[Transfer] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def all_wrong(self) -> list[str]:
        """Every fault; memory that is not flat first."""
        wrong = [*self.wrong, *(self.traffic.wrong if self.traffic else [])]
        if self.traffic and self.traffic.thirds[2] > self.traffic.thirds[0] + FLAT:
            wrong.insert(0, f"the memory grew from {self.traffic.thirds[0]:.0f} to {self.traffic.thirds[2]:.0f} MiB")
        return wrong


def complaints(log: str) -> list[str]:
    """The lines of the server's log that tell of a fault."""
    return [line for line in log.splitlines() if COMPLAINT.search(line)]


def text(told: Told) -> str:
    """The whole page."""
    wrong = told.all_wrong()
    statuses = ", ".join(f"{count:,} x {status}" for status, count in sorted(told.statuses.items()))
    parts = [
        "# The soak\n",
        f"Written by `make soak` on {time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, SQLite, `manage.py serve` with 2 workers of 8 threads. Clients and server shared the "
        "cores.\n",
    ]
    if told.traffic:
        parts += _traffic(told.traffic)
    if told.transfers:
        parts += _transfers(told.transfers)
    parts += [
        f"## Answers\n\n{sum(told.statuses.values()):,} requests were answered: {statuses}.\n",
        f"## Wrong\n\n{len(wrong)} things were wrong.\n" if wrong else "## Wrong\n\nNothing.\n",
        *(f"- {count} x {line}" for line, count in Counter(wrong).most_common(SHOWN)),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _traffic(traffic: Traffic) -> list[str]:
    books = traffic.books
    states = Counter(version.state for version in books.versions.values())
    rows = [f"| {what} | {count:,} |" for what, count in sorted([*books.did.items(), *traffic.operator.items()])]
    return [
        f"## {traffic.minutes:g} minutes of twenty clients\n",
        "Six long-lived processes of the SDK 0.31.0 (four log, two look), four REST writers, two whose connections break, two "
        "REST readers, two GraphQL readers, four browsers; beside them the operator's commands without grace.\n",
        "| what | times |\n| --- | --- |",
        *rows,
        "",
        f"{len(books.versions):,} versions were answered as committed: {states['alive']:,} had to be there at the end and were "
        f"read back byte for byte, {states['deleted']:,} were deleted, {states['short']:,} had a time to live of half a minute. "
        f"{len(books.links):,} links and {len(books.aliases):,} aliases were looked up. The store had {traffic.storage}.\n",
        "Resident memory of the workers together, highest of each third: "
        + ", ".join(f"{peak:.0f}" for peak in traffic.thirds)
        + " MiB.\n",
    ]


def _transfers(transfers: list[Transfer]) -> list[str]:
    rows = [
        f"| {done.title} | {done.took:.1f} | {done.alone:.1f} | {done.before:.0f} | {done.growth:.0f} |"
        for done in transfers
    ]
    return [
        "## The largest artifacts, by the SDK\n",
        "| what | with the server, s | the SDK alone, s | workers before, MiB | growth of the larger, MiB |",
        "| --- | --- | --- | --- | --- |",
        *rows,
        "",
        "The SDK alone: up, hashing and listing the files before anything is sent (`add_file`, `add_dir`); down, a copy of the "
        "same file on the disk, or the same download once more out of the SDK's cache.\n",
    ]
