"""One page of a series: its rows with their metrics, aliases and tags, and the charts above it (F84)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from access.models import User
from artifacts.best import Ends, ends_of
from artifacts.comparison import common_keys, directions
from artifacts.filtering import beginnings
from artifacts.lifetimes import Lifetime
from artifacts.models import Version
from artifacts.narrowing import narrow
from artifacts.ordering import sorted_page
from artifacts.plots import Plot, plots
from artifacts.reading import with_alias
from artifacts.selection import Selection
from artifacts.series import RECENT, Series, metric_counts
from common.addresses import address
from common.formatting import column_format, metric
from common.pagination import Page
from projects.models import Project

MAX_ALIASES = 500
# What a row shows and no more, as values: on a page of fifty rows, making objects takes longer than finding them.
OF_ROWS = ("pk", "index", "created_at", "created_by__username", "created_by__full_name")
OF_VERSIONS = (
    "pk", "size", "digest", "file_count", "ttl_seconds", "created_at", "produced_by__name", "produced_by__display_name",
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
    """A version in the table, with how its checkbox and the button of its menu are called.

    `username` and `who` are empty where the account is gone, `run` and `run_title` where the reader may not see the run,
    `run_url` also where it is gone. `size` is in bytes, `ttl_days` counts from `logged_at`, 0 for ever.
    """

    index: int
    label: str
    select_label: str
    menu_label: str
    url: str
    aliases: list[tuple[str, bool]]
    tags: list[str]
    cells: list[Cell]
    username: str
    who: str
    moment: datetime
    run: str
    run_title: str
    run_url: str
    size: int
    file_count: int
    digest: str
    lifetime: Lifetime
    logged_at: datetime

    @property
    def is_protected(self) -> bool:
        """Whether an alias on it is for admins only."""
        return any(protected for _, protected in self.aliases)


@dataclass(frozen=True)
class Table:
    """One page of the series, with the charts above it; `remark` is about the filter, which perhaps is not readable, and
    `beginnings` are what another one may begin with.
    """

    page: Page[Any]
    rows: list[Row]
    columns: list[Column]
    available: list[str]
    remark: str = ""
    is_readable: bool = True
    charts: list[Plot] = field(default_factory=list)
    beginnings: list[str] = field(default_factory=list)


def versions_table(series: Series, user: User, selection: Selection) -> Table:
    """The page that `selection` asks for: six queries, seven where a metric's direction is known.

    One more where a large series is sorted by a metric and the page holds versions without it.
    """
    counts = metric_counts(series, selection.words)
    known = None if selection.words else [*counts, *series.directions]
    rows, remark, is_readable = narrow(series, _rows(series, user, selection), selection.filter, known)
    page = sorted_page(series, rows, selection.sort, selection.cursor)
    is_readable = is_readable and bool(page.items or not remark)  # a name that no older version has either is none
    keys = list(selection.keys) if selection.chosen else common_keys(counts)
    values = _values(series, page.items, keys)
    aliases = _aliases(series, page.items)
    columns = _columns(series, page.items, keys, values)
    shown = _shown(series, page.items, columns, values, aliases)
    charts = _charts(keys, values, aliases)
    return Table(page, shown, columns, sorted(counts), remark, is_readable, charts, beginnings(counts))


def _rows(series: Series, user: User, selection: Selection) -> Any:
    path = series.path
    rows = series.rows.values(*OF_ROWS, *(f"{path}{name}" for name in OF_VERSIONS)).annotate(
        source_visible=Exists(Project.objects.visible_to(user).filter(pk=OuterRef(f"{path}artifact__project"))),
        definitions=F(f"{path}produced_by__client_info__m"),
    )
    if selection.tag:
        rows = rows.filter(**{f"{path}tags__name": selection.tag})
    if selection.alias:
        rows = rows.filter(with_alias(selection.alias, "collection" if path else "artifact"))
    return rows


def _values(series: Series, items: Sequence[Any], keys: list[str]) -> dict[str, dict[int, float]]:
    """By key and number: of the rows shown, and of the newest versions for the charts."""
    key, value = f"{series.path}metrics__key", f"{series.path}metrics__value"
    shown, recent = (
        rows.filter(**{f"{key}__in": keys}).values_list(key, "index", value)
        for rows in (series.rows.filter(pk__in=[item["pk"] for item in items]), series.recent)
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
        for rows in ([item["pk"] for item in items], series.recent.values("pk"))
    )
    return [tuple(found) for __, *found in shown.union(recent).order_by("pk")[:MAX_ALIASES]]


def _columns(series: Series, items: Sequence[Any], keys: list[str], values: Values) -> list[Column]:
    known: dict[str, bool] = {}
    for item in sorted(items, key=lambda item: item["index"]):
        known |= directions(item["definitions"])  # the newest run's word counts
    known |= series.directions
    ends: Ends = ends_of(series, {key: known[key] for key in keys if key in known})
    return [Column(key, column_format(values[key].values()), known.get(key), ends.get(key)) for key in keys]


def _shown(
    series: Series, items: Sequence[Any], columns: list[Column], values: Values, aliases: list[tuple[str, int, bool]]
) -> list[Row]:
    tags = _tags([item[f"{series.path}pk"] for item in items])
    held: dict[int, list[tuple[str, bool]]] = {}
    for name, number, is_protected in aliases:
        held.setdefault(number, []).append((name, is_protected))
    select, menu = _("Select %(label)s"), _("Actions for %(label)s")
    shown = []
    for item in items:
        number, label = item["index"], f"v{item['index']}"
        version = {name: item[f"{series.path}{name}"] for name in OF_VERSIONS}
        shown.append(
            Row(
                index=number,
                label=label,
                select_label=select % {"label": label},
                menu_label=menu % {"label": label},
                url=series.url(label),
                aliases=held.get(number, []),
                tags=tags.get(version["pk"], []),
                cells=[Cell(values[column.key].get(number), column) for column in columns],
                username=item["created_by__username"] or "",
                who=item["created_by__full_name"] or item["created_by__username"] or "",
                moment=item["created_at"],
                **_run(version if item["source_visible"] else {}),
                size=version["size"],
                file_count=version["file_count"],
                digest=version["digest"],
                lifetime=Lifetime(version["ttl_seconds"], series.ttl_seconds, version["created_at"]),
                logged_at=version["created_at"],
            )
        )
    return shown


def _run(version: Mapping[str, Any]) -> dict[str, str]:
    """What a row says of the run that logged its version, as far as it is known."""
    name = version.get("produced_by__name") or ""
    if not name:
        return {"run": "", "run_title": "", "run_url": ""}
    home = version["produced_by__project__namespace__name"], version["produced_by__project__name"]
    gone = version["produced_by__deleted_at"]
    title = version["produced_by__display_name"] or name
    return {"run": name, "run_title": title, "run_url": "" if gone else address("projects:run", *home, name)}


def _tags(versions: Sequence[int]) -> dict[int, list[str]]:
    """By version: one query."""
    found: dict[int, list[str]] = {}
    for version, name in (
        Version.tags.through.objects.filter(version__in=versions)
        .order_by("tag__name")
        .values_list("version", "tag__name")
    ):
        found.setdefault(version, []).append(name)
    return found


def _charts(keys: list[str], values: Values, aliases: list[tuple[str, int, bool]]) -> list[Plot]:
    flags = [(name, number) for name, number, __ in aliases]
    guarded = {name for name, _, is_protected in aliases if is_protected}
    drawn = {key: dict(sorted(values[key].items())[-RECENT:]) for key in keys if len(values[key]) > 1}
    return plots(drawn, flags, guarded) if drawn else []
