"""Routes by the scope that their key needs, as the OpenAPI document says it too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import ninja
from ninja.constants import NOT_SET
from ninja.security.base import AuthBase

from access.models import ApiKey
from rest_api.door import KeyRequest, Scope, require_scope

F = TypeVar("F", bound=Callable[..., Any])


class Key(AuthBase):
    """An API key of a scope; who it belongs to is settled at the door."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: Any) -> ApiKey:
        """The key of `request`. Raises ForbiddenError when its scope is too narrow."""
        entered: KeyRequest = request
        require_scope(entered, self.scope)
        return entered.api_key


class Router(ninja.Router):
    """Routes of one resource. `shows` is the type of the answer; without one it is 204 and empty, and of a GET bytes."""

    def read(self, path: str, *, shows: Any = NOT_SET) -> Callable[[F], F]:
        """GET, and HEAD."""
        return self._route(["GET", "HEAD"], path, Scope.READ, shows)

    def create(self, path: str, *, shows: Any, scope: Scope = Scope.WRITE) -> Callable[[F], F]:
        """POST of something new: 201."""
        return self._route(["POST"], path, scope, {201: shows})

    def act(self, path: str, *, shows: Any = None, scope: Scope = Scope.WRITE) -> Callable[[F], F]:
        """POST that does something to what is there."""
        return self._route(["POST"], path, scope, _changed(shows))

    def set(self, path: str, *, shows: Any = None, scope: Scope = Scope.WRITE) -> Callable[[F], F]:
        """PUT: so it is from now on."""
        return self._route(["PUT"], path, scope, _changed(shows))

    def edit(self, path: str, *, shows: Any, scope: Scope = Scope.WRITE) -> Callable[[F], F]:
        """PATCH: the fields given change, the others stay."""
        return self._route(["PATCH"], path, scope, {200: shows})

    def remove(self, path: str, *, scope: Scope = Scope.WRITE) -> Callable[[F], F]:
        """DELETE."""
        return self._route(["DELETE"], path, scope, {204: None})

    def _route(self, methods: list[str], path: str, scope: Scope, response: Any) -> Callable[[F], F]:
        return self.api_operation(
            methods, path, auth=Key(scope), response=response, openapi_extra={"x-scope": str(scope)}
        )


def _changed(shows: Any) -> dict[int, Any]:
    return {204: None} if shows is None else {200: shows}
