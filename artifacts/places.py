"""A version as seen by one path: in its own project, or through a link. The same one may be open by one, closed by another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from access.models import Container, User
from access.policy import note_role, role_on
from access.querysets import level_of
from access.roles import Action, Role, allows
from artifacts import lifetimes
from artifacts.models import Artifact, Version, VersionAlias
from artifacts.reading import LABEL, named_by, with_alias
from artifacts.series import HEAVY_RUN_FIELDS, Series
from artifacts.services.aliases import LATEST
from common.addresses import address
from common.errors import NotFoundError
from common.names import fold
from projects.models import Project

NEIGHBOURS = 25
TABS = ("metrics", "metadata", "usage", "files", "lineage", "history")


@dataclass(frozen=True)
class Item:
    """A version in the switcher."""

    label: str
    url: str
    moment: datetime
    aliases: list[Any]
    is_current: bool


@dataclass(frozen=True)
class Place:
    """`row` is the Version or Link, `container` the project or registry by which it is read, `role` the reader's there.

    `full_name` is what a script calls it, without the version; `project` is the source's, or None where it is invisible.
    """

    series: Series
    row: Any
    version: Version
    container: Container
    role: Role | None
    project: Project | None
    name: str
    full_name: str
    total: int
    crumbs: list[tuple[str, str]]
    series_url: str
    definitions: Any

    @property
    def label(self) -> str:
        """`v3`, as numbered here."""
        return str(self.row.label)

    @property
    def is_link(self) -> bool:
        """Whether this is a link in a collection."""
        return bool(self.series.path)

    @cached_property
    def neighbours(self) -> list[Any]:
        """The rows around this one and those with protected aliases, newest first, each with its aliases: two queries."""
        last = max(self.row.index + NEIGHBOURS // 2, NEIGHBOURS - 1)
        near = self.series.rows.filter(index__lte=last).order_by("-index").values("pk")[:NEIGHBOURS]
        chosen = Q(pk__in=near) if self.series.guarded is None else Q(pk__in=near) | Q(pk__in=self.series.guarded)
        # By their ids alone: who asked for the series again would be given all of it to sort.
        rows = self.series.rows.model._default_manager.filter(chosen).order_by("-index")
        fields = "index", "created_at", *(["version", "collection"] if self.is_link else [])
        return list(rows.only(*fields).prefetch_related(self.series.with_aliases))

    @cached_property
    def aliases(self) -> list[Any]:
        """Its names here, each with `is_protected`."""
        return next((list(row.aliases.all()) for row in self.neighbours if row.pk == self.row.pk), [])

    @cached_property
    def may(self) -> dict[str, bool]:
        """What the reader may do here, by the action's name: `place.may.move_alias`."""
        return permissions(self.role)

    @cached_property
    def switcher(self) -> list[Item]:
        """The neighbours as the list at the left shows them, each with the same tab."""
        return [
            Item(
                row.label,
                self.series.url(row.label),
                row.created_at,
                list(row.aliases.all()),
                row.pk == self.row.pk,
            )
            for row in self.neighbours
        ]

    @property
    def url(self) -> str:
        """Its page."""
        return self.series.url(self.label)

    @cached_property
    def urls(self) -> dict[str, str]:
        """The address of each tab."""
        return {tab: self.series.url(self.label, tab) for tab in (*TABS, "zip")}

    @cached_property
    def base(self) -> Any:
        """The row to compare with unasked, or None where this is the only one.

        The newest other with a protected alias, else with any name of its own, else the one before, else the next.
        """
        others = [row for row in self.neighbours if row.pk != self.row.pk]
        guarded = [row for row in others if any(alias.is_protected for alias in row.aliases.all())]
        named = [row for row in others if any(alias.name != LATEST for alias in row.aliases.all())]
        older = [row for row in others if row.index < self.row.index]
        return next(iter([*guarded, *named, *older, *others[::-1]]), None)

    @property
    def compare_url(self) -> str:
        """Beside its base; nothing where there is no other."""
        if self.base is None:
            return ""
        page = address(f"{self.series.space}:comparison", *self.series.names)
        return f"{page}?v={self.base.label}&v={self.label}"

    @cached_property
    def doors(self) -> dict[str, str]:
        """The addresses that change it: `labels`, `edit`, and `remove`, which unlinks or deletes."""
        names = {"labels": "version_labels", "edit": "edit_version"}
        names["remove"] = "unlink_version" if self.is_link else "delete_version"
        arguments = [*self.series.names, self.label]
        return {door: address(f"{self.series.space}:{name}", *arguments) for door, name in names.items()}

    @property
    def source_url(self) -> str:
        """The version's page in its own project, for those who see that."""
        return artifact_series(self.version.artifact).url(self.version.label)

    @property
    def lifetime(self) -> lifetimes.Lifetime:
        """How long the version is kept, and who says so."""
        return lifetimes.Lifetime(self.version.ttl_seconds, self.series.ttl_seconds, self.version.created_at)

    def file_url(self, path: str, page: str = "file") -> str:
        """A file's page, bytes or picture."""
        return self.series.file_url(self.label, path, page)


def permissions(role: Role | None) -> dict[str, bool]:
    """Whether `role` may do each action, by the action's name in small letters, for templates: `may.link_version`."""
    return {action.name.lower(): allows(role, action) for action in Action}


