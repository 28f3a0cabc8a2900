"""`manage.py verify_storage`: look for blobs that are missing, damaged, or known to nobody."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone

from common.formatting import filesize
from operations.housekeeping import UNTOUCHED, holders_of
from storage.verifying import Finding, count_blobs, verify


class Command(BaseCommand):
    """Changes nothing; exit status 1 when something is wrong."""

    help = "Compare the blobs of the store with the database: missing, damaged and orphaned ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("--quick", action="store_true", help="look at sizes only, and read no bytes")
        parser.add_argument("--json", action="store_true", help="a JSON object for each finding, and one for the whole")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell each finding when it is found, and the sum at the end."""
        blobs, size = count_blobs()
        found: Counter[str] = Counter()
        for finding in verify(untouched_since=timezone.now() - UNTOUCHED, quick=options["quick"]):
            found[finding.fault] += 1
            self._tell(finding, as_json=options["json"])
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not found, "blobs": blobs, "bytes": size, **found}))
        else:
            wrong = ", ".join(f"{count} {fault}" for fault, count in sorted(found.items())) or "nothing is wrong"
            self.stdout.write(f"{blobs} blobs of {filesize(size)}: {wrong}.")
        if found:
            sys.exit(1)

    def _tell(self, finding: Finding, *, as_json: bool) -> None:
        holders = holders_of(finding.name)
        if as_json:
            fields = {"fault": finding.fault, "name": finding.name, "size": finding.size, "detail": finding.detail}
            self.stdout.write(json.dumps({**fields, "holders": holders}))
        else:
            held = f" It belongs to {', '.join(holders)}." if holders else ""
            self.stdout.write(f"{finding.fault}: {finding.name}, {filesize(finding.size)}. {finding.detail}{held}")
        self.stdout.flush()
