"""Finding a pattern in a text in time linear in the text, whatever the pattern: by an automaton, never by backtracking.

SQLite has no regular expressions of its own, and Python's can take ages over `(a*)*b`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from common.filtering.patterns import Characters, Part, Pattern, Repeat, Sequence, read_pattern

REMEMBERED = 5000  # steps that are kept, beyond which they are worked out anew


@dataclass(frozen=True)
class Shape:
    """Of a part: whether it can be empty, and the sets (bits) of characters that it can begin and end with."""

    can_be_empty: bool
    first: int
    last: int


@dataclass
class Matcher:
    """Glushkov's automaton of a pattern. A state is the set, as bits, of the characters just read; bit 0 is the beginning.

    `follow[n]` are the characters that may come after character n, `anywhere` those that a match begins with at any
    place, `done` those that end a match at once, `done_at_end` those that do so where the text ends.
    """

    pattern: Pattern
    characters: list[Characters] = field(default_factory=list)
    follow: list[int] = field(default_factory=lambda: [0])
    anywhere: int = 0
    done: int = 0
    done_at_end: int = 0
    always: bool = False

    def __post_init__(self) -> None:
        self.steps: dict[tuple[int, str], int] = {}
        self.sets: dict[str, int] = {}
        for branch in self.pattern.branches:
            shape = self._shape(branch.part)
            if branch.from_start:
                self.follow[0] |= shape.first
            else:
                self.anywhere |= shape.first
            if branch.to_end:
                self.done_at_end |= shape.last | (1 if shape.can_be_empty else 0)
            else:
                self.done |= shape.last
            self.always = self.always or (shape.can_be_empty and not (branch.from_start and branch.to_end))

    def search(self, text: str) -> bool:
        """Whether the pattern is found anywhere in `text`."""
        if self.always:
            return True
        state, done, steps = 1, self.done, self.steps
        for character in text:
            following = steps.get((state, character))
            state = self._step(state, character) if following is None else following
            if state & done:
                return True
        return bool(state & self.done_at_end)

    def _step(self, state: int, character: str) -> int:
        reached, rest = self.anywhere, state
        while rest:
            lowest = rest & -rest
            reached |= self.follow[lowest.bit_length() - 1]
            rest ^= lowest
        if len(self.steps) >= REMEMBERED:
            self.steps.clear()
            self.sets.clear()
        fitting = self.sets.get(character)
        if fitting is None:
            fitting = sum(2 << place for place, known in enumerate(self.characters) if character in known)
            self.sets[character] = fitting
        self.steps[state, character] = reached & fitting
        return reached & fitting

    def _shape(self, part: Part) -> Shape:
        if isinstance(part, Characters):
            self.characters.append(part)
            self.follow.append(0)
            place = 1 << len(self.characters)
            return Shape(False, place, place)
        if isinstance(part, Repeat):
            inner = self._shape(part.part)
            if part.how != "?":
                self._connect(inner.last, inner.first)
            return Shape(inner.can_be_empty or part.how != "+", inner.first, inner.last)
        shapes = [self._shape(one) for one in part.parts]
        return self._in_a_row(shapes) if isinstance(part, Sequence) else _either(shapes)

    def _in_a_row(self, shapes: list[Shape]) -> Shape:
        whole = Shape(True, 0, 0)
        for shape in shapes:
            self._connect(whole.last, shape.first)
            whole = Shape(
                whole.can_be_empty and shape.can_be_empty,
                whole.first | (shape.first if whole.can_be_empty else 0),
                shape.last | (whole.last if shape.can_be_empty else 0),
            )
        return whole

    def _connect(self, ends: int, beginnings: int) -> None:
        for place in range(ends.bit_length()):
            if ends >> place & 1:
                self.follow[place] |= beginnings


def _either(shapes: list[Shape]) -> Shape:
    first = last = 0
    for shape in shapes:
        first, last = first | shape.first, last | shape.last
    return Shape(any(shape.can_be_empty for shape in shapes), first, last)


@lru_cache(maxsize=64)
def matcher(source: str) -> Matcher:
    """The automaton of a regular expression that `read_pattern` accepts."""
    return Matcher(read_pattern(source))


def found_in(source: str, text: object) -> bool:
    """Whether the regular expression is found in `text`; never in what is none."""
    return isinstance(text, str) and matcher(source).search(text)
