"""What happened in the registries of an organization: beside the cards, and on a page of its own (F92)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from access.models import Organization, User
from artifacts.feed import visible_events
from artifacts.services.aliases import LATEST
from common.names import fold
from events.models import Event
from registries.models import Registry

SHELVES = 500


def registry_events(user: User, organization: Organization, registry: str = "") -> QuerySet[Event]:
    """What happened in the registries of an organization that `user` sees, or in the one of that name; newest first."""
    events = visible_events(user).filter(organization=organization, container__kind="registry")
    return events.filter(container__name_key=fold(registry)) if registry else events


def worth_telling(events: QuerySet[Event]) -> QuerySet[Event]:
    """Without uses and edits of single versions, and without the `latest` that moves by itself with every link (F55)."""
    other = Q(label__isnull=True) | ~Q(label=LATEST) | ~Q(object_type="link")
    return events.exclude(object_type="version").filter(other)


def shelves_of(user: User, organization: Organization) -> list[Registry]:
    """The registries by which activity can be narrowed."""
    found = Registry.objects.visible_to(user).filter(organization=organization).order_by("-is_core", "name_key")
    return list(found.only("name", "is_core")[:SHELVES])
