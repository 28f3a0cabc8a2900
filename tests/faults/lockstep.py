"""Requests that arrive at the same moment, in the worst order there is: all have looked before any of them writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, connections

T = TypeVar("T")
PATIENCE = 20.0  # seconds


class Lockstep:
    """Lets the transactions of several threads begin only when each thread is about to begin one, or has ended."""

    def __init__(self, threads: int) -> None:
        self._running = threads
        self._waiting = 0
        self._turn = 0
        self._changed = threading.Condition()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within, the transactions of this thread's connection wait for those of the others."""
        last: list[Any] = [None]

        def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            if self._begins(sql, context["connection"], last):
                self._wait()
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(watch):
                yield
        finally:
            with self._changed:
                self._running -= 1
                self._open_if_all_wait()

    def _begins(self, sql: str, database: Any, last: list[Any]) -> bool:
        """SQLite is told so; elsewhere it is the first statement of a block."""
        if database.vendor == "sqlite":
            return sql.startswith("BEGIN")
        outermost = database.atomic_blocks[0] if database.atomic_blocks else None
        begins = outermost is not None and outermost is not last[0]
        last[0] = outermost
        return begins

    def _wait(self) -> None:
        with self._changed:
            turn = self._turn
            self._waiting += 1
            self._open_if_all_wait()
            self._changed.wait_for(lambda: self._turn != turn, PATIENCE)

    def _open_if_all_wait(self) -> None:
        if self._waiting >= self._running:
            self._turn, self._waiting = self._turn + 1, 0
            self._changed.notify_all()


def at_once(act: Callable[[], T], *, times: int = 3) -> list[T]:
    """What `act` gives in each of several threads that go in lockstep."""
    lockstep = Lockstep(times)

    def run(_: int) -> T:
        try:
            with lockstep.watching():
                return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))
