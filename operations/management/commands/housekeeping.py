"""`manage.py housekeeping`: all that is due by time: versions expire, rules of retention apply, bytes are freed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand

from common.formatting import filesize
from operations.housekeeping import keep_house


class Command(BaseCommand):
    """Safe beside running servers, and to run again; `serve` does it every hour."""

    help = "Delete the versions that are due, and free the bytes of what was deleted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("--dry-run", action="store_true", help="change nothing, and tell what would go")
        parser.add_argument("--json", action="store_true", help="tell it as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work, and say what was done."""
        done = keep_house(dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], **asdict(done)}))
            return
        verb = "Would delete" if options["dry_run"] else "Deleted"
        self.stdout.write(
            f"{verb} {done.expired} versions whose time to live is over and {done.superseded} that newer ones replaced; "
            f"freed bytes: {filesize(done.freed.bytes)} in {done.freed.blobs} blobs."
        )
