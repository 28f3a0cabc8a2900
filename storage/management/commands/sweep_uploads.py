"""`manage.py sweep_uploads`: remove what uploads left unfinished; `manage.py serve` does the same at each start."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand

from storage.stores import store


class Command(BaseCommand):
    """Safe beside running servers, and to run again."""

    help = "Remove unfinished uploads that a killed server left behind a day or longer ago."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and say how many."""
        swept = store().sweep(older_than=timedelta(days=1))
        if swept or options["verbosity"] > 1:
            self.stdout.write(f"Removed {swept} unfinished uploads.")
