"""The page of a history, whichever it is: the filtered events as lines, and the same as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from artifacts import feed
from common.data import PageData
from common.moments import written
from common.pagination import Page, paginate_merged
from common.textdiff import DiffLine, diff_lines
from events.filters import KINDS, HistoryFilter
from events.models import Event

PAGE = 50
Undoable = Mapping[int, int]


def history_page(sources: Sequence[QuerySet[Event]], query: QueryDict) -> tuple[HistoryFilter, Page[Event]]:
    """The newest events of `sources` that the address asks for, with their actors. Raises InvalidInputError."""
    asked = HistoryFilter.read(query)
    whole = Event.objects.select_related("actor", "container__registry")
    found = [asked.apply(source.select_related("actor", "container__registry")) for source in sources]
    return asked, paginate_merged(whole, found, order=("-pk",), cursor=query.get("cursor", ""), size=PAGE)


def history_context(
    asked: HistoryFilter,
    page: Page[Event],
    *,
    subjects: feed.Subjects | None = None,
    undoable: Undoable | None = None,
    guarded: feed.Guarded = frozenset(),
) -> dict[str, Any]:
    """What `artifacts/_history.html` shows."""
    return {
        "asked": asked,
        "kinds": [(name, title) for name, (title, _types) in KINDS.items()],
        "page": page,
        "lines": feed.lines(page.items, subjects, undoable, guarded),
    }


@dataclass(frozen=True)
class TextChange:
    """What an edit did to one text."""

    field: str
    lines: list[DiffLine]
    is_cut: bool


def text_changes(event: Event) -> list[TextChange]:
    """The long texts that `event` edited, line by line."""
    before, after = event.before or {}, event.after or {}
    return [
        TextChange(str(feed.FIELDS[name]), *diff_lines(_text(before.get(name)), _text(after.get(name))))
        for name in feed.LONG
        if name in after
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False) if value else ""


def history_data(context: Mapping[str, Any]) -> PageData:
    """The page as data; times are ISO 8601 in UTC."""
    page = context["page"]
    facts = {"filter": dict(context["asked"].words), "next": page.next, "previous": page.previous}
    return PageData("history", facts, [_row(line) for line in context["lines"]])


def change_data(line: feed.Line) -> PageData:
    """One change as data, with the long texts that it edited as they were and are."""
    before, after = line.event.before or {}, line.event.after or {}
    texts = {name: {"before": before.get(name), "after": after[name]} for name in feed.LONG if name in after}
    return PageData("change", _row(line) | {"texts": texts})


def _row(line: feed.Line) -> dict[str, Any]:
    event = line.event
    return {
        "id": event.pk,
        "at": written(event.created_at),
        "who": event.actor.username if event.actor else None,
        "door": event.door,
        "event": event.type,
        "version": line.version or None,
        "previous_version": (line.previous or None) if line.alias else None,
        "alias": line.alias or None,
        "aliases": [name for name, _ in line.lost],
        "tags": line.tags,
        "person": line.principal or None,
        "role": (event.after or {}).get("role") or (event.before or {}).get("role") if line.principal else None,
        "fields": line.fields if event.type.endswith(":edited") else [],
        "subject": line.subject[0] if line.subject else None,
        "container": event.container.name if event.container else None,
        "undo": line.is_undo,
    }
