"""Filters and orders of runs: by what describes them, their config and their summary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, lookups
from django.db.models.functions import Coalesce

from common.errors import InvalidInputError
from common.filtering import Comparison, Field, Kind, Operator, Vocabulary
from common.filtering.expressions import JsonCondition
from common.filtering.names import split_name
from common.filtering.queries import EVERYTHING, NOTHING, Column, Items, Source
from common.filtering.tree import closest
from projects.models import Run
from projects.models.runs import in_state, state_now
from projects.ordering import by_number
from sdk_api.filters.common import Named, holds_for, id_field, narrowed
from sdk_api.not_served import SWEEPS

LONGEST = 10**12  # seconds; what a database can compare
COMPARED: dict[Operator, Any] = {
    Operator.EQUAL: lookups.Exact,
    Operator.IN: lookups.Exact,
    Operator.GREATER: lookups.GreaterThan,
    Operator.GREATER_OR_EQUAL: lookups.GreaterThanOrEqual,
    Operator.LESS: lookups.LessThan,
    Operator.LESS_OR_EQUAL: lookups.LessThanOrEqual,
}


def read_state(written: Any) -> Any:
    """The state that a script names in any case; what names none is text as it stands."""
    known = isinstance(written, str) and written.lower() in Run.State.values
    return written.lower() if known else written


VOCABULARY = Vocabulary(
    (
        Field("name", Kind.TEXT),
        Field("display_name", Kind.TEXT, ("displayName",)),
        Field("state", Kind.TEXT, reads=read_state),
        Field("tags", Kind.LABELS, ("tag",)),
        Field("config", Kind.JSON),
        Field("summary_metrics", Kind.JSON, ("summaryMetrics", "summary")),
        Field("created_at", Kind.DATE, ("createdAt",)),
        Field("heartbeat_at", Kind.DATE, ("heartbeatAt", "updated_at", "updatedAt")),
        Field("group", Kind.TEXT, ("groupName", "group_name")),
        Field("job_type", Kind.TEXT, ("jobType",)),
        Field("username", Kind.TEXT, ("user",)),
        Field("entity", Kind.TEXT),
        Field("duration", Kind.NUMBER),
        Field("sweep", Kind.TEXT, ("sweepName", "sweep_name")),
        Field("notes", Kind.TEXT, ("description",)),
        Field("commit", Kind.TEXT),
        Field("host", Kind.TEXT),
        id_field("id", kinds=("Run",)),
    )
)


class State:
    """The state as of now, which is more than a column: a silent run has crashed."""

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        return reduce(or_, (in_state(state) for state in Run.State if holds_for(comparison, str(state))), NOTHING)


class Duration:
    """How long a run ran, in seconds: until its end, or the last that was heard of it."""

    spent = ExpressionWrapper(Coalesce("finished_at", "heartbeat_at") - F("created_at"), DurationField())

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        how, value = comparison.operator, comparison.value
        if how is Operator.EXISTS:
            return EVERYTHING
        given = value if how is Operator.IN else (value,)
        limits = [timedelta(seconds=float(max(-LONGEST, min(LONGEST, one)))) for one in given]
        return reduce(or_, (Q(COMPARED[how](self.spent, limit)) for limit in limits), NOTHING)


class Sweep:
    """No run belongs to a sweep, so that only having none can be asked for."""

    def condition(self, comparison: Comparison) -> Q:
        """See Source. Raises InvalidInputError."""
        if comparison.operator is not Operator.EXISTS:
            raise InvalidInputError(SWEEPS)
        return NOTHING


@dataclass(frozen=True)
class Written:
    """A column of JSON as scripts name what is in it: nested or with dots in a name, and in a config also with `.value`
    at the end, since the SDK wraps what it sends.
    """

    path: str
    wraps: bool = False

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        conditions = [
            Q(JsonCondition(F(self.path), key, comparison.operator, comparison.value))
            for key in spellings(comparison.key, wraps=self.wraps)
        ]
        # Absent is what is absent under each spelling; what is there is there under one of them.
        is_absence = comparison.operator is Operator.EQUAL and comparison.value is None
        return reduce(and_ if is_absence else or_, conditions)


def spellings(key: tuple[str, ...], *, wraps: bool) -> list[tuple[str, ...]]:
    """The paths in a document that a dotted key may mean."""
    keys = [key, key[:-1]] if wraps and len(key) > 1 and key[-1] == "value" else [key]
    return [*dict.fromkeys(spelling for one in keys for spelling in (one, (".".join(one),)))]


SOURCES: dict[str, Source] = {
    "name": Column("name"),
    "display_name": Column("display_name"),
    "state": State(),
    "tags": Items("tags"),
    "config": Written("config", wraps=True),
    "summary_metrics": Written("summary"),
    "created_at": Column("created_at"),
    "heartbeat_at": Column("heartbeat_at"),
    "group": Column("group"),
    "job_type": Column("job_type"),
    "username": Column("user__username"),
    "entity": Named("project__namespace__name", "project__namespace__name_key"),
    "duration": Duration(),
    "sweep": Sweep(),
    "notes": Column("notes"),
    "commit": Column("commit"),
    "host": Column("host"),
    "id": Column("pk"),
}


def filter_runs(rows: Any, text: str | None) -> Any:
    """The runs that a filter leaves."""
    return narrowed(rows, text, VOCABULARY, SOURCES)


ORDERS = {
    "created_at": "created_at",
    "createdAt": "created_at",
    "heartbeat_at": "heartbeat_at",
    "heartbeatAt": "heartbeat_at",
    "updated_at": "heartbeat_at",
    "name": "name",
    "display_name": "display_name",
    "displayName": "display_name",
    "state": "sort_state",
}
DOCUMENTS = {"config": "config", "summary_metrics": "summary", "summaryMetrics": "summary"}
KEY = re.compile(r"[^\"\\\x00-\x1f\x7f]{1,200}\Z")  # what every database's JSON path can name


def order_runs(rows: Any, text: str | None) -> tuple[Any, tuple[str, ...]]:
    """`rows` and the order that `+created_at`, `-summary_metrics.loss` or `config.lr.value` names; oldest first without one.

    Runs that have no number there come last. Raises InvalidInputError.
    """
    if not text:
        return rows, ("created_at", "pk")
    down, name = text.startswith("-"), text.lstrip("+-")
    if name in ORDERS:
        sign = "-" if down else ""
        rows = rows.annotate(sort_state=state_now()) if ORDERS[name] == "sort_state" else rows
        return rows, (f"{sign}{ORDERS[name]}", f"{sign}pk")
    source, _, key = name.partition(".")
    if source not in DOCUMENTS or not key:
        known = ", ".join((*ORDERS, *(f"{document}.<key>" for document in DOCUMENTS)))
        guess = closest(name, ORDERS)
        meant = f" Did you mean {guess}?" if guess else ""
        raise InvalidInputError(f"Cannot order by '{name[:80]}'; the orders are {known}, with + or - before.{meant}")
    path = split_name(key)
    if not all(KEY.match(part) for part in path):
        raise InvalidInputError('A key to order by has 1 to 200 characters, without ", \\ and control characters.')
    paths = spellings(path, wraps=source == "config")
    return by_number(rows, DOCUMENTS[source], *paths, down=down)
