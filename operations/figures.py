"""How much is logged, how much of it is stored, and so what keeping equal bytes once saves (F137)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from artifacts.models import Artifact, ManifestEntry, Version
from common.batches import keys_of
from common.errors import NotFoundError
from common.names import fold
from projects.models import Project
from storage.models import Blob

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
    return _figure("all", Version.objects.committed().filter(artifact__project__deleted_at=None).values("pk"))


def by_project() -> Iterator[Figure]:
    """Each project by itself; what two of them share is stored in both figures, but once in that of the whole."""
    for keys in keys_of(Project.objects.filter(deleted_at=None), BATCH):
        for project in Project.objects.filter(pk__in=keys).select_related("namespace").order_by("pk"):
            versions = Version.objects.committed().filter(artifact__project=project)
            yield _figure(f"{project.namespace.name}/{project.name}", versions.values("pk"))


def by_artifact(address: str) -> Iterator[Figure]:
    """Each artifact of the project `entity/name`. Raises NotFoundError."""
    entity, _, name = address.partition("/")
    found = Project.objects.filter(namespace__name_key=fold(entity), name_key=fold(name), deleted_at=None).first()
    if found is None:
        raise NotFoundError(f"There is no project '{address}'; write entity/project.")
    for keys in keys_of(Artifact.objects.filter(project=found, deleted_at=None), BATCH):
        for artifact in Artifact.objects.filter(pk__in=keys).order_by("pk"):
            versions = Version.objects.committed().filter(artifact=artifact)
            yield _figure(f"{artifact.name} ({artifact.type})", versions.values("pk"))


def _figure(name: str, versions: QuerySet[Any, Any]) -> Figure:
    entries = ManifestEntry.objects.filter(blob__isnull=False, version__in=versions)
    logged = entries.aggregate(size=Sum("size"))["size"] or 0
    stored = Blob.objects.filter(Exists(entries.filter(blob=OuterRef("pk")))).aggregate(size=Sum("size"))["size"] or 0
    return Figure(name, logged, stored)
