"""The OpenAPI document arranged for a page, pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body or an answer; `type` in words."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True)
class Operation:
    """One method of one address: the scope its key needs, what it takes, and what it answers with."""

    name: str
    method: str
    path: str
    text: str
    scope: str
    parameters: list[Field]
    body: list[Field]
    status: str
    answer: list[Field]
    is_page: bool


def sections(document: dict[str, Any]) -> list[tuple[str, list[Operation]]]:
    """The operations by resource, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(schemas, path, method, operation))
    return list(found.items())


def _operation(schemas: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    status = str(next(iter(operation["responses"])))
    answer = _schema(schemas, operation["responses"][next(iter(operation["responses"]))])
    is_page = set(answer.get("properties", ())) == {"items", "next"}
    if is_page:
        answer = _resolved(schemas, answer["properties"]["items"]["items"])
    parameters = [
        Field(item["name"], _type(item["schema"]), item["required"])
        for item in operation["parameters"]
        if item["in"] == "query"
    ]
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        text=operation.get("description", ""),
        scope=operation["x-scope"],
        parameters=parameters,
        body=_fields(schemas, _schema(schemas, operation.get("requestBody", {}))),
        status=status,
        answer=_fields(schemas, answer),
        is_page=is_page,
    )


def _schema(schemas: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    return _resolved(schemas, part.get("content", {}).get(JSON, {}).get("schema", {}))


def _resolved(schemas: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _fields(schemas: dict[str, Any], schema: dict[str, Any], within: str = "") -> list[Field]:
    """The fields of an object, and below each those of the objects in it: `why.role`."""
    required = schema.get("required", ())
    found = []
    for name, of in schema.get("properties", {}).items():
        found.append(Field(within + name, _type(of), name in required))
        for part in [of, of.get("items", {}), *of.get("anyOf", ())]:
            if "$ref" in part:
                found += _fields(schemas, _resolved(schemas, part), f"{within}{name}.")
    return found


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return "object"
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(schema['items'])}]"
    return str(schema.get("format") or schema.get("type") or "any")
