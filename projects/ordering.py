"""Numbers inside JSON columns as the database sorts them: what is no number is NULL."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, FloatField, Func, QuerySet, Value, When
from django.db.models.functions import Coalesce


class NumberAt(Func):
    """The number that a JSON column (`source`) has under a top-level `key`, which holds no quote and no backslash."""

    output_field = FloatField()

    def __init__(self, source: str, key: str) -> None:
        super().__init__(source)
        self.key = key

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        """By path, read once: texts and booleans have other types."""
        column, params = compiler.compile(self.source_expressions[0])
        path = f'$."{self.key}"'
        sql = f"CASE WHEN json_type({column}, %s) IN ('integer', 'real') THEN json_extract({column}, %s) END"
        return sql, (*params, path, *params, path)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        """By key."""
        column, params = compiler.compile(self.source_expressions[0])
        sql = f"CASE WHEN jsonb_typeof({column} -> %s) = 'number' THEN ({column} ->> %s)::double precision END"
        return sql, (*params, self.key, *params, self.key)


def by_number(rows: QuerySet[Any], source: str, key: str, *, down: bool) -> tuple[QuerySet[Any], tuple[str, ...]]:
    """`rows` and the order in which the number at `source`, `key` sorts them; those without it stay, last, newest first."""
    rows = rows.annotate(number=NumberAt(source, key)).annotate(
        is_missing=Case(When(number=None, then=Value(1)), default=Value(0)), sort_number=Coalesce("number", Value(0.0))
    )
    return rows, ("is_missing", f"{'-' if down else ''}sort_number", "-created_at", "-pk")
