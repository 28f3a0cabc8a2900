"""Events as sentences: who did what to which version, for history tabs and the activity beside the cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Container, Team, User
from access.roles import Role
from accounts.why import label
from artifacts.models import Artifact
from events.models import Event
from events.services import UNDOES
from events.types import EventType

PEOPLE = "user", "team"
Guarded = Set[tuple[int | None, str]]
"""Names of aliases that registries protect, each with the id of its registry."""
Subjects = Mapping[int | tuple[int | None, int] | None, tuple[str, str]]
"""Name and address of what events are about, by the id of their parent, or of a version by those of its container and its own."""


@dataclass(frozen=True)
class Line:
    """An event with what its sentence names; `subject` is the collection, artifact or version, as (name, address), if known.

    `names` are those of the people and teams that events speak of, by kind and id; `guarded` the protected aliases; `undo` is how
    many minutes are left in which the reader may undo it.
    """

    event: Event
    subject: tuple[str, str] | None
    names: Mapping[tuple[str, int], str] = field(default_factory=dict)
    guarded: Guarded = frozenset()
    undo: int = 0

    @property
    def kind(self) -> str:
        """The type, as a word that templates can compare."""
        return self.event.type.replace(":", "_")

    def _value(self, name: str) -> Any:
        return (self.event.after or {}).get(name) or (self.event.before or {}).get(name)

    @property
    def reason(self) -> str:
        """Why the server did it by itself, or nothing."""
        return str(REASONS.get((self.event.after or {}).get("reason", ""), ""))

    @property
    def who(self) -> str:
        """Who did it: a person, the server, or somebody whose account is gone."""
        if self.event.actor:
            return self.event.actor.display_name
        return _("The server") if self.reason else _("Somebody")

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
    def is_guarded(self) -> bool:
        """Whether the registry protects this alias today."""
        return (self.event.container_id, self.alias) in self.guarded

    @property
    def lost(self) -> list[tuple[str, bool]]:
        """The aliases that went with an unlinked version, or came back with it, each with whether it is protected today."""
        names = [str(name) for name in self._value("aliases") or []]
        return [(name, (self.event.container_id, name) in self.guarded) for name in names]

    @property
    def tags(self) -> list[str]:
        """The tags that came or went."""
        one, many = self._value("tag"), self._value("tags")
        return [str(one)] if one else [str(tag) for tag in many] if isinstance(many, list) else []

    @property
    def role(self) -> str:
        """The role that somebody was given or lost."""
        role = Role.parse(str(self._value("role") or ""))
        return label(role) if role else ""

    @property
    def previous_role(self) -> str:
        """The role that somebody had before."""
        role = Role.parse(str((self.event.before or {}).get("role") or ""))
        return label(role) if role else ""

    @property
    def principal(self) -> str:
        """Who was given a role or lost it, or nothing where that account is gone."""
        return self.names.get((self.event.object_type, self.event.object_id), "")

    @property
    def owner(self) -> str:
        """Who answers for the registry from then on."""
        value = (self.event.after or {}).get("owner")
        return self.names.get(("user", value), "") if isinstance(value, int) else str(value or "")

    @property
    def fields(self) -> list[str]:
        """What was edited, by name: PostgreSQL keeps no order of keys."""
        return sorted(name for name in self.event.after or {} if name != UNDOES)

    @property
    def edited(self) -> str:
        """What was edited, in words."""
        return ", ".join(str(FIELDS.get(name, name)) for name in self.fields)

    @property
    def changes(self) -> dict[str, tuple[str | None, str]]:
        """Before (None where only additions are kept) and after of each short field; long texts have a page of their own."""
        before, after = self.event.before or {}, self.event.after or {}
        short = [name for name in self.fields if name not in {*LONG, "owner", "metric_directions"}]
        return {
            str(FIELDS.get(name, name)): (_shown(before[name]) if name in before else None, _shown(after.get(name)))
            for name in short
        }

    @property
    def has_text(self) -> bool:
        """Whether there is a text whose change can be shown."""
        return self.event.type.endswith(":edited") and any(name in LONG for name in self.fields)

    @property
    def is_undo(self) -> bool:
        """Whether it takes back another event."""
        return UNDOES in (self.event.after or {})

    @property
    def is_about_metrics(self) -> bool:
        """Whether a collection's metrics were edited, and not its card."""
        return bool({"metric_directions", "headline_metric"} & set(self.event.after or {}))

    @property
    def name(self) -> str:
        """The name of what was made or deleted."""
        return str(self._value("name") or self._value("collection") or self._value("artifact") or "")

    @property
    def where(self) -> str:
        """The registry or project as pages call it."""
        container = self.event.container
        if container is None:
            return ""
        return container.registry.title if container.kind == "registry" else container.name

    @property
    def door(self) -> str:
        """How the request came in."""
        return str(Event.Door(self.event.door).label) if self.event.door in Event.Door else ""


