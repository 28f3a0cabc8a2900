"""Alerts that scripts raise."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from access.models import User
from access.policy import require
from access.roles import Action
from common.errors import InvalidInputError
from common.locking import lock
from events.models import Event
from events.services import record
from events.types import EventType
from projects import values
from projects.models import Run

MAX_TITLE = 256
MAX_TEXT = 10_000
WAIT_MS = 60_000  # as the SDK has it
MAX_WAIT_MS = 7 * 86_400_000
LOOKED_AT = 200


def raise_alert(*, actor: User, run: Run, title: str, text: str, severity: str, wait_ms: int | None = None) -> None:
    """Record an alert of a run as an event, unless the run raised one of that title less than `wait_ms` ago (at most a week).

    Raises NotFoundError, ForbiddenError below Member, InvalidInputError if too long.
    """
    require(actor, Action.WRITE_RUN, run.project)
    if not title or len(title) > MAX_TITLE or len(text) > MAX_TEXT:
        raise InvalidInputError(
            f"An alert has a title of 1 to {MAX_TITLE} characters and a text of at most {MAX_TEXT}."
        )
    wait = timedelta(milliseconds=min(max(WAIT_MS if wait_ms is None else wait_ms, 0), MAX_WAIT_MS))
    after = {"title": values.text(title), "text": values.text(text), "severity": severity}
    with transaction.atomic():
        lock(run)
        if not _raised_since(run, after["title"], timezone.now() - wait):
            record(actor=actor, type=EventType.RUN_ALERTED, object=run, container=run.project, after=after)


def _raised_since(run: Run, title: str, since: datetime) -> bool:
    alerts = Event.objects.filter(type=EventType.RUN_ALERTED, object_type="run", object_id=run.pk).order_by("-pk")
    latest = alerts.values_list("created_at", "after")[:LOOKED_AT]
    return any(at > since and (after or {}).get("title") == title for at, after in latest)
