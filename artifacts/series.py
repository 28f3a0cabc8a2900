"""A numbered series of versions, whichever it is: those of an artifact, or those linked into a collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse

from access.models import User
from artifacts.comparison import common_keys, directions
from artifacts.models import Version, VersionMetric
from artifacts.plots import Plot, plots
from common.errors import InvalidInputError
from common.formatting import column_format
from common.pagination import Page, paginate
from projects.models import Project, Run

RECENT = 100  # what is drawn, and where metric keys are looked for: a page costs the same for ever more versions
PAGE = 50
MAX_COLUMNS = 8
MAX_ALIASES = 500
MAX_KEYS = 200
METRIC = "metric:"


@dataclass(frozen=True)
class Series:
    """Rows are versions, or links that reach theirs by `path`; `metrics` reach a row's number by `number`.

    `names` are the arguments of the addresses in `space` up to the version; each alias says whether it `is_protected`;
    `directions` say of a metric whether higher is better, above what the runs said.
    """

    rows: QuerySet[Any]
    path: str
    metrics: QuerySet[VersionMetric]
    number: str
    aliases: QuerySet[Any]
    alias_row: str
    next_index: int
    space: str
    names: tuple[str, ...]
    directions: Mapping[str, bool]

    def url(self, reference: str, tab: str = "") -> str:
        """The page of a version, by `v3` or `@alias`."""
        if not tab:
            return reverse(f"{self.space}:version", args=[*self.names, reference])
        return reverse(f"{self.space}:version_tab", args=[*self.names, reference, tab])

    def file_url(self, reference: str, path: str, page: str = "file") -> str:
        """The page (`file`), the bytes (`download`) or the picture (`thumbnail`) of one file of a version."""
        return reverse(f"{self.space}:{page}", args=[*self.names, reference, path])

    @property
    def with_aliases(self) -> Prefetch[str]:
        """What rows prefetch to have their aliases at hand."""
        return Prefetch("aliases", self.aliases)

    @property
    def recent(self) -> dict[str, int]:
        """The condition on metrics of the newest versions."""
        return {f"{self.number}__gte": self.next_index - RECENT}


@dataclass(frozen=True)
class Selection:
    """What a reader asked of the table, as the address says it."""

    sort: str = "-version"
    keys: tuple[str, ...] = ()
    tag: str = ""
    alias: str = ""
    cursor: str = ""
    chosen: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Selection:
        """From `?sort=-metric:loss&metric=loss&tag=night&alias=best&cursor=…`; `metric=` alone shows none."""
        keys = tuple(dict.fromkeys(key for key in query.getlist("metric") if key))[:MAX_COLUMNS]
        return cls(
            sort=query.get("sort") or "-version",
            keys=keys,
            tag=query.get("tag", "").strip(),
            alias=query.get("alias", "").strip(),
            cursor=query.get("cursor", ""),
            chosen="metric" in query,
        )


@dataclass(frozen=True)
class Column:
    """A metric column: its format, and which way is up where that is known."""

    key: str
    spec: str
    higher_is_better: bool | None
    best: float | None


@dataclass(frozen=True)
class Cell:
    """A number in its column."""

    value: float | None
    column: Column

    @property
    def is_best(self) -> bool:
        """Whether no version of the whole series has a better one."""
        return self.value is not None and self.value == self.column.best


@dataclass(frozen=True)
class Row:
    """A version in the table; `run` is None where the reader may not see it."""

    label: str
    url: str
    aliases: list[tuple[str, bool]]
    tags: list[str]
    cells: list[Cell]
    who: User | None
    moment: Any
    run: Run | None
    version: Version


@dataclass(frozen=True)
class Table:
    """One page of the series, with the charts above it."""

    page: Page[Any]
    rows: list[Row]
    columns: list[Column]
    available: list[str]
    charts: list[Plot] = field(default_factory=list)


def versions_table(series: Series, user: User, selection: Selection) -> Table:
    """The page that `selection` asks for: six queries, seven where a metric's direction is known."""
    page = _page(series, user, selection)
    counts = metric_counts(series)
    keys = list(selection.keys) if selection.chosen else common_keys(counts)
    values = _values(series, page.items, keys)
    aliases = _aliases(series, page.items)
    columns = _columns(series, page.items, keys, values)
    rows = [_row(series, item, columns, values, aliases) for item in page.items]
    return Table(page, rows, columns, sorted(counts), _charts(keys, values, aliases))


def metric_counts(series: Series) -> dict[str, int]:
    """The metrics of the newest versions, each with how many of these have it, the commonest first: at most 200."""
    rows = series.metrics.filter(**series.recent).values_list("key").annotate(count=Count("pk"))
    return dict(rows.order_by("-count", "key")[:MAX_KEYS])


