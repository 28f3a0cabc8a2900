"""The first rows of a Parquet file, with the extra `preview`; every size that the file claims is checked first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from artifacts.tensors import DamagedError
from storage.models import Blob
from storage.stores import store

MAGIC = b"PAR1"
FOOTER_BYTES = 8 * 2**20
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
            return _read(parquet.ParquetFile(file), rows, columns)
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
            raise DamagedError("it cannot be read as Parquet") from error


def _check_ends(file: Any, size: int) -> None:
    if size < 12 or file.read(4) != MAGIC:
        raise DamagedError("it does not begin as Parquet")
    file.seek(size - 8)
    end = file.read(8)
    if end[4:] != MAGIC or int.from_bytes(end[:4], "little") > min(size - 12, FOOTER_BYTES):
        raise DamagedError("its footer is none, or too long")


def _read(found: Any, rows: int, columns: int) -> Rows:
    about = found.metadata
    names = [str(name) for name in found.schema_arrow.names]
    shown = names[:columns]
    facts = {"rows": f"{about.num_rows:,}", "columns": f"{len(names):,}", "row groups": f"{about.num_row_groups:,}"}
    if not about.num_row_groups or not shown:
        return Rows(shown, [], facts, len(names) > columns)
    group = about.row_group(0)
    unpacked = sum(group.column(index).total_uncompressed_size for index in range(group.num_columns))
    if unpacked > GROUP_BYTES:
        kinds = [(field.name, str(field.type)) for field in list(found.schema_arrow)[:rows]]
        return Rows(["column", "type"], kinds, facts, is_cut=True)
    batch = next(found.iter_batches(batch_size=rows, row_groups=[0], columns=shown), None)
    taken = batch.to_pydict() if batch is not None else {}
    lines = list(zip(*(map(_plain, taken[name]) for name in shown), strict=True)) if taken else []
    return Rows(shown, lines, facts, about.num_rows > len(lines) or len(names) > columns)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)[:1000]
