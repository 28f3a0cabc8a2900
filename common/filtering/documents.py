"""The notation of scripts: JSON as the SDK sends it, similar to MongoDB's (F64-F68)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from common.filtering.names import split_name
from common.filtering.tree import (
    And,
    Budget,
    Field,
    FilterError,
    Node,
    Not,
    Operator,
    Or,
    Vocabulary,
    check_size,
    closest,
    joined,
)
from common.filtering.values import compare

COMPARING = {
    "$eq": Operator.EQUAL,
    "$gt": Operator.GREATER,
    "$gte": Operator.GREATER_OR_EQUAL,
    "$lt": Operator.LESS,
    "$lte": Operator.LESS_OR_EQUAL,
    "$in": Operator.IN,
    "$contains": Operator.CONTAINS,
    "$regex": Operator.MATCHES,
    "$exists": Operator.EXISTS,
}
DENYING = {"$ne": Operator.EQUAL, "$nin": Operator.IN}
JOINING = ("$and", "$or", "$nor", "$not")
EVERY = (*COMPARING, *DENYING, *JOINING)


def read_json(source: str | dict[str, Any] | None, vocabulary: Vocabulary) -> Node:
    """The tree of a document, or of its text; of nothing, a tree that holds for every row. Raises FilterError."""
    if isinstance(source, str) and source:
        check_size(source)
        try:
            source = json.loads(source, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise FilterError(_("The filter is not JSON")) from error
    if not source:
        return And()
    return _Reader(vocabulary).document(source, 1)


def _refuse(name: str) -> Any:
    raise ValueError(name)


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.budget = Budget()

    def document(self, found: Any, depth: int) -> Node:
        """Several keys of one object hold together."""
        self.budget.spend(depth)
        if not isinstance(found, dict):
            raise FilterError(
                _('A filter is an object such as {"name": "…"}, not %(found)s') % {"found": json.dumps(found)[:60]}
            )
        return joined([self._entry(key, value, depth) for key, value in found.items()], And)

    def _entry(self, key: str, value: Any, depth: int) -> Node:
        if key.startswith("$"):
            return self._joined(key, value, depth)
        field, path = self.vocabulary.find(split_name(key))
        return joined([*self._conditions(field, path, value, depth)], And)

    def _joined(self, word: str, value: Any, depth: int) -> Node:
        if word == "$not":
            return Not(self.document(value, depth + 1))
        if word not in JOINING:
            raise self._unknown(word)
        if not isinstance(value, list) or not value:
            raise FilterError(_("%(word)s takes a list of filters, with one at least") % {"word": word})
        children = [self.document(one, depth + 1) for one in value]
        if word == "$and":
            return joined(children, And)
        return joined(children, Or) if word == "$or" else Not(joined(children, Or))

    def _conditions(self, field: Field, path: tuple[str, ...], value: Any, depth: int) -> Iterator[Node]:
        name = ".".join((field.name, *path))
        if not isinstance(value, dict):
            if isinstance(value, list):
                raise FilterError(_('%(name)s: to be one of a list is written {"$in": […]}') % {"name": name})
            self.budget.spend(depth)
            yield compare(field, Operator.EQUAL, value, path)
            return
        if not value:
            raise FilterError(
                _("%(name)s: the object is empty; give a value, or an operator such as $eq") % {"name": name}
            )
        for word, operand in value.items():
            self.budget.spend(depth, len(operand) + 1 if isinstance(operand, list) else 1)
            if word in COMPARING:
                yield compare(field, COMPARING[word], operand, path)
            elif word in DENYING:
                yield Not(compare(field, DENYING[word], operand, path))
            elif word == "$not":
                yield Not(joined([*self._conditions(field, path, operand, depth + 1)], And))
            else:
                raise self._unknown(word, name)

    def _unknown(self, word: str, name: str = "") -> FilterError:
        if name and not word.startswith("$"):
            return FilterError(
                _("%(name)s: values within it are named in one go: %(name)s.%(word)s")
                % {"name": name, "word": word[:40]}
            )
        known = " ".join(EVERY)
        return FilterError(
            _("There is no operator %(word)r; there are %(known)s") % {"word": word[:40], "known": known},
            suggestion=closest(word, EVERY),
        )
