"""One page of a series: its rows with their metrics, aliases and tags, and the charts above it (F84)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import User
from artifacts.best import Ends, ends_of
from artifacts.comparison import common_keys, directions
from artifacts.models import Version
from artifacts.narrowing import narrow
from artifacts.ordering import sorted_page
from artifacts.plots import Plot, plots
from artifacts.selection import Selection
from artifacts.series import RECENT, Series, metric_counts
from common.formatting import column_format, metric
from common.pagination import Page
from projects.models import Project, Run

MAX_ALIASES = 500
# What a row shows and no more: on a page of fifty rows, making whole objects takes longer than finding them.
OF_PEOPLE = ("username", "full_name")
OF_VERSIONS = (
    "index", "size", "digest", "file_count", "ttl_seconds", "created_at", "produced_by__name", "produced_by__display_name",
    "produced_by__deleted_at", "produced_by__project__name", "produced_by__project__namespace__name",
)  # fmt: skip

Values = Mapping[str, Mapping[int, float]]


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

    @property
    def text(self) -> str:
        """As it is written in its column."""
        return metric(self.value, self.column.spec)


@dataclass(frozen=True)
class Row:
    """A version in the table; `run` is None where the reader may not see it."""

    index: int
    label: str
    url: str
    aliases: list[tuple[str, bool]]
    tags: list[str]
    cells: list[Cell]
    who: User | None
    moment: Any
    run: Run | None
    version: Version

    @property
    def select_label(self) -> str:
        """What its checkbox is called."""
        return _("Select %(label)s") % {"label": self.label}

    @property
    def menu_label(self) -> str:
        """What the button of its menu is called."""
        return _("Actions for %(label)s") % {"label": self.label}

    @property
    def run_url(self) -> str:
        """The page of its run; empty where there is none to open."""
        if self.run is None or self.run.deleted_at:
            return ""
        home = self.run.project
        return reverse("projects:run", args=[home.namespace.name, home.name, self.run.name])

    @property
    def is_protected(self) -> bool:
        """Whether an alias on it is for admins only."""
        return any(protected for _, protected in self.aliases)

    @cached_property
    def ttl_days(self) -> int:
        """How many days after its creation the version expires, if it does."""
        return round((self.version.ttl_seconds or 0) / 86400)


@dataclass(frozen=True)
class Table:
    """One page of the series, with the charts above it; `remark` is about the filter, which perhaps is not readable."""

    page: Page[Any]
    rows: list[Row]
    columns: list[Column]
    available: list[str]
    remark: str = ""
    is_readable: bool = True
    charts: list[Plot] = field(default_factory=list)


def versions_table(series: Series, user: User, selection: Selection) -> Table:
    """The page that `selection` asks for: six queries, seven where a metric's direction is known.

    One more where a large series is sorted by a metric and the page holds versions without it.
    """
    counts = metric_counts(series, selection.words)
    known = [] if selection.words else [*counts, *series.directions]
    rows, remark, is_readable = narrow(series, _rows(series, user, selection), selection.filter, known)
    page = sorted_page(series, rows, selection.sort, selection.cursor)
    keys = list(selection.keys) if selection.chosen else common_keys(counts)
    values = _values(series, page.items, keys)
    aliases = _aliases(series, page.items)
    columns = _columns(series, page.items, keys, values)
    shown = [_row(series, item, columns, values, aliases) for item in page.items]
    charts = _charts(keys, values, aliases)
    return Table(page, shown, columns, sorted(counts), remark, is_readable, charts)


def _rows(series: Series, user: User, selection: Selection) -> Any:
    path = series.path
    rows = (
        series.rows.select_related(
            *(["version"] if path else []), "created_by", f"{path}produced_by__project__namespace"
        )
        .only(
            "index",
            "created_at",
            *(f"created_by__{name}" for name in OF_PEOPLE),
            *(f"{path}{name}" for name in OF_VERSIONS),
        )
        .prefetch_related(f"{path}tags")
        .annotate(
            source_visible=Exists(Project.objects.visible_to(user).filter(pk=OuterRef(f"{path}artifact__project"))),
            definitions=F(f"{path}produced_by__client_info__m"),
        )
    )
    if selection.tag:
        rows = rows.filter(**{f"{path}tags__name": selection.tag})
    if selection.alias:
        rows = rows.filter(pk__in=series.aliases.filter(name=selection.alias).values(series.alias_row))
    return rows


def _values(series: Series, items: Sequence[Any], keys: list[str]) -> dict[str, dict[int, float]]:
    """By key and number: of the rows shown, and of the newest versions for the charts."""
    key, value = f"{series.path}metrics__key", f"{series.path}metrics__value"
    shown, recent = (
        rows.filter(**{f"{key}__in": keys}).values_list(key, "index", value)
        for rows in (series.rows.filter(pk__in=[item.pk for item in items]), series.recent)
    )
    # Two sets beside each other and not an OR between them, for which no database enters an index.
    rows = shown.union(recent)
    found: dict[str, dict[int, float]] = {key: {} for key in keys}
    for key, number, value in rows:
        found[key][number] = value
    return found


def _aliases(series: Series, items: Sequence[Any]) -> list[tuple[str, int, bool]]:
    """(name, number, whether it is protected) of the rows shown and of the newest versions."""
    row = series.alias_row
    shown, recent = (
        series.aliases.order_by()
        .filter(**{f"{row}__in": rows})
        .values_list("pk", "name", f"{row}__index", "is_protected")
        for rows in ([item.pk for item in items], series.recent.values("pk"))
    )
    return [tuple(found) for __, *found in shown.union(recent).order_by("pk")[:MAX_ALIASES]]


def _columns(series: Series, items: Sequence[Any], keys: list[str], values: Values) -> list[Column]:
    known: dict[str, bool] = {}
    for item in sorted(items, key=lambda item: item.index):
        known |= directions(item.definitions)  # the newest run's word counts
    known |= series.directions
    ends: Ends = ends_of(series, {key: known[key] for key in keys if key in known})
    return [Column(key, column_format(values[key].values()), known.get(key), ends.get(key)) for key in keys]


def _row(series: Series, item: Any, columns: list[Column], values: Values, aliases: list[tuple[str, int, bool]]) -> Row:
    version: Version = item.version if series.path else item
    return Row(
        index=item.index,
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


def _charts(keys: list[str], values: Values, aliases: list[tuple[str, int, bool]]) -> list[Plot]:
    flags = [(name, number) for name, number, __ in aliases]
    guarded = {name for name, _, is_protected in aliases if is_protected}
    drawn = {key: dict(sorted(values[key].items())[-RECENT:]) for key in keys if len(values[key]) > 1}
    return plots(drawn, flags, guarded) if drawn else []
