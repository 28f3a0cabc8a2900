"""HTTP ranges (RFC 9110 section 14), pure."""

from __future__ import annotations

import re

RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """The (first, last) byte that a Range header asks of `size` bytes; None when the whole is to be sent.

    Raises ValueError when the range cannot be satisfied. A list of ranges is answered with the whole, as the RFC allows.
    """
    match = RANGE.match(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first_text, last_text = match.groups()
    if not first_text:
        length = int(last_text)
        if length == 0 or size == 0:
            raise ValueError("empty suffix")
        return max(size - length, 0), size - 1
    first = int(first_text)
    last = min(int(last_text), size - 1) if last_text else size - 1
    if first >= size:
        raise ValueError("beyond the end")
    return None if last_text and int(last_text) < first else (first, last)
