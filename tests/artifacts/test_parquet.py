"""Parquet files show their first rows where pyarrow is installed; nothing that they claim of themselves is believed."""

from __future__ import annotations

import io
import sys
from decimal import Decimal
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from artifacts.models import ManifestEntry
from artifacts.previews import Preview, preview
from common.sheets.sheet import Kind, Sheet
from storage.services import receive

pytestmark = pytest.mark.django_db


def written(columns: dict[str, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file, **options)
    return file.getvalue()


def show(data: bytes) -> Preview:
    blob = receive(io.BytesIO(data), size=len(data))
    return preview(ManifestEntry(path="data/T.PARQUET", blob=blob))


def sheet_of(data: bytes) -> Sheet:
    sheet = show(data).sheet
    assert sheet is not None
    return sheet


def test_its_rows_are_a_sheet_with_its_types() -> None:
    columns = {"n": list(range(1000)), "text": ["<b>", None] * 500, "list": [[1, 2]] * 1000, "raw": [b"\0\1"] * 1000}
    sheet = sheet_of(written({**columns, "cost": [Decimal("1.50")] * 1000, "yes": [True] * 1000}, row_group_size=300))
    assert (sheet.columns, len(sheet.rows), sheet.is_cut) == ([*columns, "cost", "yes"], 1000, False)
    assert sheet.rows[999] == [999, None, "(list<element: int64>)", "2 bytes", 1.5, True]
    assert (sheet.kinds[0], sheet.kinds[4], sheet.kinds[5]) == (Kind.NUMBER, Kind.NUMBER, Kind.BOOLEAN)
    assert (sheet.facts["rows"], sheet.facts["row groups"]) == ("1,000", "4")
    assert sheet_of(written({"only": []})).rows == []
    wide = sheet_of(written({f"c{number}": [1] for number in range(80)}))
    assert (len(wide.columns), wide.is_cut) == (50, True)
    long = sheet_of(written({"n": range(60_000)}))
    assert (len(long.rows), long.is_cut) == (50_000, True)


NANOSECONDS = 1_700_000_000_123_456_789


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (pyarrow.timestamp("ns"), NANOSECONDS, "2023-11-14 22:13:20.123456789"),
        (pyarrow.timestamp("ns"), 1_700_000_000_123_456_000, "2023-11-14 22:13:20.123456"),
        (pyarrow.timestamp("ns", "UTC"), NANOSECONDS, "2023-11-14 22:13:20.123456789Z"),
        (pyarrow.timestamp("ns", "+09:00"), NANOSECONDS, "2023-11-15 07:13:20.123456789+0900"),
        (pyarrow.timestamp("us", "Mars/Base"), 1, "(timestamp[us, tz=Mars/Base])"),
        (pyarrow.timestamp("us"), 2**62, "<value out of range: 4611686018427387904>"),
        (pyarrow.date32(), 19_000, "2022-01-08"),
        (pyarrow.time64("ns"), 3_600_000_000_001, "01:00:00.000000001"),
        (pyarrow.duration("ns"), 1_000_000_001, "1000000001 ns"),
        (pyarrow.decimal128(20, 2), Decimal("1.25"), 1.25),
        (pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), "cat", "cat"),
        (pyarrow.string_view(), "cat", "cat"),
        (pyarrow.list_(pyarrow.int64()), [1, 2], "(list<element: int64>)"),
        (pyarrow.struct([("a", pyarrow.int64())]), {"a": 1}, "(struct<a: int64>)"),
        (pyarrow.null(), None, None),
    ],
)
def test_each_kind_of_column_is_shown_or_named_and_damages_no_other(
    kind: pyarrow.DataType, value: Any, shown: Any
) -> None:
    sheet = sheet_of(written({"it": pyarrow.array([value, None], kind), "n": [1, 2]}))
    is_named = str(shown).startswith("(")
    assert sheet.rows == [[shown, 1], [shown if is_named else None, 2]]


def test_a_moment_between_microseconds_is_shown_in_a_category_and_in_the_old_encoding_too() -> None:
    moments = pyarrow.array([NANOSECONDS, None], pyarrow.timestamp("ns"))
    for data in (
        written({"at": moments.dictionary_encode()}),
        written({"at": moments}, use_deprecated_int96_timestamps=True),
    ):
        assert sheet_of(data).rows == [["2023-11-14 22:13:20.123456789"], [None]]


def test_a_type_is_cut_and_cleaned_like_any_other_text_of_the_file() -> None:
    kind = pyarrow.struct([(f"a\0{'x' * 2000}", pyarrow.int64())])
    ((cell, _),) = sheet_of(written({"it": pyarrow.array([{kind[0].name: 1}], kind), "n": [1]})).rows
    assert str(cell).startswith("(struct<a\N{REPLACEMENT CHARACTER}xxx")
    assert len(str(cell)) < 1010


def test_a_row_group_that_unpacks_to_too_much_shows_its_columns_alone() -> None:
    zeros = pyarrow.array([0.0] * 9_000_000)
    sheet = sheet_of(written({"zeros": zeros}, compression="zstd", use_dictionary=False, row_group_size=10**7))
    assert (sheet.columns, sheet.rows, sheet.is_cut) == (["column", "type"], [["zeros", "double"]], True)


@pytest.mark.parametrize("is_category", [False, True])
def test_a_long_text_that_all_rows_share_is_not_copied_for_each(is_category: bool) -> None:
    texts = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 20_000), ["x" * 10_000_000])
    data = written({"text": texts}, compression="zstd", store_schema=is_category, dictionary_pagesize_limit=2**30)
    before = pyarrow.default_memory_pool().max_memory()
    sheet = sheet_of(data)
    assert (len(sheet.rows), len(str(sheet.rows[0][0]))) == (20_000, 1001)
    assert pyarrow.default_memory_pool().max_memory() - before < 200_000_000


def test_what_is_broken_is_called_damaged() -> None:
    good = written({"n": [1, 2, 3]})
    middle = len(good) // 2
    broken = [b"", b"PAR1", b"PAR1PAR1", b"PAR1\xff\xff\xff\x7fPAR1", good[:-1], good[4:], b"x" * 100]
    broken += [good[:middle] + b"\xff" * 40 + good[middle + 40 :], good[:8] + bytes(len(good) - 16) + good[-8:]]
    broken += [b"PAR1" + b"\x15" * 50 + (50).to_bytes(4, "little") + b"PAR1"]
    for data in broken:
        assert show(data).kind == "damaged", data[:40]
    for place in range(4, len(good) - 8, 3):  # any byte may lie
        changed = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
        assert show(changed).kind in {"damaged", "sheet"}


def test_a_server_without_the_extra_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert show(written({"n": [1]})).kind == "missing"
