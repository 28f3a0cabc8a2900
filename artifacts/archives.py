"""A zip archive written while it is sent: stored, not deflated, and its exact length known beforehand. Pure."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

REGULAR_FILE = 0o100644 << 16
LOCAL_HEAD, CENTRAL_HEAD, END, END_64 = 30, 46, 22, 56 + 20
DESCRIPTOR, DESCRIPTOR_64, EXTRA_64 = 16, 24, 20
OLDEST = datetime(1980, 1, 1, tzinfo=UTC)  # no zip archive knows a time before


@dataclass(frozen=True)
class Member:
    """One file: its name in the archive, exactly how many bytes it has, and these bytes, read when their turn comes."""

    name: str
    size: int
    pieces: Iterable[bytes]


class _Sink:
    """What zipfile takes for a file that cannot be rewound: keeps what was written until it is sent."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """zipfile asks for it."""

    def close(self) -> None:
        """And for this."""

    def take(self) -> bytes:
        written, self._written = b"".join(self._written), []
        return written


def stream(members: Iterable[Member], moment: datetime) -> Iterator[bytes]:
    """The archive in pieces; every member is dated `moment`.

    Raises ValueError when the bytes of a member are not as many as it said: the archive breaks off, and its reader sees it.
    """
    sink = _Sink()
    date_time = max(moment.astimezone(UTC), OLDEST).timetuple()[:6]
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.name, date_time)
            info.external_attr, info.file_size = REGULAR_FILE, member.size
            count = 0
            with archive.open(info, "w") as file:
                for piece in member.pieces:
                    count += len(piece)
                    file.write(piece)
                    yield sink.take()
            if count != member.size:
                raise ValueError(f"{member.name!r} has {count} bytes instead of {member.size}")
    yield sink.take()


def archive_size(members: Iterable[tuple[str, int]]) -> int:
    """How many bytes `stream` will give for members of those names and sizes, so that a download shows its progress."""
    total = directory = count = 0
    for name, size in members:
        length = len(name.encode())
        # The rules of zipfile: long numbers in front of a file that may grow beyond the limit, and of those that did.
        is_long = size * 1.05 > zipfile.ZIP64_LIMIT
        long_numbers = 2 * (size > zipfile.ZIP64_LIMIT) + (total > zipfile.ZIP64_LIMIT)
        total += LOCAL_HEAD + length + size + (EXTRA_64 + DESCRIPTOR_64 if is_long else DESCRIPTOR)
        directory += CENTRAL_HEAD + length + (4 + 8 * long_numbers if long_numbers else 0)
        count += 1
    beyond = count > zipfile.ZIP_FILECOUNT_LIMIT or max(total, directory) > zipfile.ZIP64_LIMIT
    return total + directory + END + (END_64 if beyond else 0)
