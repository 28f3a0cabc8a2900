"""From what was written to a comparison: operators that the field knows, and values of its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from common.filtering.patterns import Pattern, read_pattern
from common.filtering.tree import (
    ALLOWED,
    ORDERED,
    And,
    Comparison,
    Field,
    FilterError,
    Kind,
    Node,
    Not,
    Operator,
    Or,
)

MAX_TEXT = 500
MAX_CHOICES = 100
MAX_INTEGER = 2**63  # what databases hold; beyond, a number counts as a float
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?) ?([a-zA-Z]*)\Z", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?\Z", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
KEY = re.compile(r"[^\"\\\x00-\x1f\x7f\ud800-\udfff]{1,200}\Z")


def compare(field: Field, operator: Operator, value: Any, key: tuple[str, ...] = ()) -> Node:
    """The condition, its value read by the kind of `field`: a JSON value, or text for numbers and dates.

    Raises FilterError for an operator that the field does not know, and a value that is not of its kind.
    """
    name = ".".join((field.name, *key))
    if operator not in ALLOWED[field.kind]:
        known = " ".join(ALLOWED[field.kind])
        raise FilterError(
            _("%(name)s (%(kind)s) cannot be compared by '%(operator)s', only by %(known)s")
            % {"name": name, "kind": field.kind, "operator": operator, "known": known}
        )
    if any(not KEY.match(part) for part in key):
        raise FilterError(
            _('A key has 1 to 200 characters, without ", \\ and control characters: %(name)r') % {"name": name[:80]}
        )
    if operator is Operator.EXISTS:
        found = Comparison(field, operator, None, key)
        return found if _truth(value, name) else Not(found)
    if operator is Operator.MATCHES:
        return Comparison(field, operator, _pattern(value, name), key)
    if operator is Operator.IN:
        return _one_of(field, value, key)
    if value is None and field.kind is not Kind.JSON:
        if operator is Operator.EQUAL:
            return Not(Comparison(field, Operator.EXISTS, None, key))
        raise FilterError(_("%(name)s %(operator)s needs a value") % {"name": name, "operator": operator})
    if field.kind is Kind.DATE:
        return _moment(field, operator, value)
    return Comparison(field, operator, _value(field, operator, value, name), key)


def _one_of(field: Field, values: Any, key: tuple[str, ...]) -> Node:
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise FilterError(_("%(field)s: give a list to choose from, such as [1, 2]") % {"field": field.name})
    if len(values) > MAX_CHOICES:
        raise FilterError(
            _("%(field)s: a list has at most %(max_choices)s values; this one has %(count)s")
            % {"field": field.name, "max_choices": MAX_CHOICES, "count": len(values)}
        )
    plain = [value for value in values if value is not None]
    if field.kind is Kind.DATE or len(plain) < len(values):
        return Or(tuple(compare(field, Operator.EQUAL, value, key) for value in values))
    name = ".".join((field.name, *key))
    return Comparison(field, Operator.IN, tuple(_value(field, Operator.EQUAL, value, name) for value in plain), key)


def _value(field: Field, operator: Operator, value: Any, name: str) -> Any:
    value = field.reads(value) if field.reads else value
    if field.kind in (Kind.NUMBER, Kind.METRIC):
        return _number(field, value, name)
    if field.kind is Kind.JSON and (value is None or isinstance(value, bool)):
        if operator in ORDERED:
            raise FilterError(_("%(name)s can be larger or smaller than a number or a text only") % {"name": name})
        return value
    if field.kind is Kind.JSON and isinstance(value, int | float):
        return bounded(value, name)
    if not isinstance(value, str):
        raise FilterError(
            _("%(name)s is compared with a text; %(value)s is none") % {"name": name, "value": _shown(value)}
        )
    return text(value, name)


def text(value: str, name: str) -> str:
    """`value` if a database can compare with it. Raises FilterError."""
    if len(value) > MAX_TEXT:
        raise FilterError(
            _("%(name)s: a text to compare with has at most %(max_text)s characters")
            % {"name": name, "max_text": MAX_TEXT}
        )
    if CONTROL.search(value):
        raise FilterError(_("%(name)s: a text to compare with has no control characters") % {"name": name})
    return value


def _number(field: Field, value: Any, name: str) -> int | float:
    factor = 1
    if isinstance(value, str):
        match = NUMBER.match(value.removeprefix(field.prefix).strip()[:64])
        units = {"": 1, **{unit.lower(): size for unit, size in (field.units or {}).items()}}
        if match is None or match[2].lower() not in units:
            example = f"{field.prefix}3" if field.prefix else "10MB" if field.units else "0.5"
            raise FilterError(
                _("%(name)s is compared with a number such as %(example)s; %(value)s is none")
                % {"name": name, "example": example, "value": _shown(value)}
            )
        factor = units[match[2].lower()]
        value = int(match[1]) if match[1].lstrip("+-").isdecimal() else float(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FilterError(
            _("%(name)s is compared with a number; %(value)s is none") % {"name": name, "value": _shown(value)}
        )
    number = bounded(value, name)
    number = bounded(number * factor, name)
    if field.whole and (factor > 1 or number == int(number)):
        number = int(number)
    if field.whole and not (isinstance(number, int) and -MAX_INTEGER <= number < MAX_INTEGER):
        raise FilterError(
            _("%(name)s is a whole number; %(value)s is none, or too large") % {"name": name, "value": _shown(value)}
        )
    return number


def bounded(value: float, name: str) -> int | float:
    """A finite number, as a float where it is too large for a database's integers. Raises FilterError."""
    try:
        number = value if isinstance(value, int) and -MAX_INTEGER <= value < MAX_INTEGER else float(value)
    except OverflowError:
        number = float("inf")
    if number != number or number in (float("inf"), float("-inf")):
        raise FilterError(_("%(name)s: the number is too large, or none") % {"name": name})
    return number


def _moment(field: Field, operator: Operator, value: Any) -> Node:
    """A day without a time is its first instant; to be equal to it is to lie in it."""
    written = value.strip() if isinstance(value, str) else ""
    try:
        if not DATE.match(written):
            raise ValueError
        moment = datetime.fromisoformat(written)
        moment = (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
        ending = moment + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise FilterError(
            _("%(field)s is compared with a date such as 2026-01-31 or '2026-01-31 18:30:00' (UTC); %(value)s is none")
            % {"field": field.name, "value": _shown(value)}
        ) from error
    if operator is Operator.EQUAL and DAY.match(written):
        from_then = Comparison(field, Operator.GREATER_OR_EQUAL, moment)
        return And((from_then, Comparison(field, Operator.LESS, ending)))
    return Comparison(field, operator, moment)


def _pattern(value: Any, name: str) -> Pattern:
    if not isinstance(value, str):
        raise FilterError(_("%(name)s: a regular expression is a text") % {"name": name})
    return read_pattern(text(value, name))


def _truth(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    raise FilterError(
        _("%(name)s: whether there is a value is asked with true or false, not with %(value)s")
        % {"name": name, "value": _shown(value)}
    )


def _shown(value: Any) -> str:
    return repr(value if not isinstance(value, str) else value[:40])[:60]
