"""How much is logged, how much of it is stored, and so what keeping equal bytes once saves (F137)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from access.models import Container, Organization
from artifacts.models import Artifact, ManifestEntry, Version
from common.batches import keys_of
from common.errors import NotFoundError
from common.names import fold
from operations.models import StorageFigure
from projects.models import Project
from registries.models import Link

BATCH = 200


@dataclass(frozen=True)
class Figure:
    """Bytes of the files of versions that are there: `logged` as each version counts them, `stored` each content once."""

    name: str
    logged: int
    stored: int

    @property
    def saved(self) -> int:
        """What is not stored again."""
        return self.logged - self.stored


def whole() -> Figure:
    """All versions of the server."""
    return Figure("all", *_sizes(_logged_to(Project.objects.alive())))


def by_project() -> Iterator[Figure]:
    """Each project by itself; what two of them share is stored in both figures, but once in that of the whole."""
    for keys in keys_of(Project.objects.alive(), BATCH):
        for project in Project.objects.filter(pk__in=keys).select_related("namespace").order_by("pk"):
            yield Figure(f"{project.namespace.name}/{project.name}", *_sizes(_logged_to([project.pk])))


def by_artifact(address: str) -> Iterator[Figure]:
    """Each artifact of the project `entity/name`. Raises NotFoundError."""
    entity, _, name = address.partition("/")
    found = Project.objects.alive().filter(namespace__name_key=fold(entity), name_key=fold(name)).first()
    if found is None:
        raise NotFoundError(f"There is no project '{address}'; write entity/project.")
    for keys in keys_of(Artifact.objects.filter(project=found, deleted_at=None), BATCH):
        for artifact in Artifact.objects.filter(pk__in=keys).order_by("pk"):
            versions = Version.objects.committed().filter(artifact=artifact)
            yield Figure(f"{artifact.name} ({artifact.type})", *_sizes(versions))


def count_anew(*, now: datetime) -> int:
    """Count what each registry, project and organization takes, for the pages that tell it; how many were counted.

    Each is read by itself and kept at once, so that nobody who writes waits, and a count that is killed is no loss.
    """
    counted = 0
    for keys in keys_of(Container.objects.alive(), BATCH):
        for pk, kind in Container.objects.filter(pk__in=keys).values_list("pk", "kind"):
            versions = _logged_to([pk]) if kind == Container.Kind.PROJECT else _linked_in([pk])
            _keep(versions, now, container_id=pk)
        counted += len(keys)
    for keys in keys_of(Organization.objects.filter(deleted_at=None), BATCH):
        for pk in keys:
            own = Container.objects.alive().filter(organization=pk).values("pk")
            either = Q(pk__in=_logged_to(own).values("pk")) | Q(pk__in=_linked_in(own).values("pk"))
            _keep(Version.objects.filter(either), now, organization_id=pk)
        counted += len(keys)
    return counted


def _keep(versions: QuerySet[Version], now: datetime, **of: Any) -> None:
    logged, stored = _sizes(versions)
    StorageFigure.objects.update_or_create(**of, defaults={"logged": logged, "stored": stored, "counted_at": now})


def _logged_to(projects: Any) -> QuerySet[Version]:
    return Version.objects.committed().filter(artifact__project__in=projects)


def _linked_in(registries: Any) -> QuerySet[Version]:
    links = Link.objects.alive().filter(collection__registry__in=registries, collection__deleted_at=None)
    return Version.objects.committed().filter(pk__in=links.values("version"))


def _sizes(versions: QuerySet[Version]) -> tuple[int, int]:
    """Bytes of the files of these versions, each time they occur and once: in one reading of their entries."""
    entries = ManifestEntry.objects.filter(blob__isnull=False, version__in=versions.values("pk"))
    contents = entries.values("blob", "size").annotate(times=Count("pk"))
    found = contents.aggregate(logged=Sum(F("size") * F("times")), stored=Sum("size"))
    return found["logged"] or 0, found["stored"] or 0
