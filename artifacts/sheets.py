"""Files that are tables, read as sheets, by what their names promise (C21, F81)."""

from __future__ import annotations

from threading import BoundedSemaphore

from artifacts.parquet import read_parquet
from common.sheets.names import DELIMITERS, LINES, PARQUET, TABLE
from common.sheets.reading import read_json_lines, read_sheet_of_lines, read_table
from common.sheets.sheet import Sheet
from storage.models import Blob
from storage.stores import store

JSON_BYTES = 256 * 1024  # of JSON that is not called a table, and may be one
AT_ONCE = BoundedSemaphore(2)  # readers of a process: however many ask for large tables, memory stays


def read_sheet(path: str, blob: Blob) -> Sheet | None:
    """The file as a sheet; None where it breaks its name's promise.

    Raises DamagedError and NotInstalledError for Parquet (artifacts/parquet.py).
    """
    name = path.lower()
    if name.endswith(".json") and not name.endswith(TABLE) and blob.size > JSON_BYTES:
        return None
    with AT_ONCE:
        if name.endswith(PARQUET):
            return read_parquet(blob)
        with store().open(blob.sha256) as file:
            if name.endswith(".json"):
                return read_table(file)
            if name.endswith(LINES):
                return read_json_lines(file)
            return read_sheet_of_lines(file, DELIMITERS[name[name.rfind(".") :]])
