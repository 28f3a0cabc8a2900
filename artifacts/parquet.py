"""The first rows of a Parquet file, with the extra `preview`; every size that the file claims is checked first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from artifacts.tensors import DamagedError
from storage.models import Blob
from storage.stores import store

MAGIC = b"PAR1"
FOOTER_BYTES = 8 * 2**20
MAX_CELL = 1000
GROUP_BYTES = 64 * 2**20  # of the columns shown, unpacked


class NotInstalledError(Exception):
    """This server was installed without pyarrow."""


@dataclass(frozen=True)
class Rows:
    """The first rows, and facts about the whole."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    facts: dict[str, str]
    is_cut: bool


def read_parquet(blob: Blob, *, rows: int, columns: int) -> Rows:
    """At most so many rows and columns. Raises DamagedError, and NotInstalledError without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise NotInstalledError from error
    with store().open(blob.sha256) as file:
        _check_ends(file, blob.size)
        file.seek(0)
        try:
            return _read(parquet, file, rows, columns)
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
            raise DamagedError("it cannot be read as Parquet") from error


def _check_ends(file: Any, size: int) -> None:
    if size < 12 or file.read(4) != MAGIC:
        raise DamagedError("it does not begin as Parquet")
    file.seek(size - 8)
    end = file.read(8)
    if end[4:] != MAGIC or int.from_bytes(end[:4], "little") > min(size - 12, FOOTER_BYTES):
        raise DamagedError("its footer is none, or too long")


def _read(parquet: Any, file: Any, rows: int, columns: int) -> Rows:
    fields = list(parquet.ParquetFile(file).schema_arrow)
    flat = [field.name for field in fields[:columns] if _is_flat(field.type)]
    # A text that many rows share stays one, and is only taken out row by row: else a small file could unpack to gigabytes.
    found = parquet.ParquetFile(file, read_dictionary=flat)
    about = found.metadata
    shown = [str(field.name) for field in fields[:columns]]
    facts = {"rows": f"{about.num_rows:,}", "columns": f"{len(fields):,}", "row groups": f"{about.num_row_groups:,}"}
    if not about.num_row_groups or not flat:
        return Rows(shown, [], facts, is_cut=about.num_rows > 0)
    group = about.row_group(0)
    unpacked = sum(group.column(index).total_uncompressed_size for index in range(group.num_columns))
    if unpacked > GROUP_BYTES:
        return Rows(["column", "type"], [(field.name, str(field.type)) for field in fields[:rows]], facts, is_cut=True)
    batch: Any = next(found.iter_batches(batch_size=rows, row_groups=[0], columns=flat), None)
    count = batch.num_rows if batch is not None else 0
    taken = {name: [_plain(value.as_py()) for value in batch.column(name)] for name in flat} if count else {}
    cells = [taken.get(field.name, [f"({field.type})"] * count) for field in fields[:columns]]
    return Rows(shown, list(zip(*cells, strict=True)), facts, about.num_rows > count or len(fields) > columns)


def _is_flat(kind: Any) -> bool:
    """Whether a value is one number, text or moment: lists may hold more than any size in the file tells."""
    from pyarrow import types

    return bool(types.is_primitive(kind) or types.is_string(kind) or types.is_large_string(kind) or _is_bytes(kind))


def _is_bytes(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_decimal(kind))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str):
        return value[:MAX_CELL]
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:MAX_CELL]
