"""Comparisons that Django's look-ups do differently on SQLite and PostgreSQL; each is true or false, never unknown."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Func

from common.filtering.matching import found_in
from common.filtering.tree import Operator

Sql = tuple[str, list[Any]]
Compiled = tuple[str, tuple[Any, ...]]
FOUND_IN = "vitrine_found_in"


def _can_match(connection: Any) -> None:
    """Teaches the connection of SQLite to match regular expressions in linear time."""
    connection.ensure_connection()
    connection.connection.create_function(FOUND_IN, 2, found_in, deterministic=True)


class TextCondition(Func):
    """A text column against a text by order (of code points), or against a pattern."""

    output_field = BooleanField()

    def __init__(self, column: Any, how: Operator, value: Any, **extra: Any) -> None:
        super().__init__(column, **extra)
        self.how, self.value = how, value

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        """The condition on SQLite."""
        column, values = compiler.compile(self.source_expressions[0])
        if self.how is Operator.MATCHES:
            _can_match(connection)
            return f"COALESCE({FOUND_IN}(%s, {column}), 0)", (self.value.source, *values)
        return f"COALESCE({column} {self.how} %s, 0)", (*values, self.value)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        """The condition on PostgreSQL."""
        column, values = compiler.compile(self.source_expressions[0])
        if self.how is Operator.MATCHES:
            return f"COALESCE({column} ~ %s, FALSE)", (*values, self.value.portable())
        return f'COALESCE({column} COLLATE "C" {self.how} %s, FALSE)', (*values, self.value)


class JsonCondition(Func):
    """What a document holds under a key, against a value: numbers with numbers and texts with texts only.

    What equals a value in a list equals the list, as in MongoDB; no list is equal to None.
    """

    output_field = BooleanField()

    def __init__(self, column: Any, key: tuple[str, ...], how: Operator, value: Any, **extra: Any) -> None:
        super().__init__(column, **extra)
        self.key, self.how, self.value = key, how, value

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        """The condition on SQLite."""
        column, values = compiler.compile(self.source_expressions[0])
        if self.how is Operator.MATCHES:
            _can_match(connection)
        # The document is kept as json.dumps writes it, and keys are compared as they are written there.
        path = "$" + "".join(f".{json.dumps(part)}" for part in self.key)
        found = _OnSqlite(f"{column}, %s", [*values, path], connection)
        return _certain(found.holds(self.how, self.value), "0")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        """The condition on PostgreSQL."""
        column, values = compiler.compile(self.source_expressions[0])
        node = "(" + column + " -> %s::text" * len(self.key) + ")"
        found = _OnPostgres(node, [*values, *self.key], connection)
        return _certain(found.holds(self.how, self.value), "FALSE")


class ItemCondition(Func):
    """Whether a JSON list of texts has an item that is, contains or matches a value; for EXISTS, any item at all."""

    output_field = BooleanField()

    def __init__(self, column: Any, how: Operator, value: Any, **extra: Any) -> None:
        super().__init__(column, **extra)
        self.how, self.value = how, value

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        """The condition on SQLite."""
        column, values = compiler.compile(self.source_expressions[0])
        if self.how is Operator.MATCHES:
            _can_match(connection)
            test: Sql = (f"{FOUND_IN}(%s, item.value)", [self.value.source])
        else:
            test = self._test(connection, r"LIKE %s ESCAPE '\'")
        rows = f"SELECT 1 FROM JSON_EACH({column}) AS item WHERE {test[0]}"  # noqa: S608 -- values are parameters
        return f"EXISTS ({rows})", (*values, *test[1])

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Compiled:
        """The condition on PostgreSQL."""
        column, values = compiler.compile(self.source_expressions[0])
        if self.how is Operator.MATCHES:
            test: Sql = ("item.value ~ %s", [self.value.portable()])
        else:
            test = self._test(connection, "ILIKE %s")
        items = f"JSONB_ARRAY_ELEMENTS_TEXT({column}) AS item(value)"
        return f"EXISTS (SELECT 1 FROM {items} WHERE {test[0]})", (*values, *test[1])  # noqa: S608 -- as above

    def _test(self, connection: Any, like: str) -> Sql:
        if self.how is Operator.EXISTS:
            return "1 = 1", []
        if self.how is Operator.CONTAINS:
            return f"item.value {like}", [f"%{connection.ops.prep_for_like_query(self.value)}%"]
        wanted = list(self.value) if self.how is Operator.IN else [self.value]
        return _any_of([("item.value = %s", [one]) for one in wanted], "1 = 0")


def _certain(sql: Sql, otherwise: str) -> Compiled:
    return f"COALESCE(({sql[0]}), {otherwise})", tuple(sql[1])


def _any_of(parts: list[Sql], otherwise: str) -> Sql:
    text = " OR ".join(f"({part})" for part, _ in parts)
    return text or otherwise, [value for _, values in parts for value in values]


class _OnSqlite:
    """`place` are the arguments, with their values, of the functions that look into the document."""

    def __init__(self, place: str, values: list[Any], connection: Any) -> None:
        self.kind, self.found, self.items = f"JSON_TYPE({place})", f"JSON_EXTRACT({place})", f"JSON_EACH({place})"
        self.values = values
        self.connection = connection

    def holds(self, how: Operator, value: Any) -> Sql:
        if how is Operator.EXISTS:
            return f"{self.kind} IS NOT NULL", self.values
        if how is Operator.IN:
            return _any_of([self.holds(Operator.EQUAL, one) for one in value], "0")
        if how is Operator.CONTAINS:
            return self._contains(value)
        if how is Operator.MATCHES:
            test = f"{FOUND_IN}(%s, {self.found})"
            return f"{self.kind} = 'text' AND {test}", [*self.values, value.source, *self.values]
        if value is None:
            return f"COALESCE({self.kind}, 'null') = 'null'", self.values
        if how is Operator.EQUAL:
            return _any_of([self._is(value), self._listed(value)], "0")
        return self._compares(how, value)

    def _is(self, value: Any) -> Sql:
        if isinstance(value, bool):
            return f"{self.kind} = %s", [*self.values, json.dumps(value)]
        return self._compares(Operator.EQUAL, value)

    def _compares(self, how: Operator, value: Any) -> Sql:
        kinds = "('text')" if isinstance(value, str) else "('integer', 'real')"
        return f"{self.kind} IN {kinds} AND {self.found} {how} %s", [*self.values, *self.values, value]

    def _listed(self, value: Any) -> Sql:
        item, found = "item.type = %s", [json.dumps(value)]
        if isinstance(value, str):
            item, found = "item.type = 'text' AND item.value = %s", [value]
        elif value is not None and not isinstance(value, bool):
            item, found = "item.type IN ('integer', 'real') AND item.value = %s", [value]
        some = f"EXISTS (SELECT 1 FROM {self.items} AS item WHERE {item})"  # noqa: S608 -- values are parameters
        return f"{self.kind} = 'array' AND {some}", [*self.values, *self.values, *found]

    def _contains(self, value: Any) -> Sql:
        listed = self._listed(value)
        if not isinstance(value, str):
            return listed
        pattern = f"%{self.connection.ops.prep_for_like_query(value)}%"
        part = rf"{self.kind} = 'text' AND {self.found} LIKE %s ESCAPE '\'", [*self.values, *self.values, pattern]
        return _any_of([part, listed], "0")


class _OnPostgres:
    """`node` is what the document holds under the key."""

    def __init__(self, node: str, values: list[Any], connection: Any) -> None:
        self.node, self.values = node, values
        self.kind, self.text = f"jsonb_typeof({node})", f"({node} #>> '{{}}')"
        self.connection = connection

    def holds(self, how: Operator, value: Any) -> Sql:
        if how is Operator.EXISTS:
            return f"{self.node} IS NOT NULL", self.values
        if how is Operator.IN:
            return _any_of([self.holds(Operator.EQUAL, one) for one in value], "FALSE")
        if how is Operator.EQUAL:
            node = f"COALESCE({self.node}, 'null'::jsonb)" if value is None else self.node
            same = f"{node} = %s::jsonb", [*self.values, json.dumps(value)]
            return same if value is None else _any_of([same, self._listed(value)], "FALSE")
        if how is Operator.CONTAINS:
            return self._contains(value)
        twice = [*self.values, *self.values]
        if how is Operator.MATCHES:
            return f"{self.kind} = 'string' AND {self.text} ~ %s", [*twice, value.portable()]
        if isinstance(value, str):
            return f"{self.kind} = 'string' AND {self.text} COLLATE \"C\" {how} %s", [*twice, value]
        test = f"CASE WHEN {self.kind} = 'number' THEN {self.text}::numeric {how} %s::numeric END"
        return test, [*twice, Decimal(repr(value))]

    def _listed(self, value: Any) -> Sql:
        values = [*self.values, *self.values, json.dumps(value)]
        return f"{self.kind} = 'array' AND {self.node} @> %s::jsonb", values

    def _contains(self, value: Any) -> Sql:
        listed = self._listed(value)
        if not isinstance(value, str):
            return listed
        twice = [*self.values, *self.values]
        pattern = f"%{self.connection.ops.prep_for_like_query(value)}%"
        return _any_of([(f"{self.kind} = 'string' AND {self.text} ILIKE %s", [*twice, pattern]), listed], "FALSE")
