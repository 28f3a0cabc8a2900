"""What the heads of model files say: names, shapes and notes, read with every length checked; no weight is touched. Pure.

And which files may hold code: those are never opened at all (T32). Nothing is ever called safe.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from projects import values

HEAD_BYTES = 2**20
MAX_ROWS = 200
MAX_VALUE = 300
MAX_RANK = 16
GGUF = b"GGUF"
GGUF_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
GGUF_TEXT, GGUF_LIST = 8, 9
CODE_SUFFIXES = (
    ".pkl", ".pickle", ".dill", ".joblib", ".pt", ".pth", ".ckpt", ".bin", ".npy", ".npz", ".h5", ".hdf5", ".keras", ".mar",
    ".sav", ".pyc", ".so", ".dll", ".exe", ".jar", ".whl", ".zip", ".7z", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".zst",
)  # fmt: skip
CODE_STARTS = (
    b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\x89HDF\r\n\x1a\n", b"\x93NUMPY", b"\x1f\x8b", b"BZh", b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd", b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\x00asm",
    *(bytes([0x80, protocol]) for protocol in range(2, 6)),
)  # fmt: skip


@dataclass(frozen=True)
class Head:
    """A table of what is in the file, and facts about the whole."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    facts: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


class DamagedError(ValueError):
    """The head contradicts itself or the size of the file."""


def is_named_code(name: str) -> bool:
    """Whether files of that name are known to run code when they are loaded, whatever is in them."""
    return name.lower().endswith(CODE_SUFFIXES)


def begins_as_code(start: bytes) -> bool:
    """Whether bytes that are no text begin as a file that runs code, or holds others that may, whatever its name."""
    return start.startswith(CODE_STARTS)


def read_safetensors(start: bytes, size: int) -> Head:
    """The tensors of a safetensors file of `size` bytes, from its first HEAD_BYTES. Raises DamagedError."""
    if len(start) < 8:
        raise DamagedError("it is too short")
    length = int.from_bytes(start[:8], "little")
    if length > size - 8:
        raise DamagedError("its head is longer than the file")
    if length > len(start) - 8:
        return Head((), [], {"head": f"{length} bytes, too long to be shown"}, is_cut=True)
    try:
        document = values.storable(values.loads(start[8 : 8 + length]))
    except ValueError as error:
        raise DamagedError("its head is no JSON") from error
    if not isinstance(document, dict):
        raise DamagedError("its head is no JSON object")
    notes = document.pop("__metadata__", {})
    rows = [_tensor(name, line, size - 8 - length) for name, line in document.items()]
    facts = {"tensors": f"{len(rows):,}", "parameters": f"{sum(count for *_, count in rows):,}"}
    if isinstance(notes, dict):
        facts |= {str(key)[:60]: str(value)[:MAX_VALUE] for key, value in list(notes.items())[:20]}
    shown = [(name, kind, shape, f"{bytes_:,}") for name, kind, shape, bytes_, _ in rows[:MAX_ROWS]]
    return Head(("tensor", "type", "shape", "bytes"), shown, facts, len(rows) > MAX_ROWS)


def _tensor(name: str, line: Any, room: int) -> tuple[str, str, str, int, int]:
    try:
        kind, shape, (first, last) = line["dtype"], line["shape"], line["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError("a tensor has no type, shape or place") from error
    numbers = [*shape, first, last] if isinstance(shape, list) and len(shape) <= MAX_RANK else [None]
    if not isinstance(kind, str) or any(type(number) is not int or not 0 <= number < 2**63 for number in numbers):
        raise DamagedError("the shape or the place of a tensor is no row of numbers")
    if not first <= last <= room:
        raise DamagedError("a tensor lies beyond the end of the file")
    return name[:MAX_VALUE], kind[:20], " × ".join(map(str, shape)) or "scalar", last - first, prod(shape)


def read_gguf(start: bytes) -> Head:
    """The notes at the beginning of a GGUF file, as far as they lie in its first HEAD_BYTES. Raises DamagedError."""
    if len(start) < 24:
        raise DamagedError("it is too short")
    version, tensors, notes = struct.unpack_from("<IQQ", start, 4)
    if version not in (2, 3) or max(tensors, notes) >= 2**40:
        raise DamagedError(f"it says to be of version {version}, with {tensors} tensors and {notes} notes")
    rows: list[tuple[str, ...]] = []
    try:
        rows.extend(_notes(start, min(notes, MAX_ROWS)))  # keeps those that came before an end
    except struct.error:  # goes on beyond what was read
        return Head(("note", "value"), rows, _gguf_facts(version, tensors, notes), is_cut=True)
    return Head(("note", "value"), rows, _gguf_facts(version, tensors, notes), notes > MAX_ROWS)


def _gguf_facts(version: int, tensors: int, notes: int) -> dict[str, str]:
    return {"GGUF": f"version {version}", "tensors": f"{tensors:,}", "notes": f"{notes:,}"}


def _notes(data: bytes, count: int) -> Iterator[tuple[str, str]]:
    place = 24
    for _ in range(count):
        key, place = _gguf_text(data, place)
        (kind,) = struct.unpack_from("<I", data, place)
        value, place = _gguf_value(data, place + 4, kind)
        yield key[:MAX_VALUE], value[:MAX_VALUE]


def _gguf_text(data: bytes, place: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<Q", data, place)
    if length > len(data) - place - 8:
        raise struct.error("beyond what was read")
    end = place + 8 + length
    return data[place + 8 : end].decode("utf-8", "replace").replace("\0", ""), end


def _gguf_value(data: bytes, place: int, kind: int) -> tuple[str, int]:
    if kind == GGUF_TEXT:
        return _gguf_text(data, place)
    if kind == GGUF_LIST:
        inner, count = struct.unpack_from("<IQ", data, place)
        return f"{count:,} values", _behind(data, place + 12, inner, count)
    if kind not in GGUF_NUMBERS:
        raise DamagedError(f"a note is of the unknown kind {kind}")
    code = f"<{GGUF_NUMBERS[kind]}"
    (value,) = struct.unpack_from(code, data, place)
    return str(value), place + struct.calcsize(code)


def _behind(data: bytes, place: int, kind: int, count: int) -> int:
    """Where a list of `count` values ends; lists of lists are not followed."""
    if kind in GGUF_NUMBERS:
        return min(place + count * struct.calcsize(f"<{GGUF_NUMBERS[kind]}"), len(data))
    if kind != GGUF_TEXT:
        raise DamagedError(f"a list holds the unknown kind {kind}")
    for _ in range(count):  # stops at the end of what was read, each text taking at least eight bytes of it
        _, place = _gguf_text(data, place)
    return place
