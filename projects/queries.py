"""What the pages of projects read: every list starts from what the reader may see, and is bounded."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.fields.json import KeyTransform

from access.models import Container, Namespace, Organization, User
from access.policy import get_visible
from common.errors import NotFoundError
from common.formatting import column_format
from common.names import fold
from common.pagination import Page, paginate
from projects import values
from projects.models import Project, Run, RunFile
from projects.services.runs import get_run
from storage.models import Blob

PAGE = 50
NEWEST_FIRST = ("-created_at", "-pk")
HEAVY = ("config", "client_info", "summary", "history_keys", "notes")
LOOKED_AT = 5
DEFAULT_COLUMNS = 4
MAX_COLUMNS = 12
MAX_CELL = 200
SHOWABLE = re.compile(r"[A-Za-z_][^\"\\\x00-\x1f]{0,127}\Z")  # a key that every database's JSON path can name
COLUMN = re.compile(r"(summary|config):(.+)\Z", re.DOTALL)


def find_namespace(user: User, name: str) -> Namespace:
    """The visible namespace of an address. Raises NotFoundError."""
    found = (
        Namespace.objects.visible_to(user).filter(name_key=fold(name)).select_related("organization").distinct().first()
    )
    if found is None:
        raise NotFoundError("There is no such page, or you may not see it.")
    return found


def find_organization(user: User, name: str) -> Organization:
    """The organization of that name, which the user belongs to. Raises NotFoundError."""
    found = Organization.objects.visible_to(user).filter(name_key=fold(name)).distinct().first()
    if found is None:
        raise NotFoundError("There is no such organization, or you do not belong to it.")
    return found


def find_project(user: User, entity: str, name: str) -> Project:
    """The visible project at an address, carrying the reader's role. Raises NotFoundError."""
    projects = Project.objects.select_related("namespace")
    found: Project = get_visible(projects, user, "project", namespace__name_key=fold(entity), name_key=fold(name))
    return found


def find_run(user: User, entity: str, project: str, name: str) -> Run:
    """The run at an address. Raises NotFoundError, and GoneError for a deleted one."""
    return get_run(user, find_project(user, entity, project), name)


def projects_of(user: User, organization: Organization) -> QuerySet[Project]:
    """The visible projects of an organization's teams, and the reader's own."""
    place = Q(organization=organization) | Q(namespace=user.namespace_id)
    return Project.objects.visible_to(user).filter(place)


def project_page(projects: QuerySet[Project], search: str, cursor: str) -> Page[Project]:
    """Projects by name, each with `run_count`, `artifact_count` and `last_active_at`: three queries."""
    if search:
        projects = projects.filter(name_key__contains=fold(search))
    page = paginate(projects.select_related("namespace"), order=("name_key", "pk"), cursor=cursor, size=PAGE)
    runs = Run.objects.filter(project__in=page.items, deleted_at=None).values("project").order_by()
    active = {row["project"]: row for row in runs.annotate(count=Count("pk"), last=Max("heartbeat_at"))}
    alive = Project.objects.filter(pk__in=[item.pk for item in page.items], artifacts__deleted_at=None)
    artifacts = dict(alive.values_list("pk").annotate(Count("artifacts")).order_by())
    for item in page.items:
        found: Any = active.get(item.pk, {})
        item.run_count = found.get("count", 0)  # type: ignore[attr-defined]
        item.artifact_count = artifacts.get(item.pk, 0)  # type: ignore[attr-defined]
        item.last_active_at = max(found.get("last", item.updated_at), item.updated_at)  # type: ignore[attr-defined]
    return page


@dataclass(frozen=True)
class Column:
    """A key of runs' summary or config; `name` is how the address says it, `spec` the format of its numbers."""

    source: str
    key: str
    spec: str = ""

    @property
    def name(self) -> str:
        """`summary:loss`."""
        return f"{self.source}:{self.key}"


def available_columns(runs: QuerySet[Run]) -> list[Column]:
    """What the newest few runs have: numeric summary keys, the commonest and the results first, then config keys."""
    newest = runs.order_by(*NEWEST_FIRST).values_list("summary", "config")[:LOOKED_AT]
    summary: Counter[str] = Counter()
    config: Counter[str] = Counter()
    for last, chosen in newest:
        summary.update(key for key, value in last.items() if _showable(key) and values.number(value) is not None)
        config.update(key for key, value in chosen.items() if _showable(key) and not isinstance(value, dict | list))
    results = sorted(values.display_order(summary), key=lambda key: -summary[key])
    keys = [("summary", key) for key in results] + [("config", key) for key, _ in config.most_common()]
    return [Column(source, key) for source, key in keys]


