"""The manifest document, pure: parsing, checking, cleaning and digesting it (sdk-independent of any row)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import xxhash

from common.errors import InvalidInputError

MAX_PATH = 4096
MAX_BYTES = 2**63
ALGORITHM_KEY = "alg"  # in what is extra of an entry, where its digest is no MD5
PRIVATE_KEYS = frozenset({"local_path", "skip_cache"})
RESIDUE = re.compile(r"%(25)*(2e|2f|5c|00)", re.IGNORECASE)
DRIVE = re.compile(r"[A-Za-z]:([/\\]|\Z)")


class Algorithm(StrEnum):
    """How digests are computed: those of files, each for itself, and that of the manifest."""

    MD5 = "md5"
    XXH128 = "xxh128"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a manifest; `digest` is the base64 MD5 or XXH128 of a file's bytes, or whatever identifies a reference."""

    path: str
    digest: str
    size: int | None = None
    reference_uri: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def algorithm(self) -> Algorithm:
        """What the digest of a file is."""
        return Algorithm.XXH128 if self.extra.get(ALGORITHM_KEY) == "XXH128" else Algorithm.MD5

    @property
    def hex(self) -> str:
        """The digest of a file's bytes as hex, or an empty text when it is none."""
        try:
            raw = base64.b64decode(self.digest, validate=True)
        except (binascii.Error, ValueError):
            return ""
        return raw.hex() if len(raw) == 16 else ""


def check_path(path: str) -> str:
    """`path` if it may be a key of a manifest (T01): opaque text, but nothing that could climb out of a folder."""
    parts = path.split("/")
    wrong = (
        not path
        or len(path) > MAX_PATH
        or any(part in {"", ".", ".."} or part != part.rstrip(" ") for part in parts)
        or "\\" in path
        or "\0" in path
        or DRIVE.match(path)
        or RESIDUE.search(path)
    )
    if wrong:
        raise InvalidInputError(
            f"The file path {path[:200]!r} cannot be stored: give a relative path of at most {MAX_PATH} characters "
            "without '..', '.', empty parts, backslashes, drive letters or encoded separators."
        )
    return path


def parse(text: bytes) -> tuple[dict[str, Any], list[Entry]]:
    """The document and its entries. Raises InvalidInputError for anything that is no manifest of version 1."""
    try:
        document = json.loads(text)
        contents = document["contents"]
        entries = [_entry(path, line) for path, line in contents.items()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInputError("The manifest is not a JSON object with 'contents'; upload it again.") from error
    if document.get("version") != 1:
        raise InvalidInputError("Only manifests of version 1 are stored.")
    if sum(entry.size or 0 for entry in entries) >= MAX_BYTES:
        raise InvalidInputError("The sizes in the manifest come to more bytes than can be counted.")
    return document, entries


def _entry(path: str, line: dict[str, Any]) -> Entry:
    size = line.get("size")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 0):
        raise InvalidInputError(f"The size of {path[:200]!r} is not a number of bytes.")
    digest, uri, extra = line["digest"], line.get("ref") or "", line.get("extra") or {}
    if not isinstance(digest, str) or not isinstance(uri, str) or not isinstance(extra, dict) or len(digest) > 512:
        raise InvalidInputError(f"The manifest's line for {path[:200]!r} cannot be read.")
    if not _is_storable(path + digest + uri, extra):
        raise InvalidInputError(f"The manifest's line for {path[:200]!r} holds a character that no text may hold.")
    return Entry(path=check_path(path), digest=digest, size=size, reference_uri=uri, extra=extra)


def _is_storable(text: str, extra: dict[str, Any]) -> bool:
    """Whether every database takes these: no NUL, no half character, no number that JSON lacks."""
    try:
        written = (text + (json.dumps(extra, ensure_ascii=False, allow_nan=False) if extra else "")).encode()
    except ValueError:
        return False
    return b"\0" not in written and rb"\u0000" not in written


def clean(document: dict[str, Any]) -> bytes:
    """The document without what belongs to the writer's machine alone (`local_path`, `skip_cache`)."""
    contents = {
        path: {key: value for key, value in line.items() if key not in PRIVATE_KEYS}
        for path, line in document["contents"].items()
    }
    return json.dumps({**document, "contents": contents}, separators=(",", ":")).encode()


def digest_of(entries: Iterable[Entry], algorithm: str = Algorithm.MD5) -> str:
    """The digest (32 hex digits) by which the content of a version is known: over its sorted `path:digest` lines."""
    found = xxhash.xxh128() if algorithm == Algorithm.XXH128 else hashlib.md5(usedforsecurity=False)
    found.update(b"wandb-artifact-manifest-v1\n")
    for entry in sorted(entries, key=lambda entry: entry.path):
        found.update(f"{entry.path}:{entry.digest}\n".encode("utf-8", "surrogatepass"))
    return found.hexdigest()
