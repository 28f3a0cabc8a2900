"""Documents of the client: parsed, validated and measured once, then kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, parse, validate

from common.errors import InvalidInputError, TooLargeError
from sdk_api.limits import check_shape
from sdk_api.not_served import reason_for
from sdk_api.schema import schema

MAX_LENGTH = 64 * 1024
MAX_TOKENS = 10_000
KEPT = 512
NUL = re.compile(r"\0|\\u(?:0000|\{0+\})")  # of texts that the document itself holds; no database column takes it


@dataclass(frozen=True)
class Prepared:
    """A valid document and its operations by name."""

    document: DocumentNode
    operations: dict[str, OperationDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of that name; the only one where none is named, or the name is empty. Raises InvalidInputError."""
        if name and name in self.operations:
            return self.operations[name]
        if name or len(self.operations) != 1:
            raise InvalidInputError("Name one of the document's operations in operationName.")
        return next(iter(self.operations.values()))


def prepare(text: str) -> Prepared:
    """The document of `text`. Raises TooLargeError, and InvalidInputError that says what is wrong and where."""
    if len(text) > MAX_LENGTH:
        raise TooLargeError(f"A GraphQL document has at most {MAX_LENGTH} characters; this one has {len(text)}.")
    if NUL.search(text):
        raise InvalidInputError("A GraphQL document holds no NUL character.")
    return _prepare(text)


@lru_cache(maxsize=KEPT)
def _prepare(text: str) -> Prepared:
    try:
        document = parse(text, max_tokens=MAX_TOKENS, no_location=False)
    except GraphQLSyntaxError as error:
        raise InvalidInputError(error.message) from error
    errors: list[GraphQLError] = validate(schema, document, max_errors=5)
    if errors:
        raise InvalidInputError(reason_for(document) or "; ".join(error.message for error in errors))
    check_shape(document)
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return Prepared(document, {node.name.value if node.name else "": node for node in found})
