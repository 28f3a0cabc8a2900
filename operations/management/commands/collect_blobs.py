"""`manage.py collect_blobs`: free the bytes of what was deleted and of uploads that were given up."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand

from common.formatting import filesize
from operations.housekeeping import free_storage
from operations.periods import parse_period


class Command(BaseCommand):
    """Safe beside running servers and uploads, and to run again, also after it was killed; `serve` does it every hour."""

    help = "Remove the bytes that no version, run or upload refers to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("--dry-run", action="store_true", help="change nothing, and tell what would go")
        parser.add_argument(
            "--grace",
            type=parse_period,
            metavar="PERIOD",
            help="what was deleted, or lies untouched, longer than this goes, such as 12h, 7d or 0; deleted versions cannot be "
            "restored after it (default: VITRINE_RESTORE_DAYS for what was deleted, a day for other bytes)",
        )
        parser.add_argument("--json", action="store_true", help="tell it as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect, and say what was freed."""
        freed = free_storage(grace=options["grace"], dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], **asdict(freed)}))
            return
        verb = "Would free" if options["dry_run"] else "Freed"
        self.stdout.write(
            f"{verb} {filesize(freed.bytes)} in {freed.blobs} blobs ({freed.orphans} of them without a row): "
            f"the files of {freed.versions} deleted versions and {freed.run_files} files of deleted runs, {freed.uploads} "
            f"abandoned uploads, {freed.temporary} temporary files."
        )
