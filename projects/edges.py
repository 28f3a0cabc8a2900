"""Versions that a run used and produced, with the address by which the reader may open each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from access.models import Container, Namespace, User
from access.roles import MINIMUM, Action
from projects.models import Project, Run

MOST = 200


@dataclass(frozen=True)
class Edge:
    """`name` is the artifact's or, where only a registry shows it, the collection's; `index` is the number there.

    `link_url` is where the reader may link it into a registry (C26), if anywhere.
    """

    name: str
    type: str
    index: int
    url: str
    link_url: str = ""


def edges(run: Run, user: User) -> tuple[list[Edge], list[Edge]]:
    """(used, produced), newest first, in three queries at most; what the reader sees by no path is left out."""
    used = run.inputs.all()
    versions = run.outputs.model.objects.visible_to(user)
    rows: list[Any] = list(
        versions.annotate(was_used=Exists(used.filter(version=OuterRef("pk"))))
        .filter(pk__in=run.outputs.order_by().values("pk").union(used.order_by().values("version")))
        .select_related("artifact__project__namespace")
        .defer("metadata", "description")
        .order_by("-pk")[:MOST]
    )
    found = addresses(rows, user, *_homes(rows, user))
    shown = [(row, found[row.pk]) for row in rows if row.pk in found]
    return [edge for row, edge in shown if row.was_used], [edge for row, edge in shown if row.produced_by_id == run.pk]


def _homes(rows: list[Any], user: User) -> tuple[set[int], set[int]]:
    """The projects of versions that the reader sees, and those from which the reader may link (C26)."""
    projects = {row.artifact.project_id for row in rows}
    homes = Project.objects.visible_to(user).with_role(user).filter(pk__in=projects)
    kinds = list(homes.values_list("pk", "namespace__kind", "role_level"))
    least = MINIMUM[Action.DOWNLOAD_VERSION]
    if not settings.REGISTRY_UI:
        return {pk for pk, _, _ in kinds}, set()
    return {pk for pk, _, _ in kinds}, {
        pk for pk, kind, level in kinds if kind == Namespace.Kind.TEAM and level >= least
    }


def addresses(rows: list[Any], user: User, visible: Collection[int], linkable: Collection[int] = ()) -> dict[int, Edge]:
    """An edge for each version that the reader sees, by its id: in its project where that is `visible`, else in a registry.

    Versions have artifact, project and namespace at hand. One query, none where all projects are visible, or where this
    server shows no registries.
    """
    found: dict[int, Edge] = {}
    elsewhere = []
    for row in rows:
        artifact = row.artifact
        if artifact.project_id not in visible:
            elsewhere.append(row)
            continue
        home = artifact.project
        address = [home.namespace.name, home.name, artifact.type, artifact.name, f"v{row.index}"]
        link_url = reverse("artifacts:link_to_registry", args=address) if artifact.project_id in linkable else ""
        url = reverse("artifacts:version", args=address)
        found[row.pk] = Edge(artifact.name, artifact.type, row.index, url, link_url)
    if elsewhere and settings.REGISTRY_UI:
        for link in _links(elsewhere, user):
            collection = link.collection
            shelf = collection.registry
            address = [shelf.organization.name, shelf.name, collection.name, f"v{link.index}"]
            url = reverse("registries:version", args=address)
            found.setdefault(link.version_id, Edge(collection.name, collection.type, link.index, url))
    return found


def _links(versions: list[Any], user: User) -> Any:
    registries = Container.objects.visible_to(user).filter(kind=Container.Kind.REGISTRY)
    links = versions[0].links.model.objects.filter(version__in=versions, deleted_at=None)
    return links.filter(collection__registry__in=registries.values("pk"), collection__deleted_at=None).select_related(
        "collection__registry__organization"
    )
