"""What the commands of imports have in common: who brings it over, whose it becomes, and what is said."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from access.models import Namespace, User
from access.services.people import find_user
from common.errors import DomainError
from operations.imports.arriving import LEFT_OUT, Arrivals
from projects.services.projects import resolve_namespace


class ImportCommand(BaseCommand, ABC):
    """A second call brings only what is new, so that it goes on where it was interrupted."""

    client = ""  # the package that reads the other server

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("address", help="of the other server, such as http://localhost:5000")
        parser.add_argument("--as", dest="username", required=True, metavar="USER", help="who brings it over")
        parser.add_argument("--team", required=True, help="whose projects it becomes")

    @abstractmethod
    def arrivals(self, actor: User, namespace: Namespace, **options: Any) -> Arrivals:
        """What is brought, and where to. Raises ImportError without the client."""

    def handle(self, *args: Any, username: str, team: str, **options: Any) -> None:
        """Exit status 1 when something was left out."""
        try:
            actor = find_user(username)
            namespace = resolve_namespace(actor, team)
            if namespace.kind != Namespace.Kind.TEAM:
                raise CommandError(f"'{team}' is no team; only versions of a team can be linked into a registry.")
            arrivals = self.arrivals(actor, namespace, **options)
            arrivals.everything()
        except ImportError as error:
            raise CommandError(
                f"The other server's client is missing; install it: pip install {self.client}"
            ) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        self.say(", ".join(f"{count} {what}" for what, count in sorted(arrivals.tally.items())) or "Nothing there.")
        if arrivals.tally[LEFT_OUT]:
            sys.exit(1)

    def say(self, line: str) -> None:
        """A line at once, so that one sees how far it is."""
        self.stdout.write(line)
        self.stdout.flush()
