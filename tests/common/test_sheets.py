"""Tables in files: what is read of them, what is made of their cells, which rows a wish leaves and in what order."""

from __future__ import annotations

import io
import json
import math
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sheets.choosing import Wish, choices, chosen_rows
from common.sheets.reading import read_json_lines, read_sheet_of_lines, read_table
from common.sheets.sheet import Kind, Media, Sheet


def table(columns: Any, data: Any, **more: Any) -> Sheet:
    sheet = read_table(io.BytesIO(json.dumps({**more, "columns": columns, "data": data}).encode()))
    assert sheet is not None
    return sheet


def lines(text: str, delimiter: str = ",") -> Sheet:
    sheet = read_sheet_of_lines(io.BytesIO(text.encode()), delimiter)
    assert sheet is not None
    return sheet


def column(sheet: Sheet, number: int, **wish: Any) -> list[Any]:
    return [sheet.rows[place][number - 1] for place in chosen_rows(sheet, Wish(**wish))]


def test_a_table_of_the_sdk_has_typed_columns_media_and_moments() -> None:
    picture = {"_type": "image-file", "path": "media/images/a.png", "caption": "a cat", "sha256": "0"}
    moment = {"wb_type": "union", "params": {"allowed_types": [{"wb_type": "none"}, {"wb_type": "timestamp"}]}}
    sheet = table(
        ["n", "picture", "ok", "when", "list", 7],
        [[1, picture, True, 1767225600000, [1, 2], "x"], [2.5, None, None, None, None, 1], [None]],
        column_types={"wb_type": "typedDict", "params": {"type_map": {"when": moment}}},
    )
    kinds = [Kind.NUMBER, Kind.MEDIA, Kind.BOOLEAN, Kind.TEXT, Kind.TEXT, Kind.TEXT]
    assert (sheet.columns, sheet.kinds) == (["n", "picture", "ok", "when", "list", "7"], kinds)
    media = Media("image", "media/images/a.png", "a cat")
    assert sheet.rows == [
        [1, media, True, "2026-01-01 00:00:00", "[1, 2]", "x"],
        [2.5, None, None, None, None, 1],
        [None] * 6,
    ]
    assert not sheet.is_cut


