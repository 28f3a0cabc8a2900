"""Numbers inside JSON columns as the database sorts them: what is no number is NULL."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any

from django.db.models import Case, FloatField, Func, QuerySet, Value, When
from django.db.models.functions import Coalesce

LARGEST = sys.float_info.max


class NumberAt(Func):
    """The number that a JSON column (`source`) has under the keys of `path`, which hold no quote and no backslash."""

    output_field = FloatField()

    def __init__(self, source: str, *path: str) -> None:
        super().__init__(source)
        self.path = path

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        """By path, read once: texts and booleans have other types."""
        column, params = compiler.compile(self.source_expressions[0])
        # The document is kept as json.dumps writes it, and keys are compared as they are written there.
        path = "$" + "".join(f".{json.dumps(key)}" for key in self.path)
        # As a float, which is what a cursor carries: of two large integers that are one float, a page would lose one.
        number = f"CAST(json_extract({column}, %s) AS REAL)"
        sql = f"CASE WHEN json_type({column}, %s) IN ('integer', 'real') THEN {number} END"
        return sql, (*params, path, *params, path)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        """By key."""
        column, params = compiler.compile(self.source_expressions[0])
        keys = ", ".join(["%s"] * len(self.path))
        node, text = (f"{name}({column}, {keys})" for name in ("jsonb_extract_path", "jsonb_extract_path_text"))
        # JSON has larger numbers than a float; they are the largest float.
        number = f"LEAST(GREATEST(({text})::numeric, %s::numeric), %s::numeric)::double precision"
        sql = f"CASE WHEN jsonb_typeof({node}) = 'number' THEN {number} END"
        return sql, (*params, *self.path, *params, *self.path, Decimal(-LARGEST), Decimal(LARGEST))


def by_number(
    rows: QuerySet[Any], source: str, *paths: tuple[str, ...], down: bool
) -> tuple[QuerySet[Any], tuple[str, ...]]:
    """`rows` and the order in which the number at `source`, at the first of `paths` that has one, sorts them.

    Rows without it stay, last, newest first.
    """
    numbers = [NumberAt(source, *path) for path in paths]
    rows = rows.annotate(number=Coalesce(*numbers) if len(numbers) > 1 else numbers[0]).annotate(
        is_missing=Case(When(number=None, then=Value(1)), default=Value(0)), sort_number=Coalesce("number", Value(0.0))
    )
    return rows, ("is_missing", f"{'-' if down else ''}sort_number", "-created_at", "-pk")
