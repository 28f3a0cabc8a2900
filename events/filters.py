"""What a reader asks of a history: a kind of change, a person, an alias, a span of time; all of it from the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInputError
from common.moments import parse_moment
from events.models import Event
from events.types import EventType as Type

KINDS: Mapping[str, tuple[Any, frozenset[Type]]] = {
    "alias": (_("Aliases"), frozenset({Type.ALIAS_ADDED, Type.ALIAS_MOVED, Type.ALIAS_REMOVED})),
    "version": (
        _("Versions"),
        frozenset(
            {
                Type.VERSION_COMMITTED,
                Type.VERSION_DELETED,
                Type.VERSION_RESTORED,
                Type.VERSION_LINKED,
                Type.VERSION_UNLINKED,
                Type.VERSION_RELINKED,
            }
        ),
    ),
    "tag": (_("Tags"), frozenset({Type.TAG_ADDED, Type.TAG_REMOVED})),
    "text": (
        _("Cards and descriptions"),
        frozenset({Type.COLLECTION_EDITED, Type.VERSION_EDITED, Type.ARTIFACT_EDITED}),
    ),
    "use": (_("Uses by runs"), frozenset({Type.VERSION_USED})),
    "access": (
        _("Roles and settings"),
        frozenset(
            {
                Type.GRANT_SET,
                Type.GRANT_REMOVED,
                Type.REGISTRY_EDITED,
                Type.PROJECT_EDITED,
                Type.ALIAS_PROTECTED,
                Type.ALIAS_UNPROTECTED,
            }
        ),
    ),
}
LONGEST = 128


@dataclass(frozen=True)
class HistoryFilter:
    """As the address says it; empty is everything. `words` are the fields as they were written."""

    words: Mapping[str, str]
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def read(cls, query: QueryDict) -> HistoryFilter:
        """From `?kind=alias&person=mia&alias=production&since=30d&until=2026-11-18`; `until` a date includes that day.

        Raises InvalidInputError for an unknown kind and for times that cannot be read.
        """
        names = ("kind", "person", "alias", "since", "until")
        words = {name: query.get(name, "").strip()[:LONGEST] for name in names}
        if words["kind"] and words["kind"] not in KINDS:
            raise InvalidInputError(f"There is no such kind of change; choose one of {', '.join(KINDS)}.")
        now = timezone.now()
        since = parse_moment(words["since"], now) if words["since"] else None
        until = parse_moment(words["until"], now, ends_day=True) if words["until"] else None
        return cls(words, since, until)

    @property
    def is_set(self) -> bool:
        """Whether it leaves anything out."""
        return any(self.words.values())

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """Those of `events` that it asks for."""
        if kind := self.words["kind"]:
            events = events.filter(type__in=KINDS[kind][1])
        if person := self.words["person"]:
            events = events.filter(actor__username__iexact=person)
        if alias := self.words["alias"]:
            events = events.filter(label=alias, type__in=KINDS["alias"][1])
        if self.since:
            events = events.filter(created_at__gte=self.since)
        if self.until:
            events = events.filter(created_at__lte=self.until)
        return events
