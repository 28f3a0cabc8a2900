"""Wraps the steps of an upload and of a commit."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.apps import AppConfig


def reach(point: str) -> None:
    """Die here, once, if the flag file names this point."""
    flag = Path(os.environ["KILL_FLAG"])
    try:
        if flag.read_text() != point:
            return
        flag.unlink()
    except FileNotFoundError:
        return
    os.killpg(os.getpgid(0), signal.SIGKILL)


def around(function: Callable[..., Any], before: str, after: str) -> Callable[..., Any]:
    """`function`, which may die before or after its work."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        reach(before)
        result = function(*args, **kwargs)
        reach(after)
        return result

    return wrapped


def between(function: Callable[..., Iterator[bytes]], point: str) -> Callable[..., Iterator[bytes]]:
    """The chunks of `function`, which may die once one of them is written."""

    def wrapped(*args: Any, **kwargs: Any) -> Iterator[bytes]:
        for chunk in function(*args, **kwargs):
            yield chunk
            reach(point)

    return wrapped


class KillerConfig(AppConfig):
    """Installed by tests.durability.settings alone."""

    name = "tests.durability.killer"

    def ready(self) -> None:
        """Django's hook."""
        from artifacts.services import commits
        from storage import parts, services
        from storage.stores import LocalStore

        services._chunks = between(services._chunks, "in the middle of a body")
        parts._bytes_of = between(parts._bytes_of, "while parts are put together")
        parts._release = around(parts._release, "before the bytes of parts go", "after the bytes of parts")
        LocalStore.publish = around(LocalStore.publish, "before the rename", "after the rename")  # type: ignore[method-assign]
        commits.point = around(commits.point, "inside the commit", "at the end of the commit")  # type: ignore[attr-defined]
        commits._number = around(commits._number, "before the commit", "after the commit")
