"""Fixtures of the tests of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from tests.accounts.mail_server import MailServer, mail_server


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """A mail server that this server uses."""
    cache.clear()  # rate limits of the test before
    with mail_server() as running:
        settings.SENDS_MAIL = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
        settings.DEFAULT_FROM_EMAIL = "vitrine@example.org"
        yield running
