"""The versions table as templates and scripts want it: heads that sort, the choice of columns, its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from artifacts.rows import Table
from artifacts.selection import COLUMNS, METRIC, Selection
from common.data import PageData


@dataclass(frozen=True)
class Head:
    """A head that sorts: `sort` is what following it asks for, `order` how the table is sorted now, if by this."""

    label: str
    sort: str
    order: str
    higher_is_better: bool | None = None


@dataclass(frozen=True)
class Choice:
    """A column that may be shown."""

    name: str
    label: str
    is_shown: bool


def head(label: str, name: str, selection: Selection, higher_is_better: bool | None = None) -> Head:
    """Numbers start with the largest, those of which less is better with the smallest; a second click turns the order round."""
    order = {name: "ascending", f"-{name}": "descending"}.get(selection.sort, "")
    rises = order == "descending" or (not order and higher_is_better is False)
    return Head(label, name if rises else f"-{name}", order, higher_is_better)


def table_context(table: Table, selection: Selection, *, who: str, full_name: str) -> dict[str, Any]:
    """What `artifacts/_versions.html` needs beside its series; `who` is the head of the column of people."""
    labels = {
        "aliases": _("Aliases"),
        "tags": _("Tags"),
        "who": who,
        "run": _("Run"),
        "size": _("Size"),
        "ttl": _("Kept for"),
        "digest": _("Digest"),
        "files": _("Files"),
        "logged": _("Logged"),
    }
    shown = [column.key for column in table.columns]
    others = [key for key in table.available if key not in shown]
    return {
        "table": table,
        "page": table.page,
        "selection": selection,
        "version_head": head("", "version", selection),
        "size_head": head("", "size", selection),
        "metric_heads": [
            head(column.key, METRIC + column.key, selection, column.higher_is_better) for column in table.columns
        ],
        "keys": [*((key, True) for key in shown), *((key, False) for key in others)],
        "shown_keys": shown,
        "show": {name: name in selection.columns for name in COLUMNS},
        "choices": [Choice(name, labels[name], name in selection.columns) for name in COLUMNS],
        "labels": labels,
        "width": len(shown) + len(selection.columns) + 3,
        "full_name": full_name,
    }


def tag_url(query: QueryDict) -> str:
    """The same list by a tag, whose name is to follow."""
    rest = query.copy()
    for name in ("tag", "cursor"):
        rest.pop(name, None)
    return f"?{rest.urlencode()}&tag=" if rest else "?tag="


def table_data(name: str, table: Table, facts: dict[str, Any]) -> PageData:
    """The page of the table as data: a metric is a column `metric:<key>`, sizes are in bytes, times ISO 8601 in UTC."""
    rows = [
        {
            "version": row.label,
            "aliases": [alias for alias, _ in row.aliases],
            "tags": row.tags,
            **{METRIC + cell.column.key: cell.value for cell in row.cells},
            "created_by": row.username or None,
            "created_at": row.moment.isoformat(),
            "run": row.run or None,
            "size": row.size,
            "files": row.file_count,
            "digest": row.digest,
            "url": row.url,
        }
        for row in table.rows
    ]
    about = {"remark": table.remark} if table.remark else {}
    return PageData(name, facts | about | {"next": table.page.next, "previous": table.page.previous}, rows)