def test_what_is_no_table_is_none_however_odd() -> None:
    rest = [b"[]", b"{}", b"{", b"NaN", b"9" * 5000, b"[" * 100_000, b'{"columns": 1, "data": []}', b'{"data": [[1]]}']
    rest += [b'{"columns": ["a"]}', b'{"columns": ["a"], "data": 1}', b'{"columns": ["a"], "data": [[1]', b"\xff{", b""]
    rest += [b'{"columns": ["a"], "data": [' + odd for odd in (b"[" * 100_000, b"[" + b"9" * 5000 + b"]", b"[1] [2]]}")]
    for data in rest:
        assert read_table(io.BytesIO(data)) is None, data[:60]
    assert table([], []).rows == []
    assert read_table(io.BytesIO(b' \n{"x": {"data": 1}, "data": [[1, 2], 3], "columns": ["a"]}')) == Sheet(
        ["a", ""], [[1, 2], [3, None]]
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    read_table(io.BytesIO(b'{"columns": ["a"], "data": [' + data))
    read_json_lines(io.BytesIO(data))
    read_sheet_of_lines(io.BytesIO(data), ",")


def test_rows_cells_bytes_and_columns_have_a_bound_and_memory_stays() -> None:
    many = table(["n"], [[number] for number in range(60_000)])
    assert (len(many.rows), many.is_cut) == (50_000, True)
    wide = table([str(number) for number in range(60)], [list(range(60))] * 12_000)
    assert (len(wide.columns), len(wide.rows), len(wide.rows[0]), wide.is_cut) == (50, 10_000, 50, True)
    head = b'{"columns": ["a"], "data": [[1],'
    hostile = {
        "lists": head + b"[[],{}]," * 2_000_000,
        "one row": head + b"[" + b"{}," * 3_000_000,
        "one text": head + b'["' + b"x" * 2**24,
        "texts": head + (b"[" + b'"ab",' * 49 + b'"c"],') * 100_000,
    }
    for name, data in hostile.items():
        tracemalloc.start()
        sheet = read_table(io.BytesIO(data))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sheet is not None and sheet.is_cut and sheet.rows[0][0] == 1, name
        assert peak < 100 * 2**20, name
    cut = read_sheet_of_lines(io.BytesIO(b"a,b\n" + b"1,2\n" * 10), ",", 25)
    assert cut is not None and cut.is_cut and cut.rows == [[1, 2]] * 5
    cut = read_json_lines(io.BytesIO(b'{"a": 1}\n' * 10), 25)
    assert cut is not None and cut.is_cut and cut.rows == [[1]] * 2


def test_columns_of_a_sheet_of_lines_are_numbers_or_truth_where_all_cells_are() -> None:
    sheet = lines("n,name,ok,id,mix\n-2.5e-3,a,True,007,1\n,+,,008,\n1,c,false,009,x\nnan,d,FALSE,010,2\n")
    assert sheet.kinds == [Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN, Kind.TEXT, Kind.TEXT]
    assert [row[0] for row in sheet.rows[:3]] == [-0.0025, None, 1] and math.isnan(sheet.rows[3][0])  # type: ignore[arg-type]
    assert [row[3] for row in sheet.rows] == ["007", "008", "009", "010"]
    assert lines("a\tb\n=cmd()\t<b>\n", "\t").rows == [["=cmd()", "<b>"]]
    assert lines("\ufeffa,a\n1\n1,2,3\n").rows == [[1, None, None], [1, 2, 3]]
    assert lines("a,a,\n1,1,1\n").names == ["a", "a (2)", "column 3"]


def test_json_lines_have_the_keys_of_all_objects_for_columns() -> None:
    sheet = read_json_lines(io.BytesIO(b'{"a": 1}\n\n{"b": [1], "a": null}\n'))
    assert sheet == Sheet(["a", "b"], [[1, None], [None, "[1]"]])
    for odd in (b"", b"\n", b"[1]\n", b'{"a": 1}\nno\n', b"\xff\n", b"[" * 100_000):
        assert read_json_lines(io.BytesIO(odd)) is None, odd[:20]


def test_half_characters_and_nul_can_be_sent() -> None:
    sheet = read_table(io.BytesIO(rb'{"columns": ["\ud800"], "data": [["\udfff"], [{"x": "\ud800"}], ["\u0000"]]}'))
    assert sheet is not None
    for text in [*sheet.columns, *(row[0] for row in sheet.rows)]:
        assert "\0" not in str(text).encode().decode()


def test_an_order_is_by_size_then_by_letter_and_what_is_missing_is_last_both_ways() -> None:
    mixed = table(["n"], [[10], ["b"], [9], [None], ["A"], [float("nan")], ["8"], [True]])
    assert column(mixed, 1, sort=1)[:6] == [True, "8", 9, 10, "A", "b"]
    assert column(mixed, 1, sort=-1)[:6] == ["b", "A", 10, 9, "8", True]
    assert {str(cell) for cell in column(mixed, 1, sort=-1)[6:]} == {"None", "nan"}
    huge = table(["n"], [[10**400], [3], [1e308]])
    assert column(huge, 1, sort=1) == [3, 1e308, str(10**400)]
    equal = table(["k", "n"], [[1, 0], [0, 1], [1, 2], [0, 3]])
    assert column(equal, 2, sort=1) == [1, 3, 0, 2]
    assert column(equal, 2, sort=-1) == [0, 2, 1, 3]
    assert column(equal, 2, sort=9) == [0, 1, 2, 3]


def test_a_filter_finds_text_anywhere_or_in_a_column_and_exact_values() -> None:
    sheet = table(["n", "label", "ok"], [[1, "Cat", True], [2, "dog 1", False], [11, None, None]])
    assert column(sheet, 1, words="1") == [1, 2, 11]
    assert column(sheet, 1, words="CAT") == [1]
    assert column(sheet, 1, words="1", within=2) == [2]
    assert column(sheet, 1, values={3: "false"}) == [2]
    assert column(sheet, 1, values={3: "null"}) == [11]
    assert column(sheet, 1, values={2: "cat"}) == []
    assert column(sheet, 1, values={3: "true", 1: "1"}, words="a") == [1]
    assert column(sheet, 1, values={9: "x"}) == []


def test_columns_with_few_values_that_come_back_offer_them() -> None:
    rows = [[number, number % 3, "ab"[number % 2], number / 7, None if number % 4 else True] for number in range(40)]
    sheet = table(["id", "class", "split", "score", "ok"], rows)
    found = {choice.name: choice.values for choice in choices(sheet, Wish())}
    assert found == {"class": ["0", "1", "2"], "split": ["a", "b"], "ok": ["true", "null"]}
    asked = choices(sheet, Wish(values={1: "17", 3: "b"}))
    assert [(choice.name, choice.chosen) for choice in asked if choice.chosen] == [("id", "17"), ("split", "b")]
    assert choices(table(["a"], [["x"], ["y"]]), Wish()) == []


@pytest.mark.parametrize("odd", ["x", "", "-", "--1", "1e3", "999999999999999999999", "-51", "\u0663"])
def test_a_wish_that_is_no_number_is_none(odd: str) -> None:
    assert Wish.read({"sort": odd, "within": odd, "from": odd}) == Wish()
