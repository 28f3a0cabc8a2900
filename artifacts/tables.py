"""The versions table as templates want it: heads that sort, and the choice of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from artifacts.rows import Table
from artifacts.selection import METRIC, Selection
from common.data import PageData


@dataclass(frozen=True)
class Head:
    """A head that sorts: `sort` is what following it asks for, `order` how the table is sorted now, if by this."""

    label: str
    sort: str
    order: str
    higher_is_better: bool | None = None


def head(label: str, name: str, selection: Selection, higher_is_better: bool | None = None) -> Head:
    """Numbers start with the largest; a second click turns the order round."""
    order = {name: "ascending", f"-{name}": "descending"}.get(selection.sort, "")
    return Head(label, name if order == "descending" else f"-{name}", order, higher_is_better)


def table_context(table: Table, selection: Selection) -> dict[str, Any]:
    """What `artifacts/_versions.html` needs beside its series."""
    return {
        "table": table,
        "page": table.page,
        "selection": selection,
        "version_head": head("", "version", selection),
        "size_head": head("", "size", selection),
        "metric_heads": [
            head(column.key, METRIC + column.key, selection, column.higher_is_better) for column in table.columns
        ],
        "shown_keys": [column.key for column in table.columns],
    }


def table_data(name: str, table: Table, facts: dict[str, Any]) -> PageData:
    """The page of the table as data: a metric is a column `metric:<key>`, sizes are in bytes, times ISO 8601 in UTC."""
    rows = [
        {
            "version": row.label,
            "aliases": [alias for alias, _ in row.aliases],
            "tags": row.tags,
            **{METRIC + cell.column.key: cell.value for cell in row.cells},
            "created_by": row.who.username if row.who else None,
            "created_at": row.moment.isoformat(),
            "run": row.run.name if row.run else None,
            "size": row.version.size,
            "digest": row.version.digest,
            "url": row.url,
        }
        for row in table.rows
    ]
    return PageData(name, facts | {"next": table.page.next, "previous": table.page.previous}, rows)
