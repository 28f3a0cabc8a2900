"""Regular expressions that RE2, PostgreSQL and Python read alike, and nothing beyond (docs/filtering.md).

Characters, `.`, classes, groups, `|`, `* + ?`, and `^` and `$` at the ends. Classes are those of ASCII, `.` is no line
break, `$` is the very end.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.filtering.tree import MAX_DEPTH, FilterError

MAX_PATTERN = 200
SHORTHANDS = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 10), (12, 13), (32, 32)),
}
CONTROLS = {"t": "\t", "n": "\n", "f": "\f", "r": "\r"}
ELSEWHERE = {
    "{": gettext_lazy("how often, as in {2,3}, cannot be said: write it out"),
    "?": gettext_lazy("what begins with (? is not read here, but for (?:…)"),
    "^": gettext_lazy("^ stands at the beginning only"),
    "$": gettext_lazy("$ stands at the end only"),
}


@dataclass(frozen=True)
class Characters:
    """One character within `ranges` of code points, or outside of them."""

    ranges: tuple[tuple[int, int], ...]
    is_negated: bool = False

    def __contains__(self, character: str) -> bool:
        code = ord(character)
        return self.is_negated is not any(low <= code <= high for low, high in self.ranges)


@dataclass(frozen=True)
class Sequence:
    """One after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    """One of them."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Repeat:
    """`*`, `+` or `?` of a part."""

    part: Part
    how: str


Part = Characters | Sequence | Choice | Repeat


@dataclass(frozen=True)
class Branch:
    """An alternative of the whole, perhaps bound to the start or the end of the text."""

    part: Part
    from_start: bool
    to_end: bool


@dataclass(frozen=True)
class Pattern:
    """What was written, and what it means."""

    source: str
    branches: tuple[Branch, ...]

    def portable(self) -> str:
        """The same for PostgreSQL, with nothing that depends on its locale."""
        return "|".join(
            ("^" if branch.from_start else "") + _written(branch.part) + ("$" if branch.to_end else "")
            for branch in self.branches
        )


def read_pattern(source: str) -> Pattern:
    """The meaning of a regular expression. Raises FilterError for what not all three engines read alike."""
    if not source or len(source) > MAX_PATTERN:
        raise FilterError(_("A regular expression has 1 to %(max_pattern)s characters") % {"max_pattern": MAX_PATTERN})
    return _Reader(source).pattern()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.depth = 0

    def pattern(self) -> Pattern:
        branches = [self._branch()]
        while self._take("|"):
            branches.append(self._branch())
        if self.place < len(self.source):
            raise self._error(_("')' closes nothing"))
        return Pattern(self.source, tuple(branches))

    def _branch(self) -> Branch:
        from_start = self._take("^")
        part = self._sequence()
        to_end = self._take("$")
        if self._next() not in {"", "|", ")"}:
            raise self._error(ELSEWHERE["$"])
        return Branch(part, from_start, to_end)

    def _choice(self) -> Part:
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._next() not in {"", "|", ")"} and not self._is_end():
            part = self._atom()
            how = self._next()
            if how and how in "*+?":
                self.place += 1
                self._take("?")  # as few as possible: finds the same texts
                if self._next() and self._next() in "*+?":
                    raise self._error(_("one of * + ? is enough"))
                part = Repeat(part, how)
            if self._next() == "{":
                raise self._error(ELSEWHERE["{"])
            parts.append(part)
        return Sequence(tuple(parts))

    def _is_end(self) -> bool:
        return self._next() == "$" and self.depth == 0

    def _atom(self) -> Part:
        character = self._next()
        if character in ELSEWHERE or character in "*+":
            raise self._error(ELSEWHERE.get(character) if character != "?" else None)
        self.place += 1
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == ".":
            return Characters(((10, 10),), is_negated=True)
        return self._escape() if character == "\\" else _only(character)

    def _group(self) -> Part:
        if self._take("?") and not self._take(":"):
            raise self._error(ELSEWHERE["?"])
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(_("groups nest at most %(depth)s deep") % {"depth": MAX_DEPTH})
        part = self._choice()
        self.depth -= 1
        if not self._take(")"):
            raise self._error(_("a ')' is missing"))
        return part

    def _escape(self) -> Characters:
        character = self._next()
        self.place += 1
        if character.lower() in SHORTHANDS and character:
            return Characters(SHORTHANDS[character.lower()], is_negated=character.isupper())
        if character in CONTROLS:
            return _only(CONTROLS[character])
        if not character or character.isalnum() or not character.isascii():
            self.place -= 1
            raise self._error(_("%(sign)s is not read here") % {"sign": f"\\{character}"})
        return _only(character)

    def _class(self) -> Characters:
        is_negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]") or not ranges:
            found = self._member()
            if self._next() == "-" and self.source[self.place + 1 : self.place + 2] not in {"", "]"}:
                self.place += 1
                end = self._member()
                if len(found) > 1 or len(end) > 1 or found[0][0] != found[0][1] or found[0][0] > end[0][0]:
                    raise self._error(_("a range such as a-z goes from a character to a later one"))
                found = ((found[0][0], end[0][1]),)
            ranges.extend(found)
        return Characters(tuple(ranges), is_negated)

    def _member(self) -> tuple[tuple[int, int], ...]:
        character = self._next()
        if not character:
            raise self._error(_("a ']' is missing"))
        self.place += 1
        if character == "[" or (character in "&|~-" and self._next() == character):
            raise self._error(_("within a class, write %(sign)s") % {"sign": f"\\{character}"})
        if character == "]":
            raise self._error(_("an empty class; for the character itself write \\]"))
        if character != "\\":
            return _only(character).ranges
        found = self._escape()
        if found.is_negated:
            raise self._error(_("\\D, \\W and \\S cannot stand within a class"))
        return found.ranges

    def _next(self) -> str:
        return self.source[self.place : self.place + 1]

    def _take(self, character: str) -> bool:
        taken = self._next() == character
        self.place += taken
        return taken

    def _error(self, why: str | Promise | None) -> FilterError:
        reason = why or _("there is nothing before it to repeat")
        shown = self.source[:40]
        return FilterError(
            _("The regular expression %(shown)r stops at its character %(place)s: %(reason)s")
            % {"shown": shown, "place": self.place + 1, "reason": reason}
        )


def _only(character: str) -> Characters:
    return Characters(((ord(character), ord(character)),))


def _written(part: Part) -> str:
    if isinstance(part, Sequence):
        return "".join(f"(?:{_written(one)})" if isinstance(one, Choice) else _written(one) for one in part.parts)
    if isinstance(part, Choice):
        return "|".join(_written(one) for one in part.parts)
    if isinstance(part, Repeat):
        return f"(?:{_written(part.part)}){part.how}"
    ranges = "".join(_code(low) + ("" if low == high else f"-{_code(high)}") for low, high in part.ranges)
    return f"[{'^' if part.is_negated else ''}{ranges}]"


def _code(code: int) -> str:
    if chr(code).isalnum() and code < 128:
        return chr(code)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
