"""POST /files/<entity>/<project>/<run>/file_stream: metrics, console and the end of a run, as the SDK streams them."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from access.models import ApiKey, User
from accounts.authentication import by_api_key
from accounts.requests import PersonalRequest
from common.errors import ForbiddenError, InvalidInputError, NotFoundError, TooLargeError
from events.models import Event
from projects import values
from projects.models import Run
from projects.services.projects import find_project, resolve_namespace
from projects.services.runs import get_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece

MAX_BODY = 12 * 2**20
HISTORY, SYSTEM, SUMMARY, CONSOLE = "wandb-history.jsonl", "wandb-events.jsonl", "wandb-summary.json", "output.log"
INT32 = range(-(2**31), 2**31)
MAX_UPLOADED = 10_000
MAX_WRITER = 64


@by_api_key(Event.Door.SDK)
@require_POST
def file_stream(request: PersonalRequest, entity: str, project: str, run: str) -> HttpResponse:
    """Take one batch of a run. Trouble that passes is a 503, since the SDK gives up on a run's metrics after a 4xx."""
    if request.api_key.scope == ApiKey.Scope.READ:  # type: ignore[attr-defined]  # set by by_api_key
        raise ForbiddenError("This API key may only read; use one with the scope write to log runs.")
    batch = replace(parse_batch(_body(request)), writer=_writer(request))
    try:
        found = _find_run(request.user, entity, project, run)
        stopped = append(actor=request.user, run=found, batch=batch)
    except OperationalError:
        message = "The database is busy; send it again."
        return JsonResponse({"errors": [{"message": message}]}, status=503, headers={"Retry-After": "2"})
    answer: dict[str, Any] = {"exitcode": None, "limits": {}}
    return JsonResponse(answer | {"stopped": True} if stopped else answer)


def _writer(request: HttpRequest) -> str:
    """Who of several processes that stream to one run asks; empty where the run has one alone."""
    if request.headers.get("X-Wandb-Use-Async-Filestream") != "true":
        return ""
    return request.headers.get("X-Wandb-Async-Client-Id", "")[:MAX_WRITER]


def _find_run(user: User, entity: str, project: str, name: str) -> Run:
    found = find_project(user, resolve_namespace(user, entity), project)
    if found is None:
        raise NotFoundError("There is no such project, or you may not see it.")
    return get_run(user, found, name)


def _body(request: HttpRequest) -> bytes:
    """The body, unpacked; never more than `MAX_BODY` bytes of it."""
    too_large = TooLargeError(f"A request may bring {MAX_BODY} bytes at most; send the lines in several.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise too_large
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        return request.body
    if encoding != "gzip":
        raise InvalidInputError(f"The content encoding '{encoding}' is not known here; send gzip or none.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(request.body, MAX_BODY)
    except zlib.error as error:
        raise InvalidInputError(f"The body is not gzip: {error}.") from error
    if unpacker.unconsumed_tail:
        raise too_large
    if not unpacker.eof:
        raise InvalidInputError("The gzip body ends too early; send it again.")
    return body


def parse_batch(body: bytes) -> StreamBatch:
    """The batch that a body holds; all its parts are optional. Raises InvalidInputError, naming the part."""
    try:
        data = values.loads(body or b"{}")
    except ValueError as error:
        raise InvalidInputError(f"The body is not JSON: {error}.") from error
    files = _part(data, "files", dict, {}) if isinstance(data, dict) else None
    if files is None:
        raise InvalidInputError("The body is not a JSON object.")
    pieces = {name: _piece(name, files[name]) for name in (HISTORY, SYSTEM, SUMMARY, CONSOLE) if name in files}
    summary = pieces.pop(SUMMARY, None)
    exit_code = _part(data, "exitcode", int, 0)
    uploaded = [name for name in _part(data, "uploaded", list, []) if isinstance(name, str) and "\0" not in name]
    if exit_code not in INT32:
        raise InvalidInputError(f"'exitcode' is {exit_code}, which no process answers.")
    return StreamBatch(
        history=pieces.get(HISTORY),
        system=pieces.get(SYSTEM),
        console=pieces.get(CONSOLE),
        summary=_summary(summary),
        uploaded=tuple(uploaded[:MAX_UPLOADED]),
        preempting=_part(data, "preempting", bool, False),
        complete=_part(data, "complete", bool, False),
        exit_code=exit_code,
    )


def _part(data: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise InvalidInputError(f"'{name}' is not of the type {kind.__name__}.")
    return default if value is None else value


def _piece(name: str, content: Any) -> Piece:
    match content:
        case {"content": [*lines], **rest} if all(isinstance(line, str) for line in lines):
            offset = rest.get("offset") or 0
            if isinstance(offset, int):
                return Piece(offset, lines)
    raise InvalidInputError(f"'{name}' needs an 'offset', a whole number, and its 'content', a list of lines.")


def _summary(piece: Piece | None) -> dict[str, Any] | None:
    """The last line is the whole summary."""
    if piece is None or not piece.lines:
        return None
    try:
        summary = values.loads(piece.lines[-1])
    except ValueError as error:
        raise InvalidInputError(f"The summary is not JSON: {error}.") from error
    if not isinstance(summary, dict):
        raise InvalidInputError("The summary is not a JSON object.")
    return summary
