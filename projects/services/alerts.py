"""Alerts that scripts raise."""

from __future__ import annotations

from django.db import transaction

from access.models import User
from access.policy import require
from access.roles import Action
from common.errors import InvalidInputError
from events.services import record
from events.types import EventType
from projects import values
from projects.models import Run

MAX_TITLE = 256
MAX_TEXT = 10_000


def raise_alert(*, actor: User, run: Run, title: str, text: str, severity: str) -> None:
    """Record an alert of a run as an event. Raises NotFoundError, ForbiddenError below Member, InvalidInputError if too long."""
    require(actor, Action.WRITE_RUN, run.project)
    if not title or len(title) > MAX_TITLE or len(text) > MAX_TEXT:
        raise InvalidInputError(
            f"An alert has a title of 1 to {MAX_TITLE} characters and a text of at most {MAX_TEXT}."
        )
    after = {"title": values.text(title), "text": values.text(text), "severity": severity}
    with transaction.atomic():
        record(actor=actor, type=EventType.RUN_ALERTED, object=run, container=run.project, after=after)
