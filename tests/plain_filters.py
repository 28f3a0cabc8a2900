"""Filters of JSON, in plain Python over plain rows: what the database is held against.

A row is `{field: value}`: a text, number or moment, a list of labels, a dict of metrics, a document. Keys of documents
are all in quotes (`metadata."lr"."a.b"`).
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime, timedelta
from typing import Any

ORDER = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
MISSING = object()


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(found: Any, value: Any) -> bool:
    if value is None:
        return found is None or found is MISSING
    if is_number(found) and is_number(value):
        return found == value
    return type(found) is type(value) and found == value


def contains(found: Any, value: Any) -> bool:
    if isinstance(found, list):
        return any(equal(item, value) for item in found)
    return isinstance(found, str) and isinstance(value, str) and value.lower() in found.lower()


def passes(found: Any, word: str, value: Any) -> bool:
    if word == "$not":
        return not all(passes(found, inner, operand) for inner, operand in value.items())
    if word in ("$ne", "$nin"):
        return not passes(found, {"$ne": "$eq", "$nin": "$in"}[word], value)
    if word == "$in":
        return any(passes(found, "$eq", one) for one in value)
    if word == "$exists":
        return value is (found is not MISSING)
    if word == "$regex":
        return isinstance(found, str) and re.search(value, found, re.ASCII) is not None
    if word == "$contains":
        return contains(found, value)
    if word == "$eq":
        return equal(found, value)
    alike = (is_number(found) and is_number(value)) or (isinstance(found, str) and isinstance(value, str))
    return alike and bool(ORDER[word](found, value))


def holds_for(field: str, found: Any, word: str, value: Any) -> bool:
    if word == "$not":
        return not all(holds_for(field, found, inner, operand) for inner, operand in value.items())
    if word in ("$ne", "$nin"):
        return not holds_for(field, found, {"$ne": "$eq", "$nin": "$in"}[word], value)
    if word == "$in":
        return any(holds_for(field, found, "$eq", one) for one in value)
    if field in ("tag", "alias"):
        if word == "$exists":
            return value is bool(found)
        return any(passes(name, word, value) for name in found)
    if field == "created_at":
        moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
        if word == "$eq" and len(value) == 10:
            return bool(moment <= found < moment + timedelta(days=1))
        return bool(found == moment if word == "$eq" else ORDER[word](found, moment))
    if field == "description" and word == "$exists":
        return value is bool(found)
    return passes(found, word, value)


def step(document: Any, part: str) -> Any:
    return document[part] if isinstance(document, dict) and part in document else MISSING


def holds(row: dict[str, Any], tree: dict[str, Any]) -> bool:
    for key, value in tree.items():
        if key in ("$and", "$or", "$nor"):
            found = [holds(row, one) for one in value]
            if not {"$and": all(found), "$or": any(found), "$nor": not any(found)}[key]:
                return False
            continue
        if key == "$not":
            if holds(row, value):
                return False
            continue
        field, _, rest = key.partition(".")
        found = MISSING if row[field] is None else row[field]  # in a document, null is something that is there
        if field == "metrics":
            found = found.get(rest, MISSING)
        elif rest:
            for part in re.findall(r'"([^"]*)"', rest):
                found = step(found, part)
        conditions = value if isinstance(value, dict) else {"$eq": value}
        if not all(holds_for(field, found, word, operand) for word, operand in conditions.items()):
            return False
    return True
