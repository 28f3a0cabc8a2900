"""Bodies of requests arrive whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import IO, Any

CUT = "The connection broke before the whole request had arrived; send it again."
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WholeBody:
    """A body of `length` bytes that raises ConnectionAbortedError where its connection was cut, instead of ending there.

    WSGI servers hand on what arrived, and nothing tells a form or a file that was cut from one that is complete.
    """

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """As a file's."""
        wanted = self._left if size < 0 else min(size, self._left)
        return self._whole(self._stream.read(wanted), wanted)

    def readline(self, size: int = -1) -> bytes:
        """As a file's."""
        wanted = self._left if size < 0 else min(size, self._left)
        line = self._stream.readline(wanted)
        return self._whole(line, len(line) if line.endswith(b"\n") else wanted)

    def _whole(self, data: bytes, wanted: int) -> bytes:
        if len(data) < wanted:
            raise ConnectionAbortedError(f"The body ended {self._left - len(data)} bytes too early.")
        self._left -= len(data)
        return data


def whole_bodies(application: Application) -> Application:
    """`application`, behind `WholeBody` where a request says how long its body is."""

    def checked(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal():
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return checked
