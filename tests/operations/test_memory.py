"""What the server's processes do not use goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.memory import workers_of
from tests.servers import ROOT, Server

only_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have one heap")
HEAP_BYTES = 64 * 2**20  # to which glibc aligns those of threads

PROGRAM = """
from pathlib import Path
from operations import memory

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

blocks = [bytes(2000) for _ in range(50_000)]
blocks = [*blocks[::1000], blocks[-1]]  # the last keeps the heap from shrinking by itself
free = resident()
memory.give_back()
print(free - resident())
"""


@only_glibc
def test_what_is_free_between_blocks_in_use_goes_back() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ran.stdout) > 50_000  # KiB, of about 100,000


@pytest.mark.slow
@only_glibc
def test_threads_share_two_heaps_after_a_first_start_too(tmp_path: Path) -> None:
    """A first start compresses the static files, in threads, before it forks."""
    server = Server(tmp_path / "first", "", ("--workers", "1", "--threads", "8", "--migrate")).start()
    try:
        server.get("/healthz")  # a worker is there
        (worker,) = workers_of(server)
        maps = [line.split() for line in Path(f"/proc/{worker}/maps").read_text().splitlines()]
    finally:
        server.stop()
    of_threads = [
        at
        for at, mode, *more in maps
        if len(more) == 3 and mode == "rw-p" and not int(at.split("-")[0], 16) % HEAP_BYTES
    ]
    assert len(of_threads) <= 1
