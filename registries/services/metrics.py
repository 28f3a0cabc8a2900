"""What a collection says of its metrics: which way is up, and which one stands for the rest."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.models import VersionMetric
from artifacts.services.directions import Directions, check_key, merge
from common.errors import InvalidInputError, NotFoundError
from events.services import record
from events.types import EventType
from registries.models import Collection, Link


def set_metrics(
    *, actor: User, collection: Collection, directions: Directions | None = None, headline: str | None = None
) -> Collection:
    """Say of metrics whether higher is better (F84), those not named stay; and which one is the headline, "" for none.

    Member of the registry (F31 row 12). Raises InvalidInputError for names that no metric has, and for a headline that no
    version has; TooLargeError beyond 1,000 directions.
    """
    require(actor, Action.EDIT_COLLECTION, collection.registry)
    with transaction.atomic():
        locked = Collection.objects.select_for_update().filter(pk=collection.pk, deleted_at=None).first()
        if locked is None:
            raise NotFoundError(_("There is no such collection, or you may not see it."))
        before = _metrics_of(locked)
        locked.metric_directions = merge(locked.metric_directions, directions or {})
        if headline is not None and headline != locked.headline_metric:
            locked.headline_metric = _headline(locked, headline)
        after = _metrics_of(locked)
        changed = [name for name in after if after[name] != before[name]]
        if changed:
            locked.updated_at = timezone.now()
            locked.save(update_fields=[*changed, "updated_at"])
            record(
                actor=actor,
                type=EventType.COLLECTION_EDITED,
                object=locked,
                container=collection.registry,
                parent=locked,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    collection.metric_directions, collection.headline_metric = locked.metric_directions, locked.headline_metric
    return collection


def _metrics_of(collection: Collection) -> dict[str, object]:
    return {"metric_directions": collection.metric_directions, "headline_metric": collection.headline_metric}


def _headline(collection: Collection, key: str) -> str:
    linked = Link.objects.alive().filter(collection=collection).values("version")
    if key and not VersionMetric.objects.filter(key=check_key(key), version__in=linked).exists():
        raise InvalidInputError(
            _("No version of '%(collection)s' has the metric '%(key)s'; choose one that a version has.")
            % {"collection": collection.name, "key": key}
        )
    return key
