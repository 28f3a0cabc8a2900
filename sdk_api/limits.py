"""How much one document may ask for: its depth, its length after fragments are spread, and the sizes of its pages."""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from common.errors import InvalidInputError

MAX_DEPTH = 20  # the SDK's deepest document has 13 levels
MAX_NODES = 1500  # its longest document spreads to about 150
MAX_ROOTS = 10
MAX_ROWS = 250_000
MAX_PAGE = 10_000
DEFAULT_PAGE = 50
PAGE_ARGUMENTS = ("first", "last", "samples")
LISTS = ("members", "teamMembers")  # come whole, so they count like a page


class _Measure:
    """Walks an operation with its fragments spread; what repeats is counted as often as it is asked for."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.nodes = 0

    def walk(self, selection: SelectionSetNode | None, depth: int = 0) -> None:
        if depth > MAX_DEPTH:
            raise InvalidInputError(f"The query is nested deeper than {MAX_DEPTH} levels; ask in several requests.")
        for node in selection.selections if selection else ():
            self.nodes += 1
            if self.nodes > MAX_NODES:
                raise InvalidInputError(f"The query names more than {MAX_NODES} fields; ask in several requests.")
            if isinstance(node, FragmentSpreadNode):
                self.walk(self.fragments[node.name.value].selection_set, depth)
            elif isinstance(node, InlineFragmentNode):
                self.walk(node.selection_set, depth)
            elif isinstance(node, FieldNode):
                self.walk(node.selection_set, depth + 1)


def _is_page(node: FieldNode) -> bool:
    selections = node.selection_set.selections if node.selection_set else ()
    return any(isinstance(child, FieldNode) and child.name.value == "edges" for child in selections)


def check_shape(document: DocumentNode) -> None:
    """Refuse a valid document that is too deep, too long or asks too much at once. Raises InvalidInputError."""
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            if len(operation.selection_set.selections) > MAX_ROOTS:
                raise InvalidInputError(f"A query has at most {MAX_ROOTS} root fields; ask in several requests.")
            _Measure(document).walk(operation.selection_set)


def check_cost(document: DocumentNode, variables: dict[str, Any]) -> None:
    """Refuse pages within pages that could come to more than `MAX_ROWS` rows. Raises InvalidInputError."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}

    def rows(selection: SelectionSetNode | None) -> int:
        total = 0
        for node in selection.selections if selection else ():
            if isinstance(node, FragmentSpreadNode):
                total += rows(fragments[node.name.value].selection_set)
            elif isinstance(node, FieldNode):
                total += _page_size(node, variables) * (1 + rows(node.selection_set))
            elif isinstance(node, InlineFragmentNode):
                total += rows(node.selection_set)
        return total

    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode) and rows(operation.selection_set) > MAX_ROWS:
            raise InvalidInputError(f"The query could answer more than {MAX_ROWS} rows; ask for smaller pages.")


def _page_size(node: FieldNode, variables: dict[str, Any]) -> int:
    for argument in node.arguments or ():
        if argument.name.value in PAGE_ARGUMENTS:
            value: Any = None
            if isinstance(argument.value, IntValueNode):
                value = int(argument.value.value)
            elif isinstance(argument.value, VariableNode):
                value = variables.get(argument.value.name.value)
            return min(value, MAX_PAGE) if isinstance(value, int) and value > 0 else DEFAULT_PAGE
    return DEFAULT_PAGE if _is_page(node) or node.name.value in LISTS else 1
