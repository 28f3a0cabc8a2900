"""The scalars of the contract."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ariadne import ScalarType
from graphql import GraphQLError

BITS = 63

json_string = ScalarType("JSONString")
json_value = ScalarType("JSON")
date_time = ScalarType("DateTime")
int64 = ScalarType("Int64")
duration = ScalarType("Duration")
SCALARS = [json_string, json_value, date_time, int64, duration]


@json_string.serializer
def _write_json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@json_string.value_parser
def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError("JSONString takes JSON as text.")
    return value


@date_time.serializer
def _write_moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@int64.value_parser
@duration.value_parser
def _read_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >> BITS:
        raise GraphQLError("Give a whole number of at most 64 bits.")
    return value
