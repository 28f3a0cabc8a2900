"""Regular expressions: found where Python finds them, refused beyond the common part, and never slow (T39)."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.filtering.matching import Matcher
from common.filtering.patterns import read_pattern
from common.filtering.tree import FilterError

ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "\\W", "\\.", "-", "[a-c_]", "é"])


@st.composite
def patterns(draw: st.DrawFn, depth: int = 0) -> str:
    shape = draw(st.sampled_from(["atom", "row", "choice", "many"])) if depth < 4 else "atom"
    if shape == "atom":
        return draw(ATOMS)
    first = draw(patterns(depth + 1))
    if shape == "many":
        return f"({first}){draw(st.sampled_from('*+?'))}"
    second = draw(patterns(depth + 1))
    return first + second if shape == "row" else f"(?:{first}|{second})"


@given(patterns(), st.booleans(), st.booleans(), st.text("ab.-1_é", max_size=9))
def test_a_pattern_is_found_where_python_finds_it(inner: str, from_start: bool, to_end: bool, text: str) -> None:
    source = "^" * from_start + inner + "$" * to_end
    if len(source) > 200:
        return
    pattern = read_pattern(source)
    expected = re.search(source, text, re.ASCII) is not None
    assert Matcher(pattern).search(text) is expected
    assert (re.search(pattern.portable(), text) is not None) is expected


def test_alternatives_are_bound_to_the_ends_each_for_itself() -> None:
    search = Matcher(read_pattern("^a|b$|^$")).search
    assert [text for text in ("ab", "ax", "xb", "xbx", "", "x") if search(text)] == ["ab", "ax", "xb", ""]


@pytest.mark.parametrize(
    "source", ["(a*)*b$", "(a|a)*b$", "^(a+)+$", "(.*)*(.*)*(.*)*x", "(a|b)*a" + "(a|b)" * 38 + "c"]
)
def test_no_pattern_takes_long(source: str) -> None:
    """Python's own engine would not come back from most of these."""
    matcher = Matcher(read_pattern(source))
    start = time.process_time()
    assert not matcher.search("ab" * 10_000 + "!")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "source",
    ["", "a{2}", "(?=a)", "(?!a)", "(?<=a)b", "(?i)a", "(?P<n>a)", "(?", r"(a)\1", "a**", "a++", "*a", "?", "(", "a)", "[", "[]",
     "[[:alpha:]]", "[a&&b]", "[z-a]", r"[\D]", r"[\d-z]", r"\b", r"\Z", r"\p{L}", "\\", "a^b", "a$b", "(^a)", "(a$)", "(" * 30,
     "x" * 201],
)  # fmt: skip
def test_what_engines_read_differently_is_refused(source: str) -> None:
    with pytest.raises(FilterError):
        read_pattern(source)


@given(st.text("ab()[]{}*+?|^$\\.-:<=!dw", max_size=30))
def test_whatever_is_written_is_read_or_refused(source: str) -> None:
    try:
        read_pattern(source)
    except FilterError:
        return
