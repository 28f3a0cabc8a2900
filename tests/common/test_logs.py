"""What is logged of addresses that are secrets."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.test import Client

from access.services import invitations
from tests.cast import Cast

HANDLER = next(handler for handler in logging.getLogger().handlers if handler.filters)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What the server's own handler wrote."""
    lines: list[str] = []
    emit = HANDLER.emit
    HANDLER.emit = lambda record: lines.append(HANDLER.format(record))  # type: ignore[method-assign]
    yield lines
    HANDLER.emit = emit  # type: ignore[method-assign]


def test_refused_forms_at_secret_addresses_do_not_log_them(cast: Cast, logged: list[str]) -> None:
    _, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="member")
    assert Client().post(f"/invitations/{token}/", {}).status_code == 400
    assert Client(enforce_csrf_checks=True).post(f"/invitations/{token}/", {}).status_code == 403
    assert Client().get("/storage/not-signed/file").status_code == 403
    assert [line.rpartition(": ")[2] for line in logged] == ["/invitations/…", "/invitations/…", "/storage/…"]