def _showable(key: str) -> bool:
    return not key.startswith("_") and SHOWABLE.match(key) is not None


def chosen_columns(available: list[Column], asked: list[str]) -> list[Column]:
    """The columns that the address names, or the first few numbers; a name that no run shown has is an empty column."""
    if not asked:
        return [column for column in available if column.source == "summary"][:DEFAULT_COLUMNS]
    matches = [match for name in dict.fromkeys(asked) if (match := COLUMN.match(name)) and _showable(match[2])]
    return [Column(match[1], match[2]) for match in matches][:MAX_COLUMNS]


@dataclass(frozen=True)
class Cell:
    """What a run has in a column: a number, or a short text."""

    number: float | None
    text: str


def _cell(value: Any) -> Cell:
    number = values.number(value)
    if number is not None or value is None:
        return Cell(number, "")
    return Cell(None, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:MAX_CELL])


def _formatted(columns: list[Column], rows: list[list[Cell]]) -> list[Column]:
    """The columns with one number format each, made from the cells shown, so that decimals line up."""
    numbers = [[row[index].number for row in rows] for index in range(len(columns))]
    return [replace(column, spec=column_format(found)) for column, found in zip(columns, numbers, strict=True)]


def run_page(runs: QuerySet[Run], columns: list[Column], search: str, cursor: str) -> Page[Run]:
    """Runs, newest first, each with `columns`: pairs of Column and Cell; their heavy fields stay in the database."""
    if search:
        runs = runs.filter(Q(display_name__icontains=search) | Q(name=search))
    wanted = {f"cell_{index}": KeyTransform(column.key, column.source) for index, column in enumerate(columns)}
    rows = runs.select_related("user").defer(*HEAVY).annotate(**wanted)
    page = paginate(rows, order=NEWEST_FIRST, cursor=cursor, size=PAGE)
    cells = [[_cell(getattr(run, name)) for name in wanted] for run in page.items]
    formatted = _formatted(columns, cells)
    for run, row in zip(page.items, cells, strict=True):
        run.columns = list(zip(formatted, row, strict=True))  # type: ignore[attr-defined]
    return page


def artifact_types(project: Project) -> Sequence[Mapping[str, Any]]:
    """`{"type", "count"}` of the project's artifacts, by name."""
    artifacts = project.artifacts.filter(deleted_at=None)
    return list(artifacts.values("type").annotate(count=Count("pk")).order_by("type"))


def artifact_page(project: Project, kind: str, cursor: str) -> Page[Any]:
    """The project's artifacts of a type (or of all), each with `version_count` and `latest` (a number, or None)."""
    artifacts = project.artifacts.filter(deleted_at=None)
    if kind:
        artifacts = artifacts.filter(type=kind)
    page: Page[Any] = paginate(
        artifacts.select_related("created_by"), order=("type", "name", "pk"), cursor=cursor, size=PAGE
    )
    committed = Q(versions__state="committed")
    of_page = project.artifacts.filter(pk__in=[item.pk for item in page.items])
    counts = of_page.annotate(count=Count("versions", filter=committed), last=Max("versions__index", filter=committed))
    found = {pk: (count, last) for pk, count, last in counts.values_list("pk", "count", "last")}
    for item in page.items:
        item.version_count, item.latest = found[item.pk]
    return page


def file_page(run: Run, search: str, cursor: str) -> Page[RunFile]:
    """The run's files that have arrived, by name, with their blobs."""
    files = run.files.filter(upload__blob__isnull=False)
    if search:
        files = files.filter(name__icontains=search)
    return paginate(files.select_related("upload__blob"), order=("name",), cursor=cursor, size=2 * PAGE)


def find_file(run: Run, name: str) -> Blob:
    """The bytes of an arrived file. Raises NotFoundError."""
    found = run.files.filter(name=name).select_related("upload__blob").first()
    if found is None or found.upload.blob is None:
        raise NotFoundError("The run has no such file, or it has not arrived yet.")
    return found.upload.blob


@dataclass(frozen=True)
class Losses:
    """What goes with a project."""

    runs: int
    artifacts: int
    versions: int
    links: int


def losses_of(user: User, project: Project) -> Losses:
    """What deleting `project` takes away, counted: four queries. Links that `user` does not see are left out."""
    artifacts = project.artifacts.filter(deleted_at=None)
    committed = artifacts.filter(versions__state="committed")
    seen = Container.objects.visible_to(user).values("pk")
    return Losses(
        runs=Run.objects.filter(project=project, deleted_at=None).count(),
        artifacts=artifacts.count(),
        versions=committed.count(),
        links=artifacts.filter(
            versions__state="committed",
            versions__links__deleted_at=None,
            versions__links__collection__registry__in=seen,
        ).count(),
    )
