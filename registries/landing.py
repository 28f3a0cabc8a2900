"""Reads of the landing page: the shelves as cards, and what happened lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from access.models import (
    Container,
    ContainerGroupGrant,
    ContainerUserGrant,
    Organization,
    OrganizationMembership,
    TeamMembership,
    User,
)
from artifacts.feed import Line, lines
from artifacts.places import count_of
from common.addresses import address
from common.errors import InvalidInputError
from common.pagination import Page, paginate
from events.models import Event
from registries.activity import registry_events, worth_telling
from registries.history import guarded_in, subjects_of
from registries.models import Collection, Registry, RegistryStar
from registries.queries import registry_url, starred, sum_of

CARDS = 24
ACTIVITY = 12
ORDERS = {
    "starred": ("-is_core", "star_rank", "name_key", "pk"),
    "name": ("-is_core", "name_key", "pk"),
    "activity": ("-is_core", "-last_event", "pk"),
    "versions": ("-is_core", "-version_count", "name_key", "pk"),
}


def sorts() -> dict[str, str]:
    """What the orders are called."""
    return {
        "starred": _("starred, then name"),
        "name": _("name"),
        "activity": _("last activity"),
        "versions": _("versions"),
    }


@dataclass(frozen=True)
class Card:
    """A registry with what its card says."""

    registry: Any
    url: str
    types: list[str]
    last: Line | None

    @property
    def star_url(self) -> str:
        """Where its star is given and taken."""
        return address("registries:registry_star", self.registry.organization.name, self.registry.name)

    @property
    def data(self) -> dict[str, Any]:
        """The card as data."""
        row, last = self.registry, self.last.event if self.last else None
        return {
            "name": row.name,
            "title": row.title,
            "core": row.is_core,
            "visibility": row.visibility,
            "types": self.types,
            "collections": row.collection_count,
            "versions": row.version_count,
            "members": row.member_count,
            "last_event": last.type if last else None,
            "last_event_at": last.created_at.isoformat() if last else None,
            "starred": row.is_starred,
        }


def overview(user: User, organization: Organization, *, sort: str = "", cursor: str = "") -> dict[str, Any]:
    """What the landing page shows when nobody searches: a page of cards, and the sums over all of them.

    Raises InvalidInputError for an order that is none.
    """
    if (sort := sort or "starred") not in ORDERS:
        raise InvalidInputError(
            _("Sort by one of %(choices)s; not by %(sort)r.") % {"choices": ", ".join(ORDERS), "sort": sort}
        )
    registries = _counted(user, organization)
    page: Page[Any] = paginate(registries, order=ORDERS[sort], cursor=cursor, size=CARDS)
    last, recent = _told(user, organization, page.items)
    found = [
        Card(row, registry_url(row), [kind.name for kind in row.accepted_types.all()], last.get(row.last_event))
        for row in page.items
    ]
    core = [card for card in found if card.registry.is_core]
    return {
        "page": page,
        "sort": sort,
        "cards": found,
        "core": sorted(core, key=lambda card: (card.registry.star_rank, card.registry.pk)),
        "custom": [card for card in found if not card.registry.is_core],
        "totals": _totals(user, organization),
        "lines": recent,
    }


def _counted(user: User, organization: Organization) -> QuerySet[Registry]:
    """The registries that `user` sees, with the numbers of their cards; those of links are kept, so that none is read."""
    collections = Collection.objects.filter(registry=OuterRef("pk"), deleted_at=None)
    events = worth_telling(Event.objects.filter(container=OuterRef("pk"))).order_by("-pk")
    is_starred = starred(RegistryStar, user)
    counted: QuerySet[Registry] = (
        Registry.objects.visible_to(user)
        .filter(organization=organization)
        .select_related("organization")
        .prefetch_related("accepted_types")
        .annotate(
            collection_count=count_of(collections, "registry"),
            version_count=sum_of(collections, "registry", Sum("link_count")),
            member_count=_member_count(),
            last_event=Coalesce(Subquery(events.values("pk")[:1]), 0),
            is_starred=is_starred,
            star_rank=Case(When(is_starred, then=Value(0)), default=Value(1)),
        )
    )
    return counted


def _totals(user: User, organization: Organization) -> dict[str, int]:
    """How many registries, collections and versions there are on all cards together: one query."""
    registries = Registry.objects.visible_to(user).filter(organization=organization)
    collections = Collection.objects.filter(registry=OuterRef("pk"), deleted_at=None)
    found = registries.annotate(
        collection_count=count_of(collections, "registry"),
        version_count=sum_of(collections, "registry", Sum("link_count")),
    ).aggregate(registries=Count("pk"), collections=Sum("collection_count"), versions=Sum("version_count"))
    return {name: number or 0 for name, number in found.items()}


def _told(user: User, organization: Organization, registries: list[Any]) -> tuple[dict[int, Line], list[Line]]:
    """The newest event of each of these registries by its id, and the newest of all that `user` sees: four queries at most."""
    recent = worth_telling(registry_events(user, organization)).values("pk")[:ACTIVITY]
    last = [row.last_event for row in registries]
    events = Event.objects.filter(Q(pk__in=last) | Q(pk__in=recent)).order_by("-pk")
    found = list(events.select_related("actor", "container__registry"))
    told = lines(found, subjects_of(found), guarded=guarded_in(found))
    return {line.event.pk: line for line in told}, told[:ACTIVITY]


def _member_count() -> Coalesce:
    """People with any role on a registry: its organization, or the ones who were added, and organization admins."""
    own = ContainerUserGrant.objects.filter(user=OuterRef("user"), content_object=OuterRef(OuterRef("pk")))
    teams = TeamMembership.objects.filter(user=OuterRef(OuterRef("user"))).values("team__group")
    by_team = ContainerGroupGrant.objects.filter(content_object=OuterRef(OuterRef("pk")), group__in=teams)
    open_to_all = Container.objects.filter(pk=OuterRef(OuterRef("pk")), visibility=Container.Visibility.ORGANIZATION)
    people = OrganizationMembership.objects.filter(organization=OuterRef("organization"), user__is_active=True)
    by_default = Exists(open_to_all) & ~Q(role=OrganizationMembership.Role.SERVICE)  # as people_of counts them
    reached = people.filter(by_default | Q(role="admin") | Exists(own) | Exists(by_team))
    return count_of(reached, "organization")
