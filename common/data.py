"""Every page is data too: what a page shows, as JSON, and its table as CSV, for whoever may see the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from common.csv import csv_response
from common.errors import NotFoundError

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PageData:
    """What a page shows: `facts` by name, and the `rows` of its table, each by column. `columns` orders them in CSV.

    `name` (ASCII) is what the CSV file is called. A page without a table has `rows` None, and no CSV.
    """

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    rows: Iterable[Row] | None = None
    columns: Sequence[str] = ()

    def response(self, kind: str) -> HttpResponse:
        """The answer as `json` or `csv`. Raises NotFoundError for a table where there is none."""
        if kind == "json":
            table = {} if self.rows is None else {"rows": [dict(row) for row in self.rows]}
            response: HttpResponse = JsonResponse({**self.facts, **table}, json_dumps_params={"ensure_ascii": False})
            response.headers["Cache-Control"] = "private, no-store"
            return response
        if self.rows is None:
            raise NotFoundError(_("This page has no table; its data is there as .json."))
        rows = [*self.rows]
        columns = self.columns or list(dict.fromkeys(key for row in rows for key in row))
        return csv_response(self.name, [columns, *([_cell(row.get(key)) for key in columns] for row in rows)])


def _cell(value: Any) -> object:
    """What stands in one cell: lists of texts joined, anything else that is nested as JSON."""
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value


def data_kind(request: HttpRequest) -> str:
    """`json` or `csv` where the address asks for data, else nothing."""
    return str(getattr(request, "data_kind", ""))
