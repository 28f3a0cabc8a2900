"""`manage.py remove_second_factor`: for people who lost both app and recovery codes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management import BaseCommand, CommandError
from django.db import transaction

from access.services.people import find_user
from common.errors import NotFoundError
from events.services import record
from events.types import EventType


class Command(BaseCommand):
    """Let somebody sign in by password alone again; a second time changes nothing."""

    help = "Remove the authenticator app and the recovery codes of an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them, and record it."""
        try:
            user = find_user(options["username"])
        except NotFoundError as error:
            raise CommandError(error.message) from error
        with transaction.atomic():
            removed, _ = Authenticator.objects.filter(user=user).delete()
            if removed:
                record(actor=None, type=EventType.USER_CHANGED, object=user, after={"fields": ["second_factor"]})
        self.stdout.write(f"{user.username} signs in without a code{'' if removed else ', as before'}.")
