"""What the processes of a server hold in memory (Linux alone tells it)."""

from __future__ import annotations

from pathlib import Path

from tests.servers import Server


def workers_of(server: Server) -> list[int]:
    """The processes that answer requests."""
    assert server.process is not None
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return [int(child) for child in children]


def resident(process: int) -> float:
    """The resident memory of a process in MiB."""
    return _status(process, "VmRSS")


def reset_peak(process: int) -> float:
    """The resident memory of a process in MiB; its peak is counted anew from here."""
    Path(f"/proc/{process}/clear_refs").write_text("5")
    return resident(process)


def peak(process: int) -> float:
    """The largest resident memory in MiB since `reset_peak`."""
    return _status(process, "VmHWM")


def _status(process: int, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
