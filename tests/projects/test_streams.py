"""Laying lines over lines, against the plainest model there is: a dictionary from number to line."""

from hypothesis import given
from hypothesis import strategies as st

from projects.streams import Piece, note_keys, overlay, pack, parse_row, split, step_of, unpack

LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=6), min_size=1, max_size=8)


@given(LINES)
def test_packed_lines_come_back(lines: list[str]) -> None:
    assert unpack(pack(lines)) == lines


def test_line_breaks_and_half_characters_do_not_break_the_packing() -> None:
    assert unpack(pack(["a\nb", "\ud800"])) == ["a b", "?"]


@given(st.lists(st.tuples(st.integers(0, 20), LINES), min_size=1, max_size=12), st.integers(1, 12))
def test_any_sequence_of_overlapping_writes_equals_a_plain_dictionary(
    writes: list[tuple[int, list[str]]], size: int
) -> None:
    model: dict[int, str] = {}
    pieces: list[Piece] = []
    for first, lines in writes:
        new = Piece(first, lines)
        model |= dict(enumerate(lines, first))
        near = sorted((p for p in pieces if p.first <= new.end and p.end >= new.first), key=lambda p: p.first)
        pieces = [p for p in pieces if p not in near] + list(split(overlay(near, new), size))
    held = [pair for piece in pieces for pair in enumerate(piece.lines, piece.first)]
    assert dict(held) == model
    assert len(held) == len(model), "pieces overlap"


def test_a_step_may_be_written_as_a_float() -> None:
    assert step_of(parse_row('{"_step": 1.5e+03}')) == 1500
    assert step_of(parse_row('{"_step": "x"}')) is None
    assert step_of(parse_row('{"_step": 1e300}')) is None


def test_keys_are_noted_once_with_all_their_kinds() -> None:
    rows = [
        parse_row('{"a": {"b": 1, "c": "x"}, "h": {"_type": "histogram", "bins": []}}'),
        parse_row('{"a": {"b": NaN}, "l": null}'),
    ]
    keys = note_keys({"a.c": ["number"]}, rows + rows)
    assert keys == {"a.b": ["number"], "a.c": ["number", "string"], "h": ["histogram"], "l": ["null"]}
