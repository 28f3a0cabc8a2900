"""dated(): what a block writes is dated to a moment of the story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db.models import DateTimeField
from django.utils import timezone

APPS = ("access", "events", "storage", "projects", "artifacts", "registries")


@contextmanager
def dated(moment: datetime) -> Iterator[None]:
    """Move every date that the block's services write from the present to `moment`.

    The one place where the demo touches rows past the services: these know no other time than now, and are right not to.
    """
    started = timezone.now()
    yield
    now = timezone.now()
    for model in apps.get_models():
        if model._meta.app_label not in APPS:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, DateTimeField):
                written = {f"{field.name}__gte": started, f"{field.name}__lte": now}
                model._base_manager.filter(**written).update(**{field.name: moment})