REASONS = {
    "ttl": gettext_lazy("its time to live was over"),
    "retention": gettext_lazy("newer versions replaced it"),
}
LONG = ("description", "metadata")
FIELDS = {
    "name": gettext_lazy("name"),
    "description": gettext_lazy("description"),
    "metadata": gettext_lazy("metadata"),
    "ttl_seconds": gettext_lazy("time to live in seconds"),
    "keep_last": gettext_lazy("number of versions to keep"),
    "type": gettext_lazy("type"),
    "visibility": gettext_lazy("visibility"),
    "types": gettext_lazy("accepted types"),
    "accepts_all_types": gettext_lazy("accepts all types"),
    "owner": gettext_lazy("owner"),
    "icon": gettext_lazy("icon"),
    "metric_directions": gettext_lazy("directions of metrics"),
    "headline_metric": gettext_lazy("headline metric"),
}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "–" if value in (None, "") else str(value)


def principals(events: Iterable[Event]) -> dict[tuple[str, int], str]:
    """The names of the people and teams that `events` speak of: at most two queries, none where there is nobody."""
    wanted: dict[str, set[int]] = {kind: set() for kind in PEOPLE}
    for event in events:
        if event.object_type in wanted:
            wanted[event.object_type].add(event.object_id)
        for side in (event.before, event.after):
            owner = (side or {}).get("owner")
            if event.type == EventType.REGISTRY_EDITED and isinstance(owner, int):
                wanted["user"].add(owner)
    return names_of({(kind, pk) for kind, pks in wanted.items() for pk in pks})


def names_of(principals: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The names of people and teams, each "user" or "team" with its id: a query a kind, none where there is nobody."""
    wanted = list(principals)
    user_ids, team_ids = ([pk for kind, pk in wanted if kind == which] for which in PEOPLE)
    people = User.objects.filter(pk__in=user_ids) if user_ids else []
    teams = Team.objects.filter(pk__in=team_ids).select_related("namespace") if team_ids else []
    return {("user", user.pk): user.display_name for user in people} | {("team", team.pk): str(team) for team in teams}


def lines(
    events: Iterable[Event],
    subjects: Subjects | None = None,
    undoable: Mapping[int, int] | None = None,
    guarded: Guarded = frozenset(),
) -> list[Line]:
    """One line an event; `undoable` are the minutes left by the event's id."""
    found = list(events)
    names = principals(found)
    return [
        Line(event, _subject(event, subjects), names, guarded, (undoable or {}).get(event.pk, 0)) for event in found
    ]


def _subject(event: Event, subjects: Subjects | None) -> tuple[str, str] | None:
    if event.object_type == "version":
        return (subjects or {}).get((event.container_id, event.object_id))
    return (subjects or {}).get(event.parent_id) if event.object_type in {"link", "collection"} else None


def visible_events(user: User) -> QuerySet[Event]:
    """Events in containers that `user` sees, with their actors; newest first."""
    containers = Container.objects.visible_to(user).values("pk")
    return Event.objects.filter(container__in=containers).select_related("actor", "container__registry").order_by("-pk")


def version_events(user: User, version_id: int, link_id: int | None = None) -> list[QuerySet[Event]]:
    """What happened to a version, and to one link of it, as far as `user` may see where."""
    seen = Event.objects.filter(Q(container__in=Container.objects.visible_to(user).values("pk")))
    of_version = seen.filter(object_type="version", object_id=version_id)
    return [of_version, seen.filter(object_type="link", object_id=link_id)] if link_id else [of_version]


def artifact_events(artifact: Artifact) -> list[QuerySet[Event]]:
    """What happened to a series and to its versions in their project."""
    here = Event.objects.filter(container=artifact.project_id)
    return [
        here.filter(object_type="artifact", object_id=artifact.pk),
        here.filter(object_type="version", parent_id=artifact.pk),
    ]
