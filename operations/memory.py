"""What a process of the server holds and does not use: glibc keeps it, for good, unless it is told otherwise."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from threading import Thread
from time import sleep

M_ARENA_MAX = -8  # of <malloc.h>
EVERY = 60.0  # seconds; it takes some milliseconds


def share_heap() -> None:
    """Let the threads of this process and of its forks share two heaps; before there are any.

    Each would have a heap of its own, which keeps what its largest request took.
    """
    _call("mallopt", M_ARENA_MAX, 2)


def give_back() -> None:
    """Give the system what starting has left behind, before it is forked."""
    gc.collect()
    _call("malloc_trim", 0)


def start() -> None:
    """Let a thread give back, every minute, what lies free. For servers, once each."""
    Thread(target=_keep_on, name="memory", daemon=True).start()


def _keep_on() -> None:
    while True:
        sleep(EVERY)
        _call("malloc_trim", 0)  # by itself glibc keeps what is free below a block in use


def _call(name: str, *numbers: int) -> None:
    with contextlib.suppress(OSError, AttributeError):  # other C libraries have no such function
        getattr(ctypes.CDLL(None), name)(*numbers)
