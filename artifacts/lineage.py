"""Where a version comes from and what became of it: runs and versions, two levels each way, bounded (F86, C20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from access.models import User
from artifacts.models import RunInput, Version
from projects.models import Project, Run

MOST = 50


@dataclass(frozen=True)
class Node:
    """A run or a version; one that the reader may not see has neither name nor address."""

    kind: str
    name: str = ""
    note: str = ""
    version: str = ""
    url: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def is_visible(self) -> bool:
        """Whether the reader may know what it is."""
        return bool(self.name)


@dataclass(frozen=True)
class Lineage:
    """The producing run with its inputs (each with the run that made it), and the runs that used the version, with outputs."""

    producer: Node | None
    consumers: list[Node]
    is_cut: bool


def lineage_of(user: User, version: Version, project: Project | None) -> Lineage:
    """The surroundings of `version` as `user` may see them: three queries. `project` is the source's, None if invisible."""
    producer = version.produced_by
    inputs = list(_inputs(user).filter(run=producer).order_by("pk")[:MOST]) if producer else []
    uses = list(_uses(user).filter(version=version).order_by("pk")[:MOST])
    outputs: dict[int, list[Node]] = {}
    for made in _visible(user, Version.objects.committed()).filter(produced_by__in=[use.run_id for use in uses])[:MOST]:
        outputs.setdefault(made.produced_by_id or 0, []).append(_version_node(made))
    return Lineage(
        producer=_run_node(producer, project, [_input_node(item) for item in inputs]) if producer else None,
        consumers=[
            _run_node(use.run, use.run.project if use.is_visible else None, outputs.get(use.run_id, [])) for use in uses
        ],
        is_cut=len(inputs) == MOST or len(uses) == MOST,
    )


def consumers_of(user: User, version: Version) -> tuple[list[RunInput], int]:
    """The newest uses by runs that `user` sees, and how many of the newest uses are hidden: one query."""
    uses = list(_uses(user).filter(version=version).order_by("-pk")[:MOST])
    visible = [use for use in uses if use.is_visible]
    return visible, len(uses) - len(visible)


def _visible(user: User, versions: QuerySet[Version]) -> Any:
    """Versions, each with whether its project is visible; those reached only by a link are named on the link's page."""
    projects = Project.objects.visible_to(user).filter(pk=OuterRef("artifact__project"))
    return (
        versions.select_related("artifact__project__namespace").defer("metadata").annotate(is_visible=Exists(projects))
    )


def _inputs(user: User) -> Any:
    projects = Project.objects.visible_to(user).filter(pk=OuterRef("version__artifact__project"))
    rows = RunInput.objects.select_related("version__artifact__project__namespace", "version__produced_by")
    return rows.defer("version__metadata", "version__produced_by__config").annotate(is_visible=Exists(projects))


def _uses(user: User) -> Any:
    projects = Project.objects.visible_to(user).filter(pk=OuterRef("run__project"))
    rows = RunInput.objects.filter(run__deleted_at=None).select_related("run__project__namespace", "run__user")
    return rows.defer("run__config", "run__summary", "run__history_keys").annotate(is_visible=Exists(projects))


def _input_node(item: Any) -> Node:
    version: Version = item.version
    if not item.is_visible or version.state != Version.State.COMMITTED:
        return Node("version")
    made_by = version.produced_by
    maker = (
        [Node("run", str(made_by), made_by.job_type, url=run_url(made_by, version.artifact.project))] if made_by else []
    )
    return _version_node(version, maker, is_visible=True)


def _version_node(version: Any, children: Iterable[Node] = (), *, is_visible: bool | None = None) -> Node:
    if not (version.is_visible if is_visible is None else is_visible):
        return Node("version")
    artifact = version.artifact
    place = artifact.project.namespace.name, artifact.project.name, artifact.type, artifact.name, version.label
    return Node(
        "version", artifact.name, artifact.type, version.label, reverse("artifacts:version", args=place), [*children]
    )


def _run_node(run: Run, project: Project | None, children: list[Node]) -> Node:
    if project is None or run.deleted_at is not None:
        return Node("run", children=children)
    return Node("run", str(run), run.job_type, url=run_url(run, project), children=children)


def run_url(run: Run, project: Project) -> str:
    """The page of a run, whose project has its namespace at hand."""
    return reverse("projects:run", args=[project.namespace.name, project.name, run.name])
