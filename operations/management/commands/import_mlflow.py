"""`manage.py import_mlflow`: registered models, versions, aliases, runs, metrics and files from an MLflow tracking server."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from access.models import Namespace, User
from operations.imports.arriving import Arrivals
from operations.imports.command import ImportCommand
from registries.finding import get_registry


class Command(ImportCommand):
    """Credentials are taken from MLflow's own variables."""

    help = "Bring over an MLflow tracking server: experiments to projects of a team, registered models to a registry."
    client = "mlflow-skinny"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        super().add_arguments(parser)
        parser.add_argument("--registry", default="model", help="where the registered models go (default: model)")

    def arrivals(self, actor: User, namespace: Namespace, **options: Any) -> Arrivals:
        """All experiments and registered models."""
        from operations.imports.mlflow import Import
        from operations.imports.mlflow_server import Server

        registry = get_registry(actor, namespace.team.organization, options["registry"])
        server = Server(options["address"])
        return Import(server=server, actor=actor, namespace=namespace, registry=registry, say=self.say)
