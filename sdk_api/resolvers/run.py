"""Runs: what describes them, their files, and what they used and produced."""

from __future__ import annotations

import json
from typing import Any

from ariadne import ObjectType
from graphql import GraphQLResolveInfo

from access.policy import can
from access.roles import Action
from artifacts.models import Version
from projects.models import Run
from sdk_api import like  # noqa: F401  (registers the look-up)
from sdk_api.connections import Connection, page
from sdk_api.context import Context, context
from sdk_api.ids import encode
from sdk_api.resolvers.file import run_file
from sdk_api.run_config import wrap_config

run = ObjectType("Run")
BINDABLES = [run]
run.set_alias("group", "group")
run.set_alias("historyLineCount", "history_lines")
run.set_alias("eventsLineCount", "system_lines")
run.set_alias("logLineCount", "console_lines")
run.set_alias("description", "notes")
run.set_alias("summaryMetrics", "summary")
run.set_alias("state", "current_state")


@run.field("id")
def resolve_id(row: Run, info: GraphQLResolveInfo) -> str:
    """`Run:<number>`."""
    return encode("Run", row.pk)


@run.field("projectId")
def resolve_project_id(row: Run, info: GraphQLResolveInfo) -> str:
    """A decimal number, which is what the client takes here."""
    return str(row.project_id)


@run.field("project")
def resolve_project(row: Run, info: GraphQLResolveInfo) -> Any:
    """Where it runs."""
    return context(info).container(row.project_id)


@run.field("config")
def resolve_config(row: Run, info: GraphQLResolveInfo) -> str:
    """As the SDK wraps it."""
    return wrap_config(row)


@run.field("wandbConfig")
def resolve_client_info(row: Run, info: GraphQLResolveInfo, keys: list[str] | None = None) -> str:
    """What the client noted about itself; keys that it never wrote are null, and there."""
    return json.dumps({key: row.client_info.get(key) for key in keys or row.client_info})


@run.field("stopped")
def resolve_stopped(row: Run, info: GraphQLResolveInfo) -> bool:
    """Whether somebody wants it to stop."""
    return row.state == Run.State.KILLED


@run.field("readOnly")
def resolve_read_only(row: Run, info: GraphQLResolveInfo) -> bool:
    """Whether the asker only reads its project."""
    request = context(info)
    return not can(request.user, Action.WRITE_RUN, request.container(row.project_id))


@run.field("files")
def resolve_files(
    row: Run, info: GraphQLResolveInfo, *, names: list[str] | None = None, pattern: str | None = None, **rest: Any
) -> Connection:
    """A page of its files that have arrived; with `upload`, also those that are still to come."""
    request = context(info)
    rows = row.files.select_related("upload__blob")
    if not rest.pop("upload", False):
        rows = rows.filter(upload__blob__isnull=False)
    if names:
        rows = rows.filter(name__in=[name.removeprefix("./") for name in names if name])
    if pattern:
        rows = rows.filter(name__like=pattern[:256])
    return page(rows, ("pk",), **rest, node=lambda file: run_file(request, file))


@run.field("fileCount")
def resolve_file_count(row: Run, info: GraphQLResolveInfo) -> int:
    """How many files have arrived."""
    return row.files.filter(upload__blob__isnull=False).count()


@run.field("outputArtifacts")
def resolve_outputs(row: Run, info: GraphQLResolveInfo, **paging: Any) -> Connection:
    """A page of the versions that it produced."""
    rows = Version.objects.visible_to(context(info).user).filter(produced_by=row)
    return _versions(context(info), rows, **paging)


@run.field("inputArtifacts")
def resolve_inputs(row: Run, info: GraphQLResolveInfo, **paging: Any) -> Connection:
    """A page of the visible versions that it used."""
    rows = Version.objects.visible_to(context(info).user).filter(uses__run=row)
    return _versions(context(info), rows, **paging)


def _versions(request: Context, rows: Any, **paging: Any) -> Connection:
    def prepare(found: list[Version]) -> None:
        request.see({version.artifact.project_id for version in found})
        request.together(found)

    return page(rows.select_related("artifact"), ("pk",), **paging, prepare=prepare)
