"""The notation of people: `mAP@50 > 0.70 tag:night -tag:old (a or b) "free words"`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.filtering.names import split_name
from common.filtering.tree import (
    And,
    Budget,
    Field,
    FilterError,
    Kind,
    Node,
    Not,
    Operator,
    Or,
    Vocabulary,
    check_size,
    joined,
)
from common.filtering.values import NUMBER, compare

# A name or word: runs of characters and quoted parts; after it, perhaps, an operator.
QUOTED = r'"(?:\\"|[^"])*"'
WORD = re.compile(rf'(?:[^\s()":=<>~!]|!(?!=)|{QUOTED})+')
SYMBOL = re.compile(r"\s*(!=|>=|<=|=|>|<|~)\s*|:\s*")
VALUE = re.compile(rf"{QUOTED}|[^\s()\"]+")
OPERATORS = {
    "=": Operator.EQUAL,
    "!=": Operator.EQUAL,
    ">": Operator.GREATER,
    ">=": Operator.GREATER_OR_EQUAL,
    "<": Operator.LESS,
    "<=": Operator.LESS_OR_EQUAL,
    "~": Operator.MATCHES,
}
ANY = "*"  # `alias:*` has an alias at all
CONSTANTS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Value:
    """What stands after an operator; what was in quotes is a text for sure."""

    text: str
    is_quoted: bool


def read_text(source: str, vocabulary: Vocabulary) -> Node:
    """The tree of a text; of an empty one, a tree that holds for every row. Raises FilterError with its position."""
    check_size(source)
    return _Reader(source, vocabulary).everything()


class _Reader:
    def __init__(self, source: str, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.place = 0
        self.budget = Budget()

    def everything(self) -> Node:
        self._skip()
        if self.place == len(self.source):
            return And()
        tree = self._either(1)
        if self.place < len(self.source):
            raise FilterError(_("This ')' closes nothing"), position=self.place)
        return tree

    def _either(self, depth: int) -> Node:
        children = [self._together(depth)]
        while self._keyword("or"):
            children.append(self._together(depth))
        return joined(children, Or)

    def _together(self, depth: int) -> Node:
        children = [self._one(depth)]
        while self._keyword("and") or not self._at_end():
            children.append(self._one(depth))
        return joined(children, And)

    def _at_end(self) -> bool:
        return self.source[self.place : self.place + 1] in {"", ")"} or self._sees("or")

    def _one(self, depth: int) -> Node:
        start = self.place
        try:
            self.budget.spend(depth)
            if self._keyword("not"):
                return Not(self._one(depth + 1))
            character = self.source[start : start + 1]
            if character == "-" and self.source[start + 1 : start + 2].strip():
                self.place += 1
                return Not(self._one(depth + 1))
            return self._group(depth) if character == "(" else self._term()
        except FilterError as error:
            raise error.at(start) from None

    def _group(self, depth: int) -> Node:
        start = self.place
        self._advance(1)
        tree = self._either(depth + 1)
        if self.source[self.place : self.place + 1] != ")":
            raise FilterError(_("This '(' is not closed"), position=start)
        self._advance(1)
        return tree

    def _term(self) -> Node:
        start = self.place
        name = WORD.match(self.source, start)
        if name is None or name[0] in {"or", "OR", "and", "AND"}:
            raise self._missing(start)
        symbol = SYMBOL.match(self.source, name.end())
        if symbol is None:
            self._advance(name.end() - start)
            return self._words(_plain(name[0]))
        field, key = self.vocabulary.find(split_name(_name(name[0])))
        found = VALUE.match(self.source, symbol.end())
        if found is None:
            raise FilterError(
                _("A value is missing after '%(symbol)s'") % {"symbol": symbol[0].strip()}, position=symbol.end()
            )
        self.place = found.end()
        self._skip()
        quoted = found[0].startswith('"')
        return _condition(field, key, symbol[0].strip(), Value(_plain(found[0]) if quoted else found[0], quoted))

    def _words(self, words: str) -> Node:
        """Words without a field are parts of one of those that the vocabulary says, or a number with its prefix."""
        if not self.vocabulary.words:
            raise FilterError(
                _("Say where '%(words)s' is to be looked for, such as %(name)s:…")
                % {"words": words[:40], "name": self.vocabulary.fields[0].name}
            )
        self.budget.spend(nodes=len(self.vocabulary.words) - 1)
        fields = [self.vocabulary.find((name,))[0] for name in self.vocabulary.words]
        numbers = [field for field in fields if field.kind is Kind.NUMBER]
        found = [compare(field, Operator.CONTAINS, words) for field in fields if field not in numbers]
        found += [compare(field, Operator.EQUAL, words) for field in numbers if _is_number(field, words)]
        return joined(found, Or)

    def _missing(self, start: int) -> FilterError:
        rest = self.source[start : start + 1]
        if rest == '"':
            return FilterError(_("This quotation mark is not closed"), position=start)
        if rest in {"", ")"} or WORD.match(self.source, start):
            return FilterError(_("A condition is missing here"), position=start)
        return FilterError(_("There is no name before '%(rest)s'") % {"rest": rest}, position=start)

    def _sees(self, word: str) -> bool:
        end = self.place + len(word)
        written = self.source[self.place : end]
        return written in {word, word.upper()} and (self.source[end : end + 1] or " ") in " \t\r\n()"

    def _keyword(self, word: str) -> bool:
        found = self._sees(word)
        if found:
            self._advance(len(word))
        return found

    def _advance(self, count: int) -> None:
        self.place += count
        self._skip()

    def _skip(self) -> None:
        while self.source[self.place : self.place + 1].isspace():
            self.place += 1


def _plain(written: str) -> str:
    """A word or value without its quotation marks."""
    return re.sub(QUOTED, lambda part: part[0][1:-1].replace('\\"', '"'), written)


def _name(written: str) -> str:
    """A name, in which quotation marks around the whole mean nothing."""
    return written[1:-1] if re.fullmatch(r'"[^".]*"', written) else written


def _is_number(field: Field, word: str) -> bool:
    """Whether a word is a number as the field shows it (`v12`), and not too large to be one."""
    return re.fullmatch(rf"{re.escape(field.prefix)}\d{{1,15}}", word, re.ASCII) is not None


def _condition(field: Field, key: tuple[str, ...], symbol: str, value: Value) -> Node:
    if value.text == ANY and not value.is_quoted and symbol in {":", "=", "!="}:
        return compare(field, Operator.EXISTS, symbol != "!=", key)
    if symbol == ":":
        return _loosely(field, key, value)
    found = compare(field, OPERATORS[symbol], _typed(field, value, symbol), key)
    return Not(found) if symbol == "!=" else found


def _loosely(field: Field, key: tuple[str, ...], value: Value) -> Node:
    """`:` means what one would say: a text contains it, a list has it, a number or a date is it."""
    typed = _typed(field, value, ":")
    is_part = field.kind is Kind.TEXT or (field.kind is Kind.JSON and isinstance(typed, str))
    return compare(field, Operator.CONTAINS if is_part else Operator.EQUAL, typed, key)


def _typed(field: Field, value: Value, symbol: str) -> object:
    """In JSON what looks like a number is one, unless it stands in quotes."""
    if field.kind is not Kind.JSON or value.is_quoted or symbol == "~":
        return value.text
    if value.text in CONSTANTS:
        return CONSTANTS[value.text]
    match = NUMBER.match(value.text[:64])
    if match is None or match[2]:
        return value.text
    return int(match[1]) if match[1].lstrip("+-").isdecimal() else float(match[1])
