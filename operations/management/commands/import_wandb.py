"""`manage.py import_wandb`: projects, runs, versions, lineage and registries from a W&B server, through its public API."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from access.models import Namespace, User
from operations.imports.arriving import Arrivals
from operations.imports.command import ImportCommand


class Command(ImportCommand):
    """The key to the other server comes from the environment, so that no list of processes shows it."""

    help = "Bring over an entity of a W&B server: its projects to a team, the registries of its organization to that of the team."
    client = "wandb"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        super().add_arguments(parser)
        parser.add_argument("--entity", required=True, help="whose projects are brought, on the other server")
        parser.add_argument("--organization", default="", help="whose registries, where the key's owner has several")

    def arrivals(self, actor: User, namespace: Namespace, **options: Any) -> Arrivals:
        """All projects of the entity, and what registries link of them."""
        from operations.imports.wandb import Import
        from operations.imports.wandb_server import Server

        key = os.environ.get("WANDB_API_KEY", "")
        if not key:
            raise CommandError("Set WANDB_API_KEY to a key of the other server.")
        server = Server(options["address"], key, options["entity"])
        organization = options["organization"]
        return Import(server=server, actor=actor, namespace=namespace, organization=organization, say=self.say)
