"""Which way is up: what people say of metrics, above what runs said."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.models import Artifact
from common.errors import InvalidInputError, NotFoundError, TooLargeError
from common.names import CONTROL
from events.services import record
from events.types import EventType

MAX_KEY = 256
MAX_DIRECTIONS = 1000

Directions = Mapping[str, bool | None]
"""Metric to whether higher is better; None leaves it to the runs again."""


def merge(present: Mapping[str, bool], changes: Directions) -> dict[str, bool]:
    """`present` with `changes`, at most 1,000 metrics of at most 256 characters. InvalidInputError, TooLargeError."""
    for key, higher in changes.items():
        check_key(key)
        if higher is not None and not isinstance(higher, bool):
            raise InvalidInputError(
                _("Say of '%(key)s' whether higher is better with true or false, or null for neither.") % {"key": key}
            )
    merged = {key: way for key, way in {**present, **changes}.items() if way is not None}
    if len(merged) > MAX_DIRECTIONS:
        raise TooLargeError(
            _("A direction is kept for at most %(max_directions)s metrics; these are %(count)s.")
            % {"max_directions": MAX_DIRECTIONS, "count": len(merged)}
        )
    return merged


def check_key(key: str) -> str:
    """`key` if a metric may be called so. Raises InvalidInputError."""
    if not isinstance(key, str) or not key or len(key) > MAX_KEY or CONTROL.search(key):
        raise InvalidInputError(
            _(
                "The name of a metric has 1 to %(max_key)s characters, none of them invisible; give the name as "
                "the run logs it."
            )
            % {"max_key": MAX_KEY}
        )
    return key


def direct_metrics(*, actor: User, artifact: Artifact, directions: Directions) -> Artifact:
    """Say of metrics whether higher is better (F84); those not named stay. Member of the project (F31 row 13).

    Raises InvalidInputError for names that no metric has, TooLargeError beyond 1,000 of them.
    """
    require(actor, Action.EDIT_VERSION, artifact.project)
    with transaction.atomic():
        locked = Artifact.objects.select_for_update().filter(pk=artifact.pk, deleted_at=None).first()
        if locked is None:
            raise NotFoundError(_("There is no such artifact, or you may not see it."))
        before, after = locked.metric_directions, merge(locked.metric_directions, directions)
        if after != before:
            locked.metric_directions, locked.updated_at = after, timezone.now()
            locked.save(update_fields=["metric_directions", "updated_at"])
            record(
                actor=actor,
                type=EventType.ARTIFACT_EDITED,
                object=locked,
                container=artifact.project,
                before={"metric_directions": before},
                after={"metric_directions": after},
            )
    artifact.metric_directions = after
    return artifact
