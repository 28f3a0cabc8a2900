"""Before it hurts: who used what is about to go or to move, what frees how many bytes, who gains or loses access.

Whatever is counted is reached through what the asker sees, so that hidden things are never told apart from none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Window
from django.utils import timezone

from access.models import Container, User
from access.reach import people_of
from artifacts.models import Manifest, ManifestEntry, RunInput, Version
from registries.models import Collection, Link, Registry
from storage.models import Blob, Part, Upload

PEOPLE = 8
MOST_USERS = 5_000
MOST_BLOBS = 50_000
VERSIONS = 200
USES = 1000


@dataclass(frozen=True)
class Uses:
    """How many runs used something, in the last 30 and 90 days and ever, and whose those of 90 days were, the busiest first."""

    month: int
    quarter: int
    ever: int
    people: list[tuple[str, int]]
    more: bool


def uses(edges: QuerySet[RunInput]) -> Uses:
    """Who used what `edges` are of: one query, since a run is one person's."""
    now = timezone.now()
    recent = {days: Q(created_at__gte=now - timedelta(days=days)) for days in (30, 90)}
    by = edges.filter(run__deleted_at=None).order_by().values_list("run__user__full_name", "run__user__username")
    rows = by.annotate(
        month=Count("run", distinct=True, filter=recent[30]),
        quarter=Count("run", distinct=True, filter=recent[90]),
        ever=Count("run", distinct=True),
    ).order_by("-quarter", "run__user__username")[:MOST_USERS]
    found = list(rows)
    people = [(full or short or "", quarter) for full, short, _month, quarter, _ever in found if quarter]
    month, quarter, ever = (sum(row[column] for row in found) for column in (2, 3, 4))
    named = [(name, runs) for name, runs in people if name][:PEOPLE]
    return Uses(month, quarter, ever, named, len(people) > len(named))


def uses_through(registry: Registry, versions: Any = None) -> Uses:
    """Who used versions of a registry through it; of those that were linked there once, all unless told which."""
    edges = RunInput.objects.filter(container=registry.pk)
    return uses(edges if versions is None else edges.filter(version__in=versions))


def uses_of(user: User, versions: QuerySet[Version]) -> Uses:
    """Who used versions through any place that `user` sees."""
    seen = Container.objects.visible_to(user).values("pk")
    return uses(RunInput.objects.filter(version__in=versions, container__in=seen))


@dataclass(frozen=True)
class Consumers:
    """Runs of the last 30 days and their projects; more than that many where `is_cut`."""

    runs: int
    projects: int
    is_cut: bool


def consumers(collection: Collection) -> Consumers:
    """Which runs used the newest 200 of its versions lately, through its registry: of 1,000 uses at most, and one query."""
    newest = linked_versions(collection=collection).order_by("-index")[:VERSIONS]
    since = timezone.now() - timedelta(days=30)
    edges = RunInput.objects.filter(container=collection.registry_id, created_at__gte=since, run__deleted_at=None)
    some = edges.filter(version__in=newest).values("pk")[: USES + 1]
    found = RunInput.objects.filter(pk__in=some).aggregate(
        uses=Count("pk"), runs=Count("run", distinct=True), projects=Count("run__project", distinct=True)
    )
    return Consumers(found["runs"], found["projects"], found["uses"] > USES)


@dataclass(frozen=True)
class Freed:
    """Bytes that nothing else holds; at least so many where `is_cut`."""

    size: int
    is_cut: bool


def freed(user: User, versions: QuerySet[Version]) -> Freed:
    """What the files of `versions` hold alone, among all that `user` sees (bytes are stored once): two queries.

    What others hold in places that `user` does not see stays in the store and is counted as if it were not there: a smaller
    number would tell of it.
    """
    gone = versions.values("pk")
    entries = ManifestEntry.objects.filter(blob__isnull=False).order_by()
    blobs = entries.filter(version__in=gone).values("blob").distinct()
    others = Version.objects.visible_to(user).exclude(pk__in=gone).values("pk")
    manifests = Manifest.objects.filter(blob=OuterRef("pk"), version__in=others)
    seen = Container.objects.visible_to(user).values("pk")
    uploads = Upload.objects.filter(blob=OuterRef("pk"), container__in=seen)
    parts = Part.objects.filter(blob=OuterRef("pk"), upload__container__in=seen)
    entered = entries.filter(blob=OuterRef("pk"), version__in=others)
    held = Exists(entered) | Exists(manifests) | Exists(uploads) | Exists(parts)
    size = Blob.objects.filter(~held, pk__in=blobs[:MOST_BLOBS]).aggregate(size=Sum("size"))["size"]
    return Freed(size or 0, blobs[MOST_BLOBS : MOST_BLOBS + 1].exists())


@dataclass(frozen=True)
class Reached:
    """People and service accounts: how many, and the first of their names."""

    count: int
    names: list[str]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)


def reached(people: QuerySet[Any]) -> Reached:
    """Those people, for admins, who may know them: one query."""
    shown = list(people.annotate(total=Window(Count("pk"))).order_by("username")[:PEOPLE])
    return Reached(shown[0].total if shown else 0, [user.display_name for user in shown])


def affected(registry: Registry) -> Reached:
    """Who gains access when the registry is opened to its organization, or loses it when it is restricted (C4)."""
    within = people_of(registry, Container.Visibility.RESTRICTED).values("pk")
    return reached(people_of(registry, Container.Visibility.ORGANIZATION).exclude(pk__in=within))


def visitors(registry: Registry) -> Reached:
    """Who has access to the registry now."""
    return reached(people_of(registry))


def linked_versions(**links: Any) -> Any:
    """The versions of living links that match."""
    return Link.objects.alive().filter(**links).values("version")
