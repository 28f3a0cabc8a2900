"""POST /graphql: one operation, by API key."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST
from graphql import ExecutionResult, GraphQLError, OperationType, execute_sync

from access.models import ApiKey
from accounts.authentication import by_api_key, secret_of
from common.errors import DomainError, ForbiddenError, InvalidInputError, TooLargeError, status_of
from events.models import Event
from sdk_api.context import Context
from sdk_api.documents import prepare
from sdk_api.inputs import known_variables
from sdk_api.limits import check_cost
from sdk_api.schema import schema
from storage.signing import base_url

logger = logging.getLogger(__name__)
BROKEN = "The server failed; its log says why. Try again."


@by_api_key(Event.Door.SDK)
@require_POST
def graphql(request: HttpRequest) -> JsonResponse:
    """Run the operation of the body; its status is that of the first refusal, 200 without one."""
    text, variables, name = _body(request)
    prepared = prepare(text)
    operation = prepared.operation(name)
    if operation.operation is not OperationType.QUERY and request.api_key.scope == ApiKey.Scope.READ:  # type: ignore[attr-defined]
        raise ForbiddenError("This API key may only read; make one with the scope write under Profile › API keys.")
    variables = known_variables(schema, operation, variables)
    check_cost(prepared.document, variables)
    result = execute_sync(
        schema,
        prepared.document,
        context_value=_context(request),
        variable_values=variables,
        operation_name=name or None,
    )
    return _answer(result)


def _context(request: HttpRequest) -> Context:
    key: ApiKey = request.api_key  # type: ignore[attr-defined]
    return Context(user=key.user, base=base_url(request), key=key, secret=secret_of(request))


def _body(request: HttpRequest) -> tuple[str, dict[str, Any], str | None]:
    try:
        body = json.loads(request.body)
    except RequestDataTooBig as error:
        raise TooLargeError("The request is larger than this server takes; send fewer items at once.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The body is not JSON.") from error
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise InvalidInputError("Send a JSON object with the text of a GraphQL document as 'query'.")
    variables, name = body.get("variables") or {}, body.get("operationName")
    if not isinstance(variables, dict) or not isinstance(name, str | None):
        raise InvalidInputError("'variables' is an object and 'operationName' a text.")
    return body["query"], variables, name


def _answer(result: ExecutionResult) -> JsonResponse:
    if not result.errors:
        return JsonResponse({"data": result.data})
    errors = [_error(error) for error in result.errors]
    status = next((status for status, _ in errors if status >= 500), errors[0][0])
    return JsonResponse({"data": result.data, "errors": [shown for _, shown in errors]}, status=status)


def _error(error: GraphQLError) -> tuple[int, dict[str, Any]]:
    cause = error.original_error
    if isinstance(cause, DomainError):
        return status_of(cause), {"message": cause.message, "path": error.path}
    if cause is None or isinstance(cause, GraphQLError):  # a value that the contract does not take
        return 400, {"message": error.message}
    logger.error("GraphQL failed at %s", error.path, exc_info=cause)
    return 500, {"message": BROKEN, "path": error.path}
