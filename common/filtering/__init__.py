"""Filters of lists: one tree, written by people as text and by scripts as JSON (docs/filtering.md).

    vocabulary = Vocabulary((Field("name", Kind.TEXT), Field("tag", Kind.LABELS)), words=("name",))
    tree = read_text('tag:night -name:old "free words"', vocabulary)
    tree = read_json('{"tag": "night", "$not": {"name": {"$contains": "old"}}}', vocabulary)
    rows.filter(common.filtering.queries.condition(tree, {"name": Column("name"), "tag": Labels(…)}))

All but `queries` needs no database. A FilterError says what is wrong, where, and what was perhaps meant.
"""

from common.filtering.documents import read_json
from common.filtering.text import read_text
from common.filtering.tree import (
    And,
    Comparison,
    Field,
    FilterError,
    Kind,
    Node,
    Not,
    Operator,
    Or,
    UnknownNameError,
    Vocabulary,
)

__all__ = [
    "And",
    "Comparison",
    "Field",
    "FilterError",
    "Kind",
    "Node",
    "Not",
    "Operator",
    "Or",
    "UnknownNameError",
    "Vocabulary",
    "read_json",
    "read_text",
]
