"""What the server's processes do not use goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.servers import ROOT

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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is free")
def test_what_is_free_between_blocks_in_use_goes_back() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ran.stdout) > 50_000  # KiB, of about 100,000
