"""`manage.py serve`: the production server, gunicorn with threads."""

from __future__ import annotations

import os
import socket
from argparse import ArgumentParser
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connections
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from artifacts.services import downloads
from common.bodies import whole_bodies
from operations import housekeeping, memory, setup
from operations.health import pending_migrations


class Server(BaseApplication):
    """gunicorn, configured by this command alone: no file, no GUNICORN_CMD_ARGS."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's hook."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """gunicorn's hook, in each worker: no database connection is ever shared by a fork."""
        memory.start()
        downloads.start()
        housekeeping.start()
        return whole_bodies(get_wsgi_application())


class Command(BaseCommand):
    """Serve until told to stop; SIGTERM lets running requests end within 30 seconds."""

    help = "Run the production server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on (0.0.0.0: all; default: %(default)s)"
        )
        parser.add_argument("--port", type=int, default=8000, help="0: any free one (default: %(default)s)")
        parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
        parser.add_argument("--threads", type=int, default=8, help="threads of each process (default: %(default)s)")
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, then run gunicorn in this process."""
        memory.share_heap()
        self._require_free(options["host"], options["port"])
        self._prepare_database(migrate=options["migrate"])
        self._prepare_static_files()
        call_command("sweep_uploads")
        self.is_empty = setup.is_empty()
        connections.close_all()
        memory.give_back()
        Server(
            {
                "bind": [f"{options['host']}:{options['port']}"],
                "workers": options["workers"],
                "threads": options["threads"],
                "worker_class": "gthread",
                "timeout": 0,  # an upload may take hours; a stuck thread takes no other's turn
                "graceful_timeout": 30,
                "keepalive": 30,
                "control_socket_disable": True,
                "when_ready": self._announce,
                "loglevel": "warning",
            }
        ).run()

    def _require_free(self, host: str, port: int) -> None:
        try:
            socket.create_server((host, port)).close()
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({os.strerror(error.errno or 0)}); choose another with --port."
            ) from error

    def _prepare_database(self, *, migrate: bool) -> None:
        settings.ENV.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            if migrate:
                call_command("migrate", verbosity=0, interactive=False)
            pending = pending_migrations()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}".strip()) from error
        if pending:
            raise CommandError(
                f"The database lacks {pending} migrations: run `manage.py migrate`, or start with --migrate."
            )

    def _prepare_static_files(self) -> None:
        """Collect and compress what the sources in place give, unless that was done before."""
        if settings.DEBUG:
            return  # served from where they lie
        note = Path(settings.STATIC_ROOT) / "collected-from"
        sources = _fingerprint_of_static_files()
        if not note.is_file() or note.read_text() != sources:
            call_command("collectstatic", verbosity=0, interactive=False)
            note.write_text(sources)

    def _announce(self, arbiter: Arbiter) -> None:
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        self.stdout.write(f"Vitrine {settings.VERSION} is listening on http://{host}:{port}")
        if self.is_empty:
            address = settings.BASE_URL or f"http://{host}:{port}"
            self.stdout.write(f"No account yet: set this server up at {address}/setup/?token={setup.token()}")
        self.stdout.flush()


def _fingerprint_of_static_files() -> str:
    """A digest of names, sizes and times of all sources, which changes with a release or a package."""
    digest = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
