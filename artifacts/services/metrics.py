"""Metrics of a version: the history's values at the step at which it was logged, then the run's summary (C28)."""

from __future__ import annotations

import math
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from artifacts.models import Version, VersionMetric
from projects.models import Run
from projects.services.history import value_at

MAX_KEYS = 1000


def fill_for_run(run: Run) -> None:
    """Bring the metrics of the versions that `run` produced up to date: after a chunk of history, and at its end.

    Each version is computed once when the history has reached its step, and once more when the run has ended.
    """
    versions = Version.objects.committed().filter(produced_by=run)
    if run.state == Run.State.RUNNING:
        if run.last_step is None:
            return
        due = Q(metrics_step=None) | ~Q(metrics_step=F("history_step"))
        versions = versions.filter(due, history_step__lte=run.last_step)
    for version in versions:
        _fill(version, run)


def fill_for_version(version: Version) -> None:
    """Copy what the producing run has logged so far."""
    if version.produced_by is not None:
        _fill(version, version.produced_by)


def _fill(version: Version, run: Run) -> None:
    reached = version.history_step is not None and run.last_step is not None and version.history_step <= run.last_step
    values: dict[str, tuple[float, str]] = {}
    if run.state != Run.State.RUNNING:
        values.update({key: (number, VersionMetric.Source.SUMMARY) for key, number in _numbers(run.summary).items()})
    if version.history_step is not None:
        found = value_at(run, step=version.history_step)
        values.update({key: (number, VersionMetric.Source.HISTORY) for key, number in _numbers(found).items()})
    rows = [
        VersionMetric(version=version, key=key, value=value, source=source)
        for key, (value, source) in list(values.items())[:MAX_KEYS]
    ]
    with transaction.atomic():
        VersionMetric.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["version", "key"], update_fields=["value", "source"]
        )
        if reached:
            Version.objects.filter(pk=version.pk).update(metrics_step=version.history_step)


def _numbers(values: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """The finite numbers of nested values by dotted key, without the client's own `_…` keys."""
    found: dict[str, float] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if name.startswith("_") or len(name) > 256:
            continue
        if isinstance(value, dict) and "_type" not in value:
            found.update(_numbers(value, f"{name}."))
        elif (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and abs(value) < 1e300
            and math.isfinite(value)
        ):
            found[name] = float(value)
    return found
