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


def test_a_row_group_that_unpacks_to_too_much_shows_its_columns_alone() -> None:
    zeros = pyarrow.array([0.0] * 9_000_000)
    sheet = sheet_of(written({"zeros": zeros}, compression="zstd", use_dictionary=False, row_group_size=10**7))
    assert (sheet.columns, sheet.rows, sheet.is_cut) == (["column", "type"], [["zeros", "double"]], True)


def test_a_long_text_that_all_rows_share_is_not_copied_for_each() -> None:
    texts = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 20_000), ["x" * 10_000_000])
    data = written({"text": texts}, compression="zstd", store_schema=False, dictionary_pagesize_limit=2**30)
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
