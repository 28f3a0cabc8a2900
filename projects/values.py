"""Values that scripts send: JSON with NaN and Infinity, nested keys, the kinds of values; pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

NON_FINITE = {"NaN", "Infinity", "-Infinity"}
MAX_DEPTH = 64
BOOKKEEPING = re.compile(
    r"(^|[/_.])(epoch|steps?|global_step|iterations?|batch|lr|learning_rate|seed|runtime|timestamp)$"
)
TRAINING = re.compile(r"(^|[/_.])train")


def loads(text: str | bytes) -> Any:
    """Parse JSON; NaN and the infinities, which scripts do log, become strings of these names. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=str)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def storable(value: Any, depth: int = 0) -> Any:
    """`value` as every database's JSON column takes it: no NUL, no half character, no NaN or Infinity but as a string.

    Raises ValueError when it is nested beyond `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {text(str(key)): storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item, depth + 1) for item in value]
    return value


def text(value: str) -> str:
    """`value` with a replacement mark for what no database stores as text."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def number(value: Any) -> float | None:
    """`value` if it is a finite number, which is what can be drawn and compared; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def flatten(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Pairs of key and value, the keys of nested mappings joined by dots; typed media such as histograms stay whole."""
    for key, value in values.items():
        if isinstance(value, dict) and value and "_type" not in value and prefix.count(".") < MAX_DEPTH:
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def kind(value: Any) -> str:
    """What sort of value it is: `number`, `string`, `boolean`, `list`, `map`, `null`, or the type that media name."""
    if isinstance(value, dict):
        return str(value.get("_type", "map"))
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float) or (isinstance(value, str) and value in NON_FINITE):
        return "number"
    return "string" if isinstance(value, str) else "list"


def display_order(keys: Iterable[str]) -> list[str]:
    """Metrics as a reader wants them: results first, training curves next, bookkeeping such as `epoch` last."""
    return sorted(keys, key=lambda key: (bool(BOOKKEEPING.search(key)), bool(TRAINING.search(key)), key))