def reference_filter(reference: str, home: str) -> Q:
    """The condition that `v3` or `@alias` in an address puts on rows. Raises NotFoundError for anything else."""
    if LABEL.match(reference):
        return named_by(reference, home)
    if not reference.startswith("@") or len(reference) == 1:
        raise NotFoundError(_("There is no such version, or you may not see it. Addresses name it as v3 or @alias."))
    return with_alias(reference[1:], home)


def artifact_series(artifact: Artifact) -> Series:
    """The versions of an artifact whose project has its namespace at hand."""
    project = artifact.project
    return Series(
        home=Artifact.objects.filter(pk=artifact.pk),
        rows=Version.objects.committed().filter(artifact=artifact),
        path="",
        aliases=VersionAlias.objects.filter(artifact=artifact).annotate(is_protected=Value(False)),
        alias_row="version",
        next_index=artifact.next_index,
        space="artifacts",
        names=(project.namespace.name, project.name, artifact.type, artifact.name),
        directions=artifact.metric_directions,
    )


def living_series(artifact: Artifact) -> Series:
    """The same, which knows how long its versions live; the namespace's team is at hand, too."""
    seconds = 0 if lifetimes.is_generated(artifact.type) else lifetimes.default_seconds(artifact.project)
    return replace(artifact_series(artifact), ttl_seconds=seconds)


def count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many rows a row of an outer query has, as a subquery; `by` is the field that names the outer row."""
    counted = rows.order_by().values(by).annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _in_project(rows: Any, user: User, entity: str, name: str, path: str) -> Any:
    """Those `rows` that lie in the visible project at an address, by `path`: it, its team and the reader's role come along."""
    there = {f"{path}__namespace__name_key": fold(entity), f"{path}__name_key": fold(name)}
    found = rows.filter(**there, **{f"{path}__in": Project.objects.visible_to(user)})
    found = found.select_related(f"{path}__namespace__team", f"{path}__organization")
    return found.annotate(level=level_of(user, path))


def find_artifact(user: User, entity: str, project: str, type: str, name: str, **also: Any) -> Artifact:
    """The visible artifact at an address, its project carrying the reader's role: one query.

    `also` are further annotations. Raises NotFoundError.
    """
    rows = Artifact.objects.annotate(**also).filter(type=type, name=name, deleted_at=None)
    found: Any = _in_project(rows, user, entity, project, "project").first()
    if found is None:
        raise NotFoundError(_("There is no such artifact, or you may not see it."))
    note_role(user, found.project, found.level)
    return found  # type: ignore[no-any-return]


def with_run(rows: Any, path: str = "") -> Any:
    """Rows with their version's run and what its client noted about metrics, without the run's heavy fields."""
    run = f"{path}produced_by"
    return (
        rows.select_related(f"{path}artifact__project__namespace", f"{path}created_by", run)
        .defer(*(f"{run}__{name}" for name in HEAVY_RUN_FIELDS))
        .annotate(definitions=F(f"{run}__client_info__m"))
    )


def find_source(user: User, entity: str, project: str, type: str, name: str, reference: str) -> Place:
    """The version at a source address: one query. Raises NotFoundError."""
    versions = Version.objects.committed().filter(artifact__type=type, artifact__name=name)
    versions = _in_project(with_run(versions), user, entity, project, "artifact__project")
    version = versions.filter(reference_filter(reference, "artifact")).first()
    if version is None:
        raise NotFoundError(_("There is no such version, or you may not see it."))
    artifact = version.artifact
    home = artifact.project
    note_role(user, home, version.level)
    return Place(
        series=living_series(artifact),
        row=version,
        version=version,
        container=home,
        role=role_on(user, home),
        project=home,
        name=artifact.name,
        full_name=f"{home.namespace.name}/{home.name}/{artifact.name}",
        total=artifact.version_count,
        crumbs=artifact_crumbs(artifact, version.label),
        series_url=artifact_url(artifact),
        definitions=version.definitions,
    )


def artifact_url(artifact: Artifact) -> str:
    """The page of an artifact whose project has its namespace at hand."""
    project = artifact.project
    return address("artifacts:artifact", project.namespace.name, project.name, artifact.type, artifact.name)


def newest_link_url(artifact: Artifact) -> str:
    """Where the newest version is linked into a registry (F47)."""
    names = [artifact.project.namespace.name, artifact.project.name, artifact.type, artifact.name, f"@{LATEST}"]
    return address("artifacts:link_to_registry", *names)


def artifact_crumbs(artifact: Artifact, here: str = "") -> list[tuple[str, str]]:
    """From the entity to the artifact, or to a page of it that is called `here`."""
    entity, project = artifact.project.namespace.name, artifact.project.name
    return [
        (entity, address("projects:entity", entity)),
        (project, address("projects:project", entity, project)),
        *([(artifact.name, artifact_url(artifact)), (here, "")] if here else [(artifact.name, "")]),
    ]


def artifact_tab(artifact: Artifact, tab: str = "", title: str = "") -> dict[str, Any]:
    """What the frame of an artifact's page shows; the tab of its versions has no name."""
    return {
        "artifact": artifact,
        "total": artifact.version_count,
        "url": artifact_url(artifact),
        "tab": tab,
        "crumbs": artifact_crumbs(artifact, title),
    }
