"""The API: its resources and its OpenAPI document."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.operation import Operation

from rest_api.door import entered
from rest_api.errors import handle_errors
from rest_api.parsing import StorableParser
from rest_api.resources import (
    artifacts,
    collections,
    files,
    invitations,
    links,
    me,
    members,
    organizations,
    projects,
    registries,
    registry_members,
    service_accounts,
    teams,
    uploads,
)

RESOURCES = [
    me,
    organizations,
    members,
    invitations,
    teams,
    service_accounts,
    registries,
    registry_members,
    collections,
    links,
    projects,
    artifacts,
    uploads,
    files,
]
REFUSAL = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "field": {"type": "string"}},
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}


class Api(NinjaAPI):
    """Ninja's, with operations known by the names of their functions."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """`list_registries`."""
        return operation.view_func.__name__


def _build() -> Api:
    api = Api(
        title="Vitrine",
        version="1",
        description="Registries, versions and who may do what with them, for scripts. Send an API key as Bearer token.",
        openapi_url=None,
        urls_namespace="rest_api",
        parser=StorableParser(),
    )
    handle_errors(api)
    for resource in RESOURCES:
        api.add_router("", resource.router)
    return api


api = _build()


def patterns() -> list[URLPattern]:
    """The routes of all resources, each behind the door; those of uploads serve our own pages too."""
    routes: list[Any] = api.urls[0]
    for route in routes:
        route.callback = entered(route.callback, by_session="uploads" in str(route.pattern).split("/"))
    return routes


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = api.get_openapi_schema()
    found["components"]["schemas"]["Refusal"] = REFUSAL
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}
    for methods in found["paths"].values():
        methods.pop("head", None)  # as GET, without the body
        for operation in methods.values():
            operation["responses"]["default"] = {"description": "Refused", **refusal}
    return found
