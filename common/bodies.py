"""Bodies of requests arrive whole, or the request is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import IO, Any

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

from common.errors import InvalidInputError

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class CutBodyError(InvalidInputError, BadRequest):
    """The connection ended before the body did. Where no view is reached (CSRF reads forms), Django answers BadRequest."""


class WholeBody:
    """A body of `length` bytes that raises CutBodyError where its connection was cut, instead of ending there.

    WSGI servers hand on what arrived, and nothing tells a form that was cut from one that is complete.
    """

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """As a file's, but never short."""
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._received(self._stream.read, wanted)
        if len(data) < wanted:
            raise _cut()
        return data

    def readline(self, size: int = -1) -> bytes:
        """As a file's; a line that ends neither by itself nor with the body is cut."""
        wanted = self._left if size < 0 else min(size, self._left)
        line = self._received(self._stream.readline, wanted)
        if len(line) < wanted and not line.endswith(b"\n"):
            raise _cut()
        return line

    def _received(self, read: Callable[[int], bytes], wanted: int) -> bytes:
        try:
            data = read(wanted)
        except OSError as error:  # reset, not closed
            raise _cut() from error
        self._left -= len(data)
        return data


def _cut() -> CutBodyError:
    return CutBodyError(_("The connection broke before the whole request had arrived; send it again."))


def whole_bodies(application: Application) -> Application:
    """`application`, reading a `WholeBody` wherever a request says how long its body is."""

    def checked(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal():
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return checked
