"""What the word at the end of a filter may become. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from common.names import fold

MOST = 8
LAST = re.compile(r'(?:^|[\s(])-?(?:(?P<field>\w+):)?(?P<word>[^\s():"]*)\Z')


@dataclass(frozen=True)
class LastWord:
    """The `word` at the end of a text after its `start`, and the `field` whose value it is, if any."""

    start: str
    field: str
    word: str

    def completed(self, values: Iterable[str]) -> list[str]:
        """The text with those of `values` that the word begins, fields as they are and labels as filters write them."""
        begun = fold(self.word)
        fitting = [value for value in values if fold(value).startswith(begun) and fold(value) != begun]
        return [self.start + (written(value) if self.field else value) for value in fitting][:MOST]


def last_word(text: str) -> LastWord | None:
    """What stands at the end of `text`; nothing where that is no word, such as within quotes."""
    found = LAST.search(text)
    return LastWord(text[: found.start("word")], found["field"] or "", found["word"]) if found else None


def written(label: str) -> str:
    """A label as it is written in a filter."""
    plain = re.fullmatch(r"[-\w.]+", label)
    return label if plain else '"' + label.replace('"', r"\"") + '"'
