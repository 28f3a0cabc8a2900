"""`manage.py storage_figures [ENTITY/PROJECT]`: what projects, or the artifacts of one, take, and what sharing saves."""

from __future__ import annotations

import heapq
import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand, CommandError

from common.errors import NotFoundError
from common.formatting import filesize
from operations.figures import Figure, by_artifact, by_project, whole


class Command(BaseCommand):
    """Reads only; the largest come first."""

    help = "Bytes logged, stored and saved by keeping equal content once: by project, or by artifact of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("project", nargs="?", help="entity/project: its artifacts instead of all projects")
        parser.add_argument("--top", type=int, default=50, help="how many lines (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="a JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for each of the largest, then the whole server."""
        rows = by_artifact(options["project"]) if options["project"] else by_project()
        try:
            largest = heapq.nlargest(max(options["top"], 0), rows, key=lambda figure: figure.stored)
        except NotFoundError as error:
            raise CommandError(error.message) from error
        for figure in [*largest, whole()]:
            self.stdout.write(self._line(figure, as_json=options["json"]))

    def _line(self, figure: Figure, *, as_json: bool) -> str:
        if as_json:
            return json.dumps({**asdict(figure), "saved": figure.saved})
        logged, stored, saved = (filesize(size) for size in (figure.logged, figure.stored, figure.saved))
        return f"{stored:>10} stored, {logged:>10} logged, {saved:>10} saved  {figure.name}"
