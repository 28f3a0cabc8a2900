"""`manage.py demo`: a seeded organization, and the server over it. `make demo` runs it in an environment of its own."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.utils import timezone

from access.models import OrganizationMembership, User
from access.services import keys, people
from operations.demo import story
from operations.demo.credentials import Credentials, keep
from operations.demo.seed import seed

WELCOME = """
  {organization}, a demo with made-up people and real files.

  URL        {url}
  Sign in    {user} / {password}
             (also {others}: the same password, other roles)
  API key    {key}

  Point the SDK at it:

    export WANDB_BASE_URL={url}
    export WANDB_API_KEY={key}

  These are kept in {folder}; delete that folder to begin anew. Ctrl-C stops the server.
"""


class Command(BaseCommand):
    """Safe to run again: what is there stays, credentials included."""

    help = "Seed a demo organization on first use, say how to sign in, and serve it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        port = os.environ.get("PORT") or "8000"
        parser.add_argument("--port", type=int, default=port, help="default: PORT of the environment, else 8000")
        parser.add_argument("--no-serve", action="store_true", help="seed and print only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, seed, print, serve."""
        credentials = keep(settings.ENV.data)
        call_command("migrate", verbosity=0, interactive=False)
        if not User.objects.exists():
            seed(now=timezone.now(), password=credentials.password)
        self._let_in(credentials)
        self.stdout.write(
            WELCOME.format(
                organization=story.ORGANIZATION,
                url=settings.BASE_URL or f"http://localhost:{options['port']}",
                user=story.SIGN_IN,
                password=credentials.password,
                others=", ".join(person.username for person in story.PEOPLE if person.username != story.SIGN_IN),
                key=credentials.api_key,
                folder=settings.ENV.data,
            )
        )
        if not options["no_serve"]:
            call_command("serve", port=options["port"])

    def _let_in(self, credentials: Credentials) -> None:
        """Make the printed password and key the account's."""
        founded = {"organization__name": story.ORGANIZATION, "organization__deleted_at": None, "role": "admin"}
        demo = OrganizationMembership.objects.filter(**founded, user__username=story.SIGN_IN)
        user = User.objects.filter(organization_memberships__in=demo).first()  # nobody's account of the same name
        if user is None:
            raise CommandError(
                "This database holds something else than the demo; name another folder with VITRINE_DATA."
            )
        people.set_password(actor=None, user=user, password=credentials.password)
        if keys.authenticate(credentials.api_key) is None:
            keys.create_key(actor=user, user=user, name="demo", secret=credentials.api_key)
