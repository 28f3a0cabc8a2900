"""What a filter is: comparisons of declared fields, joined by and, or and not."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from common.errors import InvalidInputError

MAX_BYTES = 10_000
MAX_NODES = 200
MAX_DEPTH = 20


class FilterError(InvalidInputError):
    """A filter that cannot be read; `position` counts characters of its text from 0, `suggestion` is what was perhaps meant."""

    def __init__(self, message: str, *, position: int | None = None, suggestion: str = "") -> None:
        place = "" if position is None else _(" (at character %(place)s)") % {"place": position + 1}
        guess = _(" Did you mean %(suggestion)s?") % {"suggestion": suggestion} if suggestion else ""
        super().__init__(f"{message.removesuffix('.')}{place}.{guess}")
        self.reason = message
        self.position = position
        self.suggestion = suggestion

    def at(self, position: int) -> FilterError:
        """The same, with its place, unless it knows one."""
        if self.position is not None:
            return self
        return type(self)(self.reason, position=position, suggestion=self.suggestion)


class UnknownNameError(FilterError):
    """A name that is no field."""


class Kind(StrEnum):
    """What a field holds, which decides how it can be compared."""

    TEXT = "text"
    LABELS = "labels"  # names such as tags: a field with any number of them
    NUMBER = "number"
    DATE = "date"
    JSON = "json"  # a document; the key leads into it
    METRIC = "metric"  # numbers by name; the key is the name


class Operator(StrEnum):
    """The comparisons of the tree; all others are made of them by `not`."""

    EQUAL = "="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    IN = "in"
    CONTAINS = "contains"  # a text contains a part, in upper or lower case; a list in JSON contains a value
    MATCHES = "matches"  # a regular expression is found in it
    EXISTS = "exists"  # there is a value at all: a text that is not empty, a label, a key


ORDERED = (Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.LESS, Operator.LESS_OR_EQUAL)
TEXTUAL = (Operator.EQUAL, Operator.IN, Operator.CONTAINS, Operator.MATCHES, Operator.EXISTS)
ALLOWED: Mapping[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: (*TEXTUAL, *ORDERED),
    Kind.LABELS: TEXTUAL,
    Kind.NUMBER: (Operator.EQUAL, Operator.IN, *ORDERED, Operator.EXISTS),
    Kind.DATE: (Operator.EQUAL, Operator.IN, *ORDERED, Operator.EXISTS),
    Kind.JSON: (*TEXTUAL, *ORDERED),
    Kind.METRIC: (Operator.EQUAL, Operator.IN, *ORDERED, Operator.EXISTS),
}
WITH_KEY = (Kind.JSON, Kind.METRIC)


@dataclass(frozen=True)
class Field:
    """A field that may be asked for, under `name` or one of `others`.

    A number may be `whole` only, be written after a `prefix` (`v3`), or before one of the `units` (`10 MB`). Of a metric,
    `keys` are the known names; without them any name will do. `reads` turns what a script writes into the value it means.
    """

    name: str
    kind: Kind
    others: tuple[str, ...] = ()
    whole: bool = False
    prefix: str = ""
    units: Mapping[str, int] | None = None
    keys: Collection[str] | None = None
    reads: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Vocabulary:
    """What can be asked of one kind of thing. `words` name the fields in which words without a field are looked for, those
    of texts and labels and then those of whole numbers (`v3`);

    `other` names the metric field to which names that are no field belong (`loss < 1`).
    """

    fields: tuple[Field, ...]
    words: tuple[str, ...] = ()
    other: str = ""

    def names(self) -> Iterator[str]:
        """The names under which the fields can be asked for."""
        for field in self.fields:
            yield from (field.name, *field.others)

    def get(self, name: str) -> Field | None:
        """The field of that name."""
        return next((field for field in self.fields if name == field.name or name in field.others), None)

    def find(self, parts: tuple[str, ...]) -> tuple[Field, tuple[str, ...]]:
        """The field and the key that a dotted name means. Raises FilterError."""
        field = self.get(parts[0])
        if field is not None and field.kind in WITH_KEY:
            if len(parts) == 1:
                raise FilterError(_("Say which key of %(parts)s is meant: %(parts)s.<key>") % {"parts": parts[0]})
            return field, self._known(field, parts[1:])
        if field is not None and len(parts) == 1:
            return field, ()
        if self.other:
            return self._metric(parts)
        raise self.unknown(".".join(parts))

    def _metric(self, parts: tuple[str, ...]) -> tuple[Field, tuple[str, ...]]:
        field = next(field for field in self.fields if field.name == self.other)
        key = ".".join(parts)
        if field.keys is None and closest(key, self.names(), cutoff=0.8):
            raise self.unknown(key)
        return field, self._known(field, (key,))

    def _known(self, field: Field, parts: tuple[str, ...]) -> tuple[str, ...]:
        if field.kind is Kind.JSON:
            return parts
        key = ".".join(parts)
        if field.keys is not None and key not in field.keys:
            raise self.unknown(key, field.keys)
        return (key,)

    def unknown(self, name: str, keys: Collection[str] = ()) -> UnknownNameError:
        """The error for a name that is no field, with the one that was perhaps meant."""
        guess = closest(name, [*self.names(), *keys])
        meant = self.get(guess)  # by another name, which is not among those that are listed
        names = ", ".join(field.name + (".<key>" if field.kind in WITH_KEY else "") for field in self.fields)
        return UnknownNameError(
            _("There is nothing called '%(name)s' to filter by; there are %(names)s")
            % {"name": name[:80], "names": names},
            suggestion=meant.name if meant else guess,
        )


@dataclass(frozen=True)
class Comparison:
    """`field` (its `key`, where it has keys) against `value`.

    The value is a text, a number, a moment in UTC, true, false or None; for IN a tuple of these; for MATCHES a
    `patterns.Pattern`; for EXISTS None.
    """

    field: Field
    operator: Operator
    value: Any = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class And:
    """All of them hold; of none, everything does."""

    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Or:
    """At least one of them holds."""

    children: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """It does not hold; a row without a value counts here."""

    child: Node


Node = And | Or | Not | Comparison


class Budget:
    """Counts what is read, so that no filter is larger or deeper than allowed."""

    def __init__(self) -> None:
        self.nodes = 0

    def spend(self, depth: int = 0, nodes: int = 1) -> None:
        """Raises FilterError beyond the bounds."""
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise FilterError(_("A filter has at most %(max_nodes)s conditions and values") % {"max_nodes": MAX_NODES})
        if depth > MAX_DEPTH:
            raise FilterError(_("A filter is nested at most %(max_depth)s deep") % {"max_depth": MAX_DEPTH})


def check_size(text: str) -> None:
    """Raises FilterError for more than 10 kB."""
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise FilterError(_("A filter has at most %(max_bytes)s bytes") % {"max_bytes": MAX_BYTES})


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The name among `known` that `name` was perhaps meant to be, or nothing."""
    by_key = {one.lower(): one for one in known}
    return "".join(by_key[key] for key in difflib.get_close_matches(name.lower(), by_key, n=1, cutoff=cutoff))


def joined(children: list[Node], kind: type[And | Or]) -> Node:
    """`children` joined, without a node around a single one."""
    return children[0] if len(children) == 1 else kind(tuple(children))
