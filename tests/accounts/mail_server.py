"""A mail server on a loopback port that keeps what it is given: enough of SMTP for the one client there is."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

ANSWERS = {"DATA": "354 go on", "QUIT": "221 bye"}


class MailServer(socketserver.ThreadingTCPServer):
    """Answers 250 to everything, and keeps each message."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.messages: list[Message] = []

    @property
    def url(self) -> str:
        """What VITRINE_EMAIL_URL names."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: MailServer

    def handle(self) -> None:
        """Talk until the client has said QUIT."""
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            self._say(ANSWERS.get(verb, "250 fine"))
            if verb == "QUIT":
                return
            if verb == "DATA":
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.messages.append(email.message_from_bytes(b"".join(lines)))
                self._say("250 kept")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running one."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
