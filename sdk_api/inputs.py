"""Tolerance for other releases of the client: what the contract does not know is left out before values are checked."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_input_type,
    type_from_ast,
)

from common.errors import InvalidInputError
from projects import values

MAX_ITEMS = 20_000  # in one list; more would not fit in a query either


def known_variables(schema: GraphQLSchema, operation: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any]:
    """`given` without nulls, which mean "not given" to the client, and without unknown fields of input objects.

    Raises InvalidInputError for a list that is too long.
    """
    known: dict[str, Any] = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        if given.get(name) is not None and is_input_type(kind):
            known[name] = _known(kind, given[name])
    return known


def _known(kind: Any, value: Any) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _known(kind.of_type, value)
    if isinstance(kind, GraphQLList) and isinstance(value, list):
        if len(value) > MAX_ITEMS:
            raise InvalidInputError(
                f"A list has at most {MAX_ITEMS} items; send these {len(value)} in several requests."
            )
        return [_known(kind.of_type, item) for item in value]
    if isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
        fields = kind.fields
        return {
            name: _known(fields[name].type, inner)
            for name, inner in value.items()
            if name in fields and inner is not None
        }
    return values.text(value) if isinstance(value, str) else value
