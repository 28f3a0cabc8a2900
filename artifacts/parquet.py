"""The first rows of a Parquet file, with the extra `preview`; every size that the file claims is checked first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from artifacts.tensors import DamagedError
from common.sheets.reading import clean
from common.sheets.sheet import MAX_COLUMNS, Cell, Row, Sheet, even, most_rows
from storage.models import Blob
from storage.stores import store

MAGIC = b"PAR1"
FOOTER_BYTES = 8 * 2**20
MAX_CELL = 1000
GROUP_BYTES = 64 * 2**20  # of the columns shown, unpacked, in all row groups that are read


class NotInstalledError(Exception):
    """This server was installed without pyarrow."""


def read_parquet(blob: Blob) -> Sheet:
    """Its first rows, and facts about the whole. Raises DamagedError, and NotInstalledError without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise NotInstalledError from error
    with store().open(blob.sha256) as file:
        _check_ends(file, blob.size)
        file.seek(0)
        try:
            return _read(parquet, file)
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
            raise DamagedError("it cannot be read as Parquet") from error


def _check_ends(file: Any, size: int) -> None:
    if size < 12 or file.read(4) != MAGIC:
        raise DamagedError("it does not begin as Parquet")
    file.seek(size - 8)
    end = file.read(8)
    if end[4:] != MAGIC or int.from_bytes(end[:4], "little") > min(size - 12, FOOTER_BYTES):
        raise DamagedError("its footer is none, or too long")


def _read(parquet: Any, file: Any) -> Sheet:
    fields = list(parquet.ParquetFile(file).schema_arrow)
    flat = [field.name for field in fields[:MAX_COLUMNS] if _is_flat(field.type)]
    # A text that many rows share stays one, and is only taken out once: else a small file could unpack to gigabytes.
    found = parquet.ParquetFile(file, read_dictionary=flat)
    about = found.metadata
    facts = {"rows": f"{about.num_rows:,}", "columns": f"{len(fields):,}", "row groups": f"{about.num_row_groups:,}"}
    names = [clean(str(field.name)) for field in fields]
    groups = _bearable(about) if flat else []
    if about.num_rows and flat and not groups:
        kinds: list[Row] = [[clean(field.name), _plain(str(field.type))] for field in fields[: most_rows(2)]]
        return Sheet(["column", "type"], kinds, is_cut=True, facts=facts)
    most = most_rows(len(fields))
    rows: list[Row] = []
    for batch in found.iter_batches(batch_size=most, row_groups=groups, columns=flat) if groups else ():
        taken = {name: _cells(batch.column(name)) for name in flat}
        columns = [taken.get(field.name) or [_named(field.type)] * batch.num_rows for field in fields[:MAX_COLUMNS]]
        rows += [list(row) for row in zip(*columns, strict=True)]
        if len(rows) >= most:
            break
    return even(names, rows[:most], is_cut=about.num_rows > min(len(rows), most), facts=facts)


def _bearable(about: Any) -> list[int]:
    """The first row groups that together unpack to no more than is bearable."""
    groups, unpacked = [], 0
    for number in range(about.num_row_groups):
        group = about.row_group(number)
        unpacked += sum(group.column(index).total_uncompressed_size for index in range(group.num_columns))
        if unpacked > GROUP_BYTES:
            break
        groups.append(number)
    return groups


def _is_flat(kind: Any) -> bool:
    """Whether a value is one number, text or moment: lists may hold more than any size in the file tells."""
    from pyarrow import types

    if types.is_dictionary(kind):  # a category of pandas
        return _is_flat(kind.value_type)
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    return bool(types.is_primitive(kind) or types.is_null(kind) or is_text or _is_bytes(kind))


def _is_bytes(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_decimal(kind))


def _cells(column: Any) -> Row:
    """The values of a column; what they share is made once."""
    from pyarrow import types

    if types.is_dictionary(column.type):
        shared = _cells(column.dictionary)
        return [None if place is None else shared[place] for place in column.indices.to_pylist()]
    try:
        return [_plain(value.as_py()) for value in column]
    except (ValueError, OverflowError):
        if not types.is_temporal(column.type):
            raise
    return _moments(column)


def _moments(column: Any) -> Row:
    """As Arrow writes them, where Python has no such moment: one between two microseconds, or in the year 100000."""
    from pyarrow import ArrowInvalid, types

    unit = f" {column.type.unit}" if types.is_duration(column.type) else ""
    try:
        texts = column.cast("string").to_pylist()
    except ArrowInvalid:  # in a time zone that is not known here
        return [_named(column.type)] * len(column)
    return [None if text is None else f"{text}{unit}" for text in texts]


def _named(kind: Any) -> Cell:
    """What stands where a value is not shown: its type, whose names of fields and zones are the file's own."""
    return _plain(f"({kind})")


def _plain(value: Any) -> Cell:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, str):
        return clean(value if len(value) <= MAX_CELL else f"{value[:MAX_CELL]}…")
    return value if value is None or isinstance(value, bool | int | float) else str(value)
