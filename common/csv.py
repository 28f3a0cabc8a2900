"""Tables as CSV that a spreadsheet takes for what they are: text and numbers, never formulas (T47)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A download `name`.csv (ASCII) of `rows`, the first of which is the head; UTF-8 with the mark that Excel wants."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return HttpResponse(
        f"\ufeff{text.getvalue()}".encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-store"},
    )


def _cell(value: object) -> object:
    """Numbers as they are; a text that would be read as a formula behind a quotation mark."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
