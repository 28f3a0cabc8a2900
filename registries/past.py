"""Collections, aliases and registries as they were: reads of the events by their indexes, put together by asof.py.

Whoever asks sees the place now; what happened in it is told by the roles of now, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from artifacts.models import Version
from events.models import Event
from events.types import EventType as Type
from registries import asof
from registries.asof import Holding, Step
from registries.models import Collection, Link, LinkAlias, ProtectedAlias, Registry

MOST = 1000
MEMBERSHIP = (Type.VERSION_LINKED, Type.VERSION_UNLINKED, Type.VERSION_RELINKED)


class Reach(StrEnum):
    """Whether what was recorded reaches back to a moment: it does, nothing was there yet, or it began without a record."""

    KNOWN = "known"
    BEFORE = "before"
    UNRECORDED = "unrecorded"


def reach(first: Event | None, created: Type, at: datetime) -> tuple[Reach, datetime | None]:
    """How far back a thing is known whose first event that is, and when that happened."""
    if first is None:
        return Reach.UNRECORDED, None
    if first.created_at <= at:
        return Reach.KNOWN, first.created_at
    return (Reach.BEFORE if first.type == created else Reach.UNRECORDED), first.created_at


def collection_reach(collection: Collection, at: datetime) -> tuple[Reach, datetime | None]:
    """How far back a collection is known."""
    own = Event.objects.filter(object_type="collection", parent_id=collection.pk)
    return reach(own.order_by("pk").first(), Type.COLLECTION_CREATED, at)


def links_at(collection: Collection, at: datetime) -> QuerySet[Link]:
    """The links that were in the collection, each with `is_here`: whether it still is."""
    here = Link.objects.alive().filter(pk=OuterRef("pk"))
    last = Event.objects.filter(
        object_type="link", object_id=OuterRef("pk"), type__in=MEMBERSHIP, created_at__lte=at
    ).order_by("-pk")
    links = Link.objects.filter(collection=collection, created_at__lte=at)
    return links.annotate(then=Subquery(last.values("type")[:1]), is_here=Exists(here)).filter(
        then__in=[Type.VERSION_LINKED, Type.VERSION_RELINKED]
    )


def aliases_at(collections: Iterable[int], at: datetime) -> QuerySet[Any]:
    """For each alias that was held in those collections, the event that gave it to its link; with `link_now`, who holds it now,
    and whether it `is_protected`.
    """
    changes = Event.objects.filter(
        object_type="link", parent_id__in=collections, label__isnull=False, created_at__lte=at
    )
    last = changes.order_by().values("parent_id", "label").annotate(last=Max("pk")).values("last")
    gone = Event.objects.filter(
        object_type="link",
        object_id=OuterRef("object_id"),
        type=Type.VERSION_UNLINKED,
        pk__gt=OuterRef("pk"),
        created_at__lte=at,
    )
    now = LinkAlias.objects.filter(collection=OuterRef("parent_id"), name=OuterRef("label"))
    guard = ProtectedAlias.objects.filter(registry=OuterRef("container_id"), name=OuterRef("label"))
    held = Event.objects.filter(pk__in=last).exclude(type=Type.ALIAS_REMOVED).filter(~Exists(gone)).order_by("label")
    return held.annotate(link_now=Subquery(now.values("link")[:1]), is_protected=Exists(guard))


def card_at(collection: Collection, at: datetime) -> dict[str, Any]:
    """Name, description and tags then: two queries."""
    edits, tags = _later("collection", collection.pk, at, Type.COLLECTION_EDITED, Type.TAG_ADDED, Type.TAG_REMOVED)
    now = {"name": collection.name, "description": collection.description}
    labels = asof.labels_before(collection.tags.values_list("name", flat=True), tags)
    return asof.fields_before(now, edits) | {"tags": labels}


def _later(
    object_type: str, pk: int, at: datetime, edited: Type, came: Type, went: Type
) -> tuple[list[Any], list[tuple[str, bool]]]:
    """What was edited later, as the values before, and which labels came or went later: one query."""
    events = Event.objects.filter(
        object_type=object_type, object_id=pk, type__in=[edited, came, went], created_at__gt=at
    ).order_by("pk")
    rows = list(events.values_list("type", "label", "before")[:MOST])
    return (
        [before for kind, _label, before in rows if kind == edited],
        [(str(label), kind == came) for kind, label, _before in rows if kind != edited],
    )


def version_tags_at(versions: Iterable[Version], at: datetime) -> dict[int, list[str]]:
    """The tags then of versions that have theirs of now at hand, by id: one query."""
    rows = list(versions)
    later = _tag_changes("version", [row.pk for row in rows], at)
    return {row.pk: asof.labels_before([tag.name for tag in row.tags.all()], later.get(row.pk, [])) for row in rows}


def _tag_changes(object_type: str, pks: list[int], at: datetime) -> dict[int, list[tuple[str, bool]]]:
    """The first change of each tag since, by the id of what it is on."""
    kinds = [Type.TAG_ADDED, Type.TAG_REMOVED]
    later = Event.objects.filter(object_type=object_type, object_id__in=pks, type__in=kinds, created_at__gt=at)
    first = later.order_by().values("object_id", "label").annotate(first=Min("pk")).values("first")
    found: dict[int, list[tuple[str, bool]]] = {}
    for pk, label, kind in Event.objects.filter(pk__in=first).values_list("object_id", "label", "type")[: MOST * 10]:
        found.setdefault(pk, []).append((str(label), kind == Type.TAG_ADDED))
    return found


@dataclass(frozen=True)
class PastAlias:
    """An alias as it was; `has_moved` since, so that it could be brought back."""

    name: str
    is_protected: bool
    has_moved: bool


@dataclass(frozen=True)
class PastLink:
    """A link with its aliases and tags as they were."""

    link: Any
    aliases: list[PastAlias]
    tags: list[str]


def past_links(collection: Collection, links: Sequence[Any], at: datetime) -> list[PastLink]:
    """Those links, whose versions have their tags at hand, with aliases and tags of then: two queries."""
    here = {link.pk: link.is_here for link in links}
    held: dict[int, list[PastAlias]] = {}
    given = aliases_at([collection.pk], at).filter(object_id__in=here)
    for place, name, now, guarded in given.values_list("object_id", "label", "link_now", "is_protected")[:MOST]:
        held.setdefault(place, []).append(PastAlias(str(name), guarded, here[place] and now != place))
    tags = version_tags_at([link.version for link in links], at)
    return [PastLink(link, held.get(link.pk, []), tags[link.version_id]) for link in links]


def alias_events(collection: Collection, name: str) -> QuerySet[Event]:
    """The changes of an alias of the collection, with who made them."""
    return Event.objects.filter(object_type="link", parent_id=collection.pk, label=name).select_related("actor")


def alias_holdings(events: Sequence[Event], until: datetime | None) -> list[Holding]:
    """The spans that begin with `events`, changes of one alias, newest first, as they were known at `until` (None: now)."""
    if not events:
        return []
    newest, oldest = events[0], events[-1]
    known = Q(created_at__lte=until) if until else Q()
    same = {"object_type": "link", "parent_id": newest.parent_id}
    later = Event.objects.filter(known, **same, label=newest.label, pk__gt=newest.pk)
    newer = later.select_related("actor").order_by("pk").first()
    places = {event.object_id for event in events}
    unlinked = Event.objects.filter(
        known, object_type="link", object_id__in=places, type=Type.VERSION_UNLINKED, pk__gt=oldest.pk
    )
    steps = [_step(event) for event in events]
    ends = [_step(event) for event in unlinked.order_by("pk").select_related("actor")[:MOST]]
    return asof.holdings(steps, ends, _step(newer) if newer else None)


def span_links(spans: Iterable[Holding]) -> dict[int, Any]:
    """The links of those spans by id, each with `is_here`."""
    here = Link.objects.alive().filter(pk=OuterRef("pk"))
    return Link.objects.annotate(is_here=Exists(here)).in_bulk({span.place for span in spans})


def holder(spans: Sequence[Holding], now: LinkAlias | None, at: datetime | None) -> dict[str, Any]:
    """Who holds an alias after the newest of its `spans`: the `span`, its `version`, and whether that is `recorded`.

    Without `at` the present has the last word, which may be older than what was recorded.
    """
    span = spans[0] if spans and spans[0].until is None else None
    if at is None and now is not None and (span is None or span.place != now.link_id):
        return {"span": None, "version": now.link.label, "recorded": False}
    return {"span": span, "version": span.label if span else None, "recorded": True}


def _step(event: Event) -> Step:
    return Step(event.pk, event.created_at, event.type, event.object_id, event.label or "", event.actor, event.after)


@dataclass(frozen=True)
class PastRegistry:
    """A registry as it was; `roles` are None where those that it began with were not recorded."""

    reach: tuple[Reach, datetime | None]
    fields: dict[str, Any]
    protected: list[str]
    roles: dict[asof.Principal, str] | None


LEAVING = {
    Type.GRANT_SET: asof.SET,
    Type.GRANT_REMOVED: asof.TAKEN,
    Type.ORGANIZATION_MEMBER_REMOVED: asof.TAKEN,
    Type.USER_DELETED: asof.TAKEN,
    Type.SERVICE_ACCOUNT_DELETED: asof.TAKEN,
    Type.TEAM_DELETED: asof.TAKEN,
    Type.MEMBER_DEACTIVATED: asof.PAUSED,
    Type.MEMBER_REACTIVATED: asof.RESUMED,
}


def registry_at(registry: Registry, at: datetime) -> PastRegistry:
    """Texts, visibility, owner, protected aliases and roles then: five queries."""
    edits, guards = _later(
        "registry", registry.pk, at, Type.REGISTRY_EDITED, Type.ALIAS_PROTECTED, Type.ALIAS_UNPROTECTED
    )
    now = {
        "name": registry.name,
        "description": registry.description,
        "visibility": registry.visibility,
        "accepts_all_types": registry.accepts_all_types,
        "owner": registry.owner_id,
    }
    protected = asof.labels_before(registry.protected_aliases.values_list("name", flat=True), guards)
    first = Event.objects.filter(object_type="registry", object_id=registry.pk).order_by("pk").first()
    return PastRegistry(
        reach(first, Type.REGISTRY_CREATED, at),
        asof.fields_before(now, edits),
        protected,
        _roles_at(registry, first, at),
    )


def _roles_at(registry: Registry, first: Event | None, at: datetime) -> dict[asof.Principal, str] | None:
    made = (first.after or {}) if first and first.type == Type.REGISTRY_CREATED else None
    if made is None or ("admin" not in made and not registry.is_core):
        return None
    founder = made.get("admin")
    steps: list[tuple[asof.Principal, str, str]] = [(("user", founder), asof.SET, "admin")] if founder else []
    kinds = [Type.GRANT_SET, Type.GRANT_REMOVED]
    grants = _changes(Event.objects.filter(container=registry.pk, type__in=kinds, created_at__lte=at))
    people = {pk for _at, kind, pk, _type, _after in grants if kind == "user"} | ({founder} if founder else set())
    teams = {pk for _at, kind, pk, _type, _after in grants if kind == "team"}
    of_them = Q(object_type="user", object_id__in=people) | Q(object_type="team", object_id__in=teams)
    here = Q(organization=registry.organization_id) | Q(organization=None)
    left = Event.objects.filter(of_them, here, type__in=LEAVING, created_at__lte=at).exclude(type__in=kinds)
    for _at, kind, pk, what, after in sorted([*grants, *_changes(left)], key=lambda change: change[0]):
        steps.append(((kind, pk), LEAVING[Type(what)], str((after or {}).get("role", ""))))
    return asof.roles_after(steps)


def _changes(events: QuerySet[Event]) -> list[tuple[int, str, int, str, dict[str, Any] | None]]:
    # Plus nothing: or SQLite goes through all events of a registry in their order, to see which are changes of roles.
    rows = events.order_by(F("pk") + 0).values_list("pk", "object_type", "object_id", "type", "after")
    return list(rows[: MOST * 10])


def collections_at(registry: Registry, at: datetime) -> QuerySet[Collection]:
    """The collections that were in the registry with their `name_then`, those that were deleted since among them."""
    alive = Q(deleted_at=None) | Q(deleted_at__gt=at)
    renamed = Event.objects.filter(
        object_type="collection",
        object_id=OuterRef("pk"),
        type=Type.COLLECTION_EDITED,
        created_at__gt=at,
        before__has_key="name",
    )
    before = renamed.order_by("pk").annotate(name=KeyTextTransform("name", "before")).values("name")[:1]
    name = Coalesce(Subquery(before), F("name"), output_field=TextField())
    rows = Collection.objects.filter(alive, registry=registry, created_at__lte=at)
    return rows.annotate(name_then=name)


@dataclass(frozen=True)
class PastCollection:
    """A collection as it was: its aliases, each with the version that held it."""

    collection: Any
    aliases: list[tuple[str, str]]


def past_collections(collections: Sequence[Any], at: datetime) -> list[PastCollection]:
    """Those collections with their aliases of then: one query."""
    held: dict[int, list[tuple[str, str]]] = {}
    given = aliases_at([row.pk for row in collections], at)
    for parent, name, after in given.values_list("parent_id", "label", "after")[:MOST]:
        held.setdefault(parent or 0, []).append((str(name), str((after or {}).get("version", ""))))
    return [PastCollection(row, held.get(row.pk, [])) for row in collections]
