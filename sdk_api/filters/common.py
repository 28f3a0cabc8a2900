"""What the filters of all things share: reading, ids, and names that count as equal in upper and lower case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from common.filtering import Comparison, Kind, Operator, Vocabulary, read_json
from common.filtering.matching import found_in
from common.filtering.queries import Column, Source, condition
from common.filtering.tree import Field
from common.names import fold
from sdk_api import ids


def narrowed(rows: Any, text: str | None, vocabulary: Vocabulary, sources: Mapping[str, Source]) -> Any:
    """The rows that a filter, as JSON text, leaves. Raises FilterError, which says what is wrong and was perhaps meant."""
    return rows.filter(condition(read_json(text, vocabulary), sources)) if text else rows


def id_field(name: str, *others: str, kinds: tuple[str, ...]) -> Field:
    """A field of ids: numbers, or what the SDK shows as an id of one of the `kinds`."""

    def read(value: Any) -> Any:
        is_number = not isinstance(value, str) or value.isdecimal()
        return value if is_number else ids.number(value, *kinds)

    return Field(name, Kind.NUMBER, others, whole=True, reads=read)


def holds_for(comparison: Comparison, text: str) -> bool:
    """Whether a comparison of a text field holds for a text that is known without asking the database."""
    how, value = comparison.operator, comparison.value
    tests: dict[Operator, Callable[[], bool]] = {
        Operator.EQUAL: lambda: text == value,
        Operator.IN: lambda: text in value,
        Operator.CONTAINS: lambda: value.lower() in text.lower(),
        Operator.MATCHES: lambda: found_in(value.source, text),
        Operator.EXISTS: lambda: True,
        Operator.GREATER: lambda: text > value,
        Operator.GREATER_OR_EQUAL: lambda: text >= value,
        Operator.LESS: lambda: text < value,
        Operator.LESS_OR_EQUAL: lambda: text <= value,
    }
    return tests[how]()


@dataclass(frozen=True)
class Named:
    """A column of names with their keys: as look-ups do, equality does not tell upper from lower case."""

    path: str
    key: str

    def condition(self, comparison: Comparison) -> Q:
        """See common.filtering.queries.Source."""
        if comparison.operator is Operator.EQUAL:
            return Q(**{self.key: fold(comparison.value)})
        if comparison.operator is Operator.IN:
            return Q(**{f"{self.key}__in": [fold(value) for value in comparison.value]})
        return Column(self.path, key=self.key).condition(comparison)
