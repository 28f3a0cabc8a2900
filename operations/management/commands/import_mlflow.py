"""`manage.py import_mlflow`: registered models, versions, aliases, runs, metrics and files from an MLflow tracking server."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from access.models import Namespace
from access.services.people import find_user
from common.errors import DomainError
from projects.services.projects import resolve_namespace
from registries.finding import get_registry


class Command(BaseCommand):
    """A second call brings only what is new, so that it goes on where it was interrupted."""

    help = "Bring over an MLflow tracking server: experiments to projects of a team, registered models to a registry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("address", help="of the tracking server, such as http://localhost:5000")
        parser.add_argument("--as", dest="username", required=True, metavar="USER", help="who brings it over")
        parser.add_argument("--team", required=True, help="whose projects the experiments become")
        parser.add_argument("--registry", default="model", help="where the registered models go (default: model)")

    def handle(self, *args: Any, address: str, username: str, team: str, registry: str, **options: Any) -> None:
        """Exit status 1 when something was left out."""
        try:
            from mlflow.exceptions import MlflowException

            from operations.imports.mlflow import Import
            from operations.imports.mlflow_server import Server
        except ImportError as error:
            raise CommandError("MLflow's client is missing; install it: pip install mlflow-skinny") from error
        try:
            actor = find_user(username)
            namespace = resolve_namespace(actor, team)
            if namespace.kind != Namespace.Kind.TEAM:
                raise CommandError(f"'{team}' is no team; only versions of a team can be linked into a registry.")
            bringing = Import(
                server=Server(address),
                actor=actor,
                namespace=namespace,
                registry=get_registry(actor, namespace.team.organization, registry),
                say=self._say,
            )
            bringing.everything()
        except (DomainError, MlflowException) as error:
            raise CommandError(str(error)) from error
        self._say(", ".join(f"{count} {what}" for what, count in sorted(bringing.tally.items())) or "Nothing there.")
        if bringing.tally["left out"]:
            sys.exit(1)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
