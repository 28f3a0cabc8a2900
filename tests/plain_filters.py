"""Filters of JSON, in plain Python over plain rows: what the database is held against.

A row is `{field: value}`, with every name under which a field may be asked for: a text, number or moment, a list of
labels, a dict of metrics, a document. A `Name` and a `Written` document know how they may be spelled. Parts of keys in
quotes may hold dots (`metadata."lr"."a.b"`). `reads(field, value)` is what is meant by what was written.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from common.names import fold

ORDER = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
DENIED = {"$ne": "$eq", "$nin": "$in"}
MISSING = object()
Reads = Callable[[str, Any], Any]


class Name(str):
    """A name that counts as equal in upper and lower case; a pattern finds it with `prefix` before it, too."""

    __slots__ = ("prefix",)

    def __new__(cls, text: str, prefix: str = "") -> Name:
        made = super().__new__(cls, text)
        made.prefix = prefix
        return made


class Written(dict[str, Any]):
    """A document in which a dotted key may be nested, or one name with dots; `.value` at its end may be more than there is."""

    wraps = False

    def places(self, parts: list[str]) -> list[Any]:
        """What is under each spelling."""
        keys = [parts, parts[:-1]] if self.wraps and len(parts) > 1 and parts[-1] == "value" else [parts]
        return [reach(self, spelled) for key in keys for spelled in (key, [".".join(key)])]


class Config(Written):
    """The config of a run."""

    wraps = True


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(found: Any, value: Any) -> bool:
    if value is None:
        return found is None or found is MISSING
    if is_number(found) and is_number(value):
        return bool(found == value)
    return type(found) is type(value) and bool(found == value)


def equal_or_listed(found: Any, value: Any) -> bool:
    """A list is what is in it, too."""
    return equal(found, value) or (value is not None and isinstance(found, list) and contains(found, value))


def contains(found: Any, value: Any) -> bool:
    if isinstance(found, list):
        return any(equal(item, value) for item in found)
    return isinstance(found, str) and isinstance(value, str) and value.lower() in found.lower()


def matches(found: Any, pattern: str) -> bool:
    return isinstance(found, str) and re.search(pattern, found, re.ASCII) is not None


def in_order(found: Any, word: str, value: Any) -> bool:
    alike = (is_number(found) and is_number(value)) or (isinstance(found, str) and isinstance(value, str))
    return alike and bool(ORDER[word](found, value))


def of_document(found: Any, word: str, value: Any) -> bool:
    """One comparison with what a document has, or lacks, under a key."""
    if word == "$exists":
        return value is (found is not MISSING)
    tests = {"$eq": equal_or_listed, "$contains": contains, "$regex": matches}
    return tests[word](found, value) if word in tests else in_order(found, word, value)


def of_name(found: Name, word: str, value: Any) -> bool:
    if word == "$eq":
        return fold(found) == fold(value)
    if word == "$contains":
        return fold(value) in fold(found)
    if word == "$regex":
        return matches(found, value) or matches(found.prefix + found, value)
    return in_order(found, word, value)


def of_moment(found: datetime, word: str, value: str) -> bool:
    moment = datetime.fromisoformat(value)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if word == "$eq" and len(value) == 10:
        return moment <= found < moment + timedelta(days=1)
    return found == moment if word == "$eq" else bool(ORDER[word](found, moment))


def of_field(found: Any, word: str, value: Any) -> bool:
    """One comparison with a field, of which an empty text is none."""
    if word == "$exists":
        return value is (found not in ("", [], None))
    if word == "$eq" and value is None:
        return found in ("", [], None)
    if found is None:
        return False
    if isinstance(found, list):
        return any(of_document(name, word, value) for name in found)
    if isinstance(found, Name):
        return of_name(found, word, value)
    return of_moment(found, word, value) if isinstance(found, datetime) else of_document(found, word, value)


def reach(document: Any, parts: list[str]) -> Any:
    for part in parts:
        document = document[part] if isinstance(document, dict) and part in document else MISSING
    return document


def compared(row: dict[str, Any], key: str, word: str, value: Any) -> bool:
    field, _, rest = key.partition(".")
    found = row[field]
    if not rest:
        return of_field(found, word, value)
    if field == "metrics":
        return of_document(found.get(rest, MISSING), word, value)
    parts = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([^."]+)', rest)]
    places = found.places(parts) if isinstance(found, Written) else [reach(found, parts)]
    some = all if word == "$eq" and value is None else any  # absent is what is absent under each spelling
    if word == "$exists":
        return value is any(of_document(place, word, True) for place in places)
    return some(of_document(place, word, value) for place in places)


def passes(row: dict[str, Any], key: str, word: str, value: Any, reads: Reads) -> bool:
    if word == "$not":
        return not all(passes(row, key, inner, operand, reads) for inner, operand in value.items())
    if word in DENIED:
        return not passes(row, key, DENIED[word], value, reads)
    if word == "$in":
        return any(passes(row, key, "$eq", one, reads) for one in value)
    is_value = word not in ("$exists", "$regex") and value is not None
    return compared(row, key, word, reads(key.partition(".")[0], value) if is_value else value)


def holds(row: dict[str, Any], tree: dict[str, Any], reads: Reads = lambda _, value: value) -> bool:
    for key, value in tree.items():
        if key in ("$and", "$or", "$nor"):
            found = [holds(row, one, reads) for one in value]
            if not {"$and": all(found), "$or": any(found), "$nor": not any(found)}[key]:
                return False
            continue
        if key == "$not":
            if holds(row, value, reads):
                return False
            continue
        conditions = value if isinstance(value, dict) else {"$eq": value}
        if not all(passes(row, key, word, operand, reads) for word, operand in conditions.items()):
            return False
    return True
