"""`manage.py provision [FILE|-]`: accounts, organizations and teams from JSON lines, beside a running server."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import close_old_connections

from operations.provision import answer


class Command(BaseCommand):
    """One JSON object a line in, one JSON line out each; exit status 1 when any failed."""

    help = "Make accounts, organizations and teams: JSON, one object a line; docs/deploy.md lists the ops."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument(
            "file", nargs="?", default="-", help="a file of JSON lines; - is the standard input (default)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer each line before the next one is read."""
        if options["file"] == "-":
            good = self._run(sys.stdin.buffer)
        else:
            try:
                with Path(options["file"]).open("rb") as lines:
                    good = self._run(lines)
            except OSError as error:
                raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        if not good:
            sys.exit(1)

    def _run(self, lines: Iterable[bytes]) -> bool:
        good = True
        for line in lines:
            if line.strip():
                said = answer(line)
                close_old_connections()  # minutes may pass until the next line
                self.stdout.write(json.dumps(said))
                self.stdout.flush()
                good = good and said["ok"]
        return good
