"""Events as sentences: who did what to which version, for history tabs and the activity beside the cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from access.models import Container, User
from access.roles import Role
from accounts.why import label
from events.models import Event


@dataclass(frozen=True)
class Line:
    """An event with what its sentence names; `subject` is the collection or artifact, as (name, address), if it is known."""

    event: Event
    subject: tuple[str, str] | None

    @property
    def kind(self) -> str:
        """The type, as a word that templates can compare."""
        return self.event.type.replace(":", "_")

    def _value(self, name: str) -> Any:
        return (self.event.after or {}).get(name) or (self.event.before or {}).get(name)

    @property
    def version(self) -> str:
        """`v3`, or nothing."""
        return str(self._value("version") or "")

    @property
    def previous(self) -> str:
        """The version that an alias pointed at before."""
        return str((self.event.before or {}).get("version") or "")

    @property
    def alias(self) -> str:
        """The alias that moved."""
        return str(self._value("alias") or "")

    @property
    def tags(self) -> list[str]:
        """The tags that came or went."""
        one, many = self._value("tag"), self._value("tags")
        return [str(one)] if one else [str(tag) for tag in many] if isinstance(many, list) else []

    @property
    def role(self) -> str:
        """The role that somebody was given."""
        role = Role.parse(str(self._value("role") or ""))
        return label(role) if role else ""

    @property
    def fields(self) -> str:
        """What was edited."""
        return ", ".join((self.event.after or {}).keys())

    @property
    def is_about_metrics(self) -> bool:
        """Whether a collection's metrics were edited, and not its card."""
        return bool({"metric_directions", "headline_metric"} & set(self.event.after or {}))

    @property
    def name(self) -> str:
        """The name of what was made or deleted."""
        return str(self._value("name") or self._value("collection") or self._value("artifact") or "")


def lines(events: Iterable[Event], subjects: Mapping[int | None, tuple[str, str]] | None = None) -> list[Line]:
    """One line an event; `subjects` by the id of the event's parent."""
    return [Line(event, (subjects or {}).get(event.parent_id)) for event in events]


def visible_events(user: User) -> QuerySet[Event]:
    """Events in containers that `user` sees, with their actors; newest first."""
    containers = Container.objects.visible_to(user).values("pk")
    return Event.objects.filter(container__in=containers).select_related("actor", "container").order_by("-pk")


def version_events(user: User, version_id: int, link_id: int | None = None) -> QuerySet[Event]:
    """What happened to a version, and to one link of it, as far as `user` may see where."""
    of_version = Q(object_type="version", object_id=version_id)
    of_link = Q(object_type="link", object_id=link_id) if link_id else Q()
    return visible_events(user).filter(of_version | of_link if link_id else of_version)
