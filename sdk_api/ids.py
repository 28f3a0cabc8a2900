"""Ids on the wire: base64 of `Type:number`, which the client decodes in places (`User:`, `Entity:`, `Project:`)."""

from __future__ import annotations

import base64
import binascii
import re

from common.errors import InvalidInputError

TEXT = re.compile(r"([A-Za-z]+):([0-9]{1,18})\Z")


def encode(kind: str, key: int | str) -> str:
    """The id of the row `key`; types of artifacts, which have no row, give their path instead of a number."""
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


def decode(text: str, *kinds: str) -> tuple[str, int]:
    """The kind and number of an id that is one of `kinds`. Raises InvalidInputError."""
    try:
        found = TEXT.match(base64.b64decode(text, validate=True).decode())
    except (binascii.Error, ValueError):
        found = None
    if not found or found[1] not in kinds:
        raise InvalidInputError(f"'{text[:80]}' is not the id of a {' or '.join(kinds)}.")
    return found[1], int(found[2])


def number(text: str, *kinds: str) -> int:
    """The number of an id that is one of `kinds`. Raises InvalidInputError."""
    return decode(text, *kinds)[1]
