"""Reads of the landing page: the shelves as cards, what happened lately, and the search over all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from access.models import (
    Container,
    ContainerGroupGrant,
    ContainerUserGrant,
    Organization,
    OrganizationMembership,
    TeamMembership,
    User,
)
from artifacts.feed import Line, visible_events
from artifacts.models import Version
from artifacts.places import count_of
from artifacts.services.versions import LATEST
from common.names import fold
from common.pagination import Page, paginate
from events.models import Event
from registries.models import Collection, Link, LinkAlias, Registry
from registries.queries import collection_url, registry_url

CARDS = 48
BY_NAME = ("-is_core", "name_key", "pk")
ACTIVITY = 12
HITS = 20


@dataclass(frozen=True)
class Card:
    """A registry with what its card says."""

    registry: Any
    url: str
    types: list[str]
    last: Line | None


def overview(user: User, organization: Organization, cursor: str = "") -> dict[str, Any]:
    """What the landing page shows when nobody searches: a page of cards, and the sums over all of them."""
    registries = _counted(user, organization)
    page: Page[Any] = paginate(registries, order=BY_NAME, cursor=cursor, size=CARDS)
    found = cards(page.items)
    return {
        "page": page,
        "core": sorted((card for card in found if card.registry.is_core), key=lambda card: card.registry.pk),
        "custom": [card for card in found if not card.registry.is_core],
        "totals": registries.aggregate(
            registries=Count("pk"), collections=Sum("collection_count"), versions=Sum("version_count")
        ),
        "lines": activity(user, organization),
    }


def _counted(user: User, organization: Organization) -> QuerySet[Registry]:
    """The registries that `user` sees, with the numbers of their cards."""
    collections = Collection.objects.filter(registry=OuterRef("pk"), deleted_at=None)
    links = Link.objects.alive().filter(collection__registry=OuterRef("pk"), collection__deleted_at=None)
    events = _worth_telling(Event.objects.filter(container=OuterRef("pk"))).order_by("-pk")
    counted: QuerySet[Registry] = (
        Registry.objects.visible_to(user)
        .filter(organization=organization)
        .select_related("organization")
        .prefetch_related("accepted_types")
        .annotate(
            collection_count=count_of(collections, "registry"),
            version_count=count_of(links, "collection__registry"),
            member_count=_member_count(),
            last_event=Subquery(events.values("pk")[:1]),
        )
    )
    return counted


def cards(registries: list[Any]) -> list[Card]:
    """The cards of counted registries: two queries."""
    last = {line.event.container_id: line for line in _with_subjects(_events_of(registries))}
    return [
        Card(row, registry_url(row), [kind.name for kind in row.accepted_types.all()], last.get(row.pk))
        for row in registries
    ]


def _events_of(registries: Iterable[Any]) -> QuerySet[Event]:
    return Event.objects.filter(pk__in=[row.last_event for row in registries if row.last_event]).select_related("actor")


def _member_count() -> Coalesce:
    """People with any role on a registry: its organization, or the ones who were added, and organization admins."""
    own = ContainerUserGrant.objects.filter(user=OuterRef("user"), content_object=OuterRef(OuterRef("pk")))
    teams = TeamMembership.objects.filter(user=OuterRef(OuterRef("user"))).values("team__group")
    by_team = ContainerGroupGrant.objects.filter(content_object=OuterRef(OuterRef("pk")), group__in=teams)
    open_to_all = Container.objects.filter(pk=OuterRef(OuterRef("pk")), visibility=Container.Visibility.ORGANIZATION)
    people = OrganizationMembership.objects.filter(organization=OuterRef("organization"))
    reached = people.filter(Exists(open_to_all) | Q(role="admin") | Exists(own) | Exists(by_team))
    return count_of(reached, "organization")


def activity(user: User, organization: Organization) -> list[Line]:
    """The newest events in the registries that `user` sees: two queries."""
    events = visible_events(user).filter(organization=organization, container__kind="registry")
    return _with_subjects(_worth_telling(events)[:ACTIVITY])


def _worth_telling(events: QuerySet[Event]) -> QuerySet[Event]:
    """Without uses and edits of single versions, and without the `latest` that moves by itself with every link (F55)."""
    other = ~Q(after__alias=LATEST) | Q(after__alias__isnull=True) | Q(after__isnull=True)
    return events.filter(other).exclude(object_type="version")


def _with_subjects(events: Iterable[Event]) -> list[Line]:
    found = list(events)
    parents = {event.parent_id for event in found if event.parent_id and event.object_type in {"link", "collection"}}
    collections = Collection.objects.filter(pk__in=parents).select_related("registry__organization")
    subjects = {row.pk: (row.name, "" if row.deleted_at else collection_url(row)) for row in collections}
    return [
        Line(event, subjects.get(event.parent_id or 0) if event.object_type in {"link", "collection"} else None)
        for event in found
    ]


@dataclass(frozen=True)
class Hits:
    """What a search found, each list bounded."""

    registries: list[tuple[Registry, str]]
    collections: list[tuple[Collection, str]]
    links: list[Link]

    def __bool__(self) -> bool:
        return bool(self.registries or self.collections or self.links)


def search(user: User, organization: Organization, words: str) -> Hits:
    """Registries and collections by name or tag, versions by tag or alias: exact, then prefix, then part (C22)."""
    key = fold(words)
    registries = Registry.objects.visible_to(user).filter(organization=organization).select_related("organization")
    named = registries.filter(name_key__contains=key).annotate(rank=_rank("name_key", key)).order_by("rank", "name_key")
    collections = Collection.objects.visible_to(user).filter(registry__organization=organization)
    tagged = Collection.tags.through.objects.filter(collection=OuterRef("pk"), tag__name__icontains=words)
    found = (
        collections.filter(Q(name_key__contains=key) | Exists(tagged))
        .annotate(rank=_rank("name_key", key))
        .select_related("registry__organization")
        .prefetch_related("tags")
        .order_by("rank", "name_key", "pk")
    )
    return Hits(
        [(row, registry_url(row)) for row in named[:HITS]],
        [(row, collection_url(row)) for row in found[:HITS]],
        list(_labelled(user, organization, words)[:HITS]),
    )


def _labelled(user: User, organization: Organization, words: str) -> QuerySet[Link]:
    aliases = LinkAlias.objects.filter(link=OuterRef("pk"), name__icontains=words)
    tags = Version.tags.through.objects
    tagged = tags.filter(version=OuterRef("version"), tag__name__icontains=words)
    links = Link.objects.visible_to(user).filter(collection__registry__organization=organization)
    return (
        links.filter(Exists(aliases) | Exists(tagged))
        .select_related("collection__registry__organization", "version")
        .prefetch_related(Prefetch("aliases", LinkAlias.objects.with_protection()), "version__tags")
        .order_by("-pk")
    )


def _rank(field: str, key: str) -> Case:
    return Case(
        When(**{field: key}, then=Value(0)),
        When(**{f"{field}__startswith": key}, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