def _page(series: Series, user: User, selection: Selection) -> Page[Any]:
    path = series.path
    heavy = ("metadata", "description", *(f"produced_by__{name}" for name in HEAVY_RUN_FIELDS))
    rows = (
        series.rows.select_related(
            *(["version"] if path else []), "created_by", f"{path}produced_by__project__namespace"
        )
        .defer(*(f"{path}{name}" for name in heavy))
        .prefetch_related(f"{path}tags")
        .annotate(
            source_visible=Exists(Project.objects.visible_to(user).filter(pk=OuterRef(f"{path}artifact__project"))),
            definitions=F(f"{path}produced_by__client_info__m"),
        )
    )
    if selection.tag:
        rows = rows.filter(**{f"{path}tags__name": selection.tag})
    if selection.alias:
        rows = rows.filter(aliases__name=selection.alias)
    rows, order = _sorted(rows, path, selection.sort)
    return paginate(rows, order=order, cursor=selection.cursor, size=PAGE)


HEAVY_RUN_FIELDS = ("config", "summary", "client_info", "history_keys", "notes", "tags")


def _sorted(rows: QuerySet[Any], path: str, sort: str) -> tuple[QuerySet[Any], tuple[str, ...]]:
    """The rows in the order `sort` names; versions without the metric stay, at the end (F84)."""
    down, name = ("-" if sort.startswith("-") else ""), sort.removeprefix("-")
    if name == "version":
        return rows, (f"{down}index",)
    if name == "size":
        return rows, (f"{down}{path}size", f"{down}index")
    if not name.startswith(METRIC):
        raise InvalidInputError(
            f"Sort by version, size or metric:<name>, with '-' in front for descending; not by {name!r}."
        )
    of_row = VersionMetric.objects.filter(version=OuterRef(f"{path}pk"), key=name.removeprefix(METRIC))
    number = Subquery(of_row.values("value")[:1])
    rows = rows.annotate(number=number).annotate(
        is_missing=Case(When(number=None, then=Value(1)), default=Value(0)), sort_number=Coalesce("number", Value(0.0))
    )
    return rows, ("is_missing", f"{down}sort_number", "-index")


def _version_id(series: Series, item: Any) -> int:
    return int(item.version_id if series.path else item.pk)


def _values(series: Series, items: Sequence[Any], keys: list[str]) -> dict[str, dict[int, float]]:
    """By key and number: of the rows shown, and of the newest versions for the charts."""
    shown = Q(version__in=[_version_id(series, item) for item in items])
    found: dict[str, dict[int, float]] = {key: {} for key in keys}
    rows = series.metrics.filter(shown | Q(**series.recent), key__in=keys).values_list("key", series.number, "value")
    for key, number, value in rows:
        found[key][number] = value
    return found


def _aliases(series: Series, items: Sequence[Any]) -> list[tuple[str, int, bool]]:
    """(name, number, whether it is protected) of the rows shown and of the newest versions."""
    row = series.alias_row
    wanted = Q(**{f"{row}__in": [item.pk for item in items]}) | Q(**{f"{row}__index__gte": series.next_index - RECENT})
    found = series.aliases.filter(wanted).order_by("pk")
    return list(found.values_list("name", f"{row}__index", "is_protected")[:MAX_ALIASES])


def _columns(
    series: Series, items: Sequence[Any], keys: list[str], values: dict[str, dict[int, float]]
) -> list[Column]:
    known: dict[str, bool] = {}
    for item in sorted(items, key=lambda item: item.index):
        known |= directions(item.definitions)  # the newest run's word counts
    known |= series.directions
    directed = [key for key in keys if key in known]
    ends: dict[str, tuple[float, float]] = {}
    if directed:
        rows = series.metrics.filter(key__in=directed).values_list("key").annotate(low=Min("value"), high=Max("value"))
        ends = {key: (low, high) for key, low, high in rows.order_by("key")}
    return [
        Column(key, column_format(values[key].values()), known.get(key), ends[key][known[key]] if key in ends else None)
        for key in keys
    ]


def _row(
    series: Series,
    item: Any,
    columns: list[Column],
    values: dict[str, dict[int, float]],
    aliases: list[tuple[str, int, bool]],
) -> Row:
    version: Version = item.version if series.path else item
    return Row(
        label=item.label,
        url=series.url(item.label),
        aliases=[(name, is_protected) for name, number, is_protected in aliases if number == item.index],
        tags=[tag.name for tag in version.tags.all()],
        cells=[Cell(values[column.key].get(item.index), column) for column in columns],
        who=item.created_by,
        moment=item.created_at,
        run=version.produced_by if item.source_visible else None,
        version=version,
    )


def _charts(keys: list[str], values: dict[str, dict[int, float]], aliases: list[tuple[str, int, bool]]) -> list[Plot]:
    flags = [(name, number) for name, number, _ in aliases]
    guarded = {name for name, _, is_protected in aliases if is_protected}
    drawn = {key: dict(sorted(values[key].items())[-RECENT:]) for key in keys if len(values[key]) > 1}
    return plots(drawn, flags, guarded) if drawn else []
