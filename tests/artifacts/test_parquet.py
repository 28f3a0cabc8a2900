"""Parquet files show their first rows where pyarrow is installed; nothing that they claim of themselves is believed."""

from __future__ import annotations

import io
import sys
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from artifacts.models import ManifestEntry
from artifacts.previews import Look, Preview, preview
from storage.services import receive

pytestmark = pytest.mark.django_db


def written(columns: dict[str, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file, **options)
    return file.getvalue()


def show(data: bytes, **look: Any) -> Preview:
    blob = receive(io.BytesIO(data), size=len(data))
    return preview(ManifestEntry(path="data/T.PARQUET", blob=blob), Look(**look))


def test_the_first_rows_are_shown_and_sorted_by_a_column() -> None:
    columns = {"n": list(range(1000)), "text": ["<b>", None] * 500, "list": [[1, 2]] * 1000, "raw": [b"\0\1"] * 1000}
    shown = show(written(columns), sort=-1)
    assert (shown.kind, list(shown.head), len(shown.rows), shown.is_cut) == ("table", [*columns], 200, True)
    assert shown.rows[0] == ["199", "null", "(list<element: int64>)", "2 bytes"]
    assert shown.facts["rows"] == "1,000"
    assert show(written({"only": []})).rows == []
    assert len(show(written({f"c{number}": [1] for number in range(80)})).head) == 50


def test_a_row_group_that_unpacks_to_too_much_shows_its_columns_alone() -> None:
    shown = show(
        written(
            {"zeros": pyarrow.array([0.0] * 9_000_000)}, compression="zstd", use_dictionary=False, row_group_size=10**7
        )
    )
    assert (list(shown.head), shown.rows) == (["column", "type"], [["zeros", "double"]])


def test_a_long_text_that_all_rows_share_is_not_copied_for_each() -> None:
    texts = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 150), ["x" * 10_000_000])
    data = written({"text": texts}, compression="zstd", store_schema=False, dictionary_pagesize_limit=2**30)
    before = pyarrow.default_memory_pool().max_memory()
    shown = show(data)
    assert (len(shown.rows), len(shown.rows[0][0])) == (150, 501)
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
        assert show(changed).kind in {"damaged", "table"}


def test_a_server_without_the_extra_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert show(written({"n": [1]})).kind == "missing"
