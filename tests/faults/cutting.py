"""Requests whose connection is cut: sent by hand, up to a certain byte, and then closed or reset."""

from __future__ import annotations

import select
import socket
import sqlite3
import struct
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.servers import Server

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST at once
SEEN = {"last_used_at", "last_login"}  # who asks is seen, whatever becomes of the request
OURS = ("access_", "events_", "storage_", "projects_", "artifacts_", "registries_")


class Sent:
    """A request as the bytes of the wire."""

    def __init__(self, session: requests.Session, method: str, url: str, **given: Any) -> None:
        prepared = session.prepare_request(requests.Request(method, url, **given))
        parts = urlsplit(prepared.url)
        assert isinstance(parts.path, str)
        lines = [f"{method} {prepared.path_url} HTTP/1.1", f"Host: {parts.netloc!s}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in prepared.headers.items() if name != "Connection"]
        self._address = (parts.hostname, parts.port)
        self.head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        body = prepared.body or b""
        self.body = body.encode() if isinstance(body, str) else body

    def stages(self) -> dict[str, bytes]:
        """What has been sent by the time that the connection is cut; a request without a body is whole with its headers."""
        sent = {
            "before the headers": b"",
            "in the headers": self.head[: len(self.head) // 2],
            "before the end of the headers": self.head[:-2],
        }
        if self.body:
            sent |= {
                "before the body": self.head,
                "in the body": self.head + self.body[: len(self.body) // 2],
                "before the last byte": self.head + self.body[:-1],
            }
        return sent

    def closed_after(self, sent: bytes) -> None:
        """Both halves are closed, and no answer is ever read."""
        with socket.create_connection(self._address, timeout=20) as connection:
            connection.sendall(sent)

    def answered_after(self, sent: bytes) -> bytes:
        """What the server answers when this half of the connection is closed after `sent`."""
        with socket.create_connection(self._address, timeout=20) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return _all_of(connection)

    def reset_after(self, sent: bytes) -> None:
        """The connection is gone at once, and no answer is ever read."""
        with socket.create_connection(self._address, timeout=20) as connection:
            connection.sendall(sent)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def lost(self) -> None:
        """All of it is sent and answered, and the connection is reset before the answer is read."""
        with socket.create_connection(self._address, timeout=20) as connection:
            connection.sendall(self.head + self.body)
            assert select.select([connection], [], [], 20)[0]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def whole(self) -> int:
        """The status of the answer to all of it."""
        with socket.create_connection(self._address, timeout=20) as connection:
            connection.sendall(self.head + self.body)
            return int(_all_of(connection).split(b" ", 2)[1])


def _all_of(connection: socket.socket) -> bytes:
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:  # the server did not read all that was sent
        pass
    return received


def dump(server: Server) -> dict[str, list[Any]]:
    """All rows of the domain in the database of a server, and the names of all its files."""
    told: dict[str, list[Any]] = {}
    with sqlite3.connect(server.data / "vitrine.sqlite3") as database:
        tables = [
            name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        ]
        for table in (table for table in tables if table.startswith(OURS)):
            columns = [f'"{row[1]}"' for row in database.execute(f"PRAGMA table_info({table})") if row[1] not in SEEN]
            told[table] = database.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    return told | {"files": files(server)}


def files(server: Server) -> list[str]:
    """Blobs and pictures, and what is half written or temporary."""
    folders = [server.data / name for name in ("blobs", "media", "tmp")]
    return sorted(
        str(path.relative_to(server.data)) for folder in folders for path in folder.rglob("*") if path.is_file()
    )


def unfinished(server: Server) -> list[Path]:
    """Files that are on their way in."""
    return [path for name in ("blobs/incoming", "tmp") for path in (server.data / name).glob("*")]


def orphans(server: Server) -> set[str]:
    """Blobs without a row, and rows without their blob."""
    with sqlite3.connect(server.data / "vitrine.sqlite3") as database:
        known = {sha256 for (sha256,) in database.execute("SELECT sha256 FROM storage_blob")}
    return known ^ {path.name for path in (server.data / "blobs").rglob("*") if path.is_file()}
