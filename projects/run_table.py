"""The table of a project's runs: which columns, which runs, in which order, as the address says it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict
from django.utils.translation import gettext as _

from common.data import PageData
from common.errors import InvalidInputError
from common.formatting import column_format
from common.pagination import Page, paginate
from projects import values
from projects.models import Run
from projects.models.runs import in_state
from projects.ordering import by_number

PAGE = 50
NEWEST_FIRST = ("-created_at", "-pk")
ORDERS = {"created": ("created_at", "pk"), "name": ("display_name", "pk"), "heartbeat": ("heartbeat_at", "pk")}
HEAVY = ("config", "client_info", "summary", "history_keys", "writers", "notes")
LOOKED_AT = 5
DEFAULT_COLUMNS = 4
MAX_COLUMNS = 12
MAX_CELL = 200
MAX_WORD = 256
SHOWABLE = re.compile(r"[A-Za-z_][^\"\\\x00-\x1f]{0,127}\Z")  # a key that every database's JSON path can name
COLUMN = re.compile(r"(summary|config):(.+)\Z", re.DOTALL)


@dataclass(frozen=True)
class Selection:
    """What a reader asked of the table; `sort` is `created`, `name`, `heartbeat` or a column's name, `-` for descending."""

    q: str = ""
    state: str = ""
    user: str = ""
    tag: str = ""
    group: str = ""
    sort: str = "-created"
    columns: tuple[str, ...] = ()
    cursor: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Selection:
        """From `?q=night&state=failed&user=mia&tag=ok&group=a&sort=-summary:loss&column=summary:loss&cursor=…`."""
        words = {name: query.get(name, "").strip()[:MAX_WORD] for name in ("q", "state", "user", "tag", "group")}
        return cls(
            **words,
            sort=query.get("sort") or "-created",
            columns=tuple(query.getlist("column")),
            cursor=query.get("cursor", ""),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether some runs may be left out."""
        return any((self.q, self.state, self.user, self.tag, self.group))


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
class Head:
    """A head that sorts: `sort` is what following it asks for, `order` how the table is sorted now, if by this."""

    label: str
    sort: str
    order: str


def head_of(name: str, selection: Selection, label: str = "") -> Head:
    """Numbers start with the largest; a second click turns the order round."""
    order = {name: "ascending", f"-{name}": "descending"}.get(selection.sort, "")
    return Head(label, name if order == "descending" else f"-{name}", order)


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


def chosen_runs(runs: QuerySet[Run], selection: Selection) -> QuerySet[Run]:
    """Those of `runs` that the filters leave. Raises InvalidInputError for a state that there is not."""
    if selection.q:
        runs = runs.filter(Q(display_name__icontains=selection.q) | Q(name=selection.q))
    if selection.state:
        runs = runs.filter(in_state(_state(selection.state)))
    if selection.user:
        runs = runs.filter(user__username__iexact=selection.user)
    if selection.group:
        runs = runs.filter(group=selection.group)
    return _tagged(runs, selection.tag) if selection.tag else runs


def _state(text: str) -> str:
    if text not in Run.State:
        raise InvalidInputError(
            _("'%(text)s' is no state of a run; the states are %(choices)s.")
            % {"text": text[:40], "choices": ", ".join(Run.State)}
        )
    return text


def _tagged(runs: QuerySet[Run], tag: str) -> QuerySet[Run]:
    if connection.features.supports_json_field_contains:
        return runs.filter(tags__contains=[tag])
    return runs.filter(tags__icontains=json.dumps(tag))  # SQLite keeps JSON as text; Django writes it just so


def run_page(runs: QuerySet[Run], columns: list[Column], selection: Selection) -> Page[Run]:
    """The page that `selection` asks for, each run with `columns`: pairs of Column and Cell; heavy fields stay in the
    database. Raises InvalidInputError for an order that there is not.
    """
    wanted = {f"cell_{index}": KeyTransform(column.key, column.source) for index, column in enumerate(columns)}
    rows = chosen_runs(runs, selection).select_related("user").defer(*HEAVY).annotate(**wanted)
    rows, order = _sorted(rows, selection.sort)
    has_index = selection.sort.removeprefix("-") in ORDERS
    page = paginate(rows, order=order, cursor=selection.cursor, size=PAGE, ids_first=not has_index)
    cells = [[_cell(getattr(run, name)) for name in wanted] for run in page.items]
    formatted = _formatted(columns, cells)
    for run, row in zip(page.items, cells, strict=True):
        run.columns = list(zip(formatted, row, strict=True))  # type: ignore[attr-defined]
    return page


def _sorted(rows: QuerySet[Run], sort: str) -> tuple[QuerySet[Run], tuple[str, ...]]:
    down, name = sort.startswith("-"), sort.removeprefix("-")
    if name in ORDERS:
        return rows, tuple(f"{'-' if down else ''}{field}" for field in ORDERS[name])
    match = COLUMN.match(name)
    if match is None or not _showable(match[2]):
        raise InvalidInputError(
            _("Sort by %(choices)s, summary:<key> or config:<key>, with '-' in front for descending; not by %(name)r.")
            % {"choices": ", ".join(ORDERS), "name": name[:80]}
        )
    return by_number(rows, match[1], (match[2],), down=down)


def table_data(page: Page[Any], facts: dict[str, Any], url: Any) -> PageData:
    """The page of the table as data; a chosen column is `summary:<key>` or `config:<key>`, times are ISO 8601 in UTC.

    `url(run)` is the address of a run's page.
    """
    rows = [
        {
            "run": run.name,
            "name": run.display_name,
            "state": run.current_state,
            "user": run.user.username if run.user else None,
            "group": run.group,
            "job_type": run.job_type,
            "tags": run.tags,
            "created_at": run.created_at.isoformat(),
            **{column.name: cell.text or cell.number for column, cell in run.columns},
            "url": url(run),
        }
        for run in page.items
    ]
    return PageData("runs", facts | {"next": page.next, "previous": page.previous}, rows)
