"""Runs: made, changed, ended, deleted; their files and alerts."""

from __future__ import annotations

from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from common.errors import InvalidInputError, NotFoundError
from projects import values
from projects.models import Project, Run, RunFile
from projects.services import alerts, anew, files, lifecycle, runs
from projects.services.projects import get_or_create_project, resolve_namespace
from sdk_api import ids
from sdk_api.context import Context, context
from sdk_api.lookup import get_container
from sdk_api.naming import check_project
from sdk_api.resolvers.file import run_file
from sdk_api.run_config import unwrap_config

mutation = MutationType()
BINDABLES = [mutation]
UNNAMED = "uncategorized"
MAX_FILES = 10_000


def get_run(request: Context, project: str, entity: str | None, name: str) -> Run:
    """The run of that name. Raises NotFoundError, GoneError."""
    container = get_container(request, project, entity)
    if not isinstance(container, Project):
        raise InvalidInputError(f"'{project}' is a registry; runs belong to projects.")
    return runs.get_run(request.user, container, name)


def _run_by_id(request: Context, text: str, *, deleted: bool = False) -> Run:
    """The run of that id in a visible project, a deleted one only if so asked. Raises NotFoundError."""
    run = Run.objects.filter(pk=ids.number(text, "Run")).first()
    project = request.container(run.project_id) if run is not None else None
    if run is None or project is None or (run.deleted_at and not deleted):
        raise NotFoundError("There is no such run, or you may not see it.")
    run.project = project
    return run


def _summary(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        summary = values.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"The summary of the run is not JSON: {error}.") from error
    if not isinstance(summary, dict):
        raise InvalidInputError("The summary of the run is not a JSON object.")
    return summary


def _fields(given: dict[str, Any]) -> runs.RunFields:
    config, client_info = unwrap_config(given.get("config"))
    return runs.RunFields(
        display_name=given.get("display_name"),
        config=config,
        client_info=client_info,
        summary=_summary(given.get("summary_metrics")),
        notes=given.get("notes", given.get("description")),
        tags=given.get("tags"),
        group=given.get("group_name"),
        job_type=given.get("job_type"),
        commit=given.get("commit"),
        repository=given.get("job_repo"),
        program=given.get("job_program"),
        host=given.get("host"),
    )


@mutation.field("upsertBucket")
def upsert_bucket(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """Make or change the run of that name, project included; or change the one of that id."""
    request = context(info)
    fields = _fields(input)
    if input.get("id"):
        run = _run_by_id(request, input["id"])
        run = runs.update_run(actor=request.user, run=run, fields=fields, by_script=_opens(input))
        return {"bucket": run, "inserted": False}
    if not input.get("name"):
        raise InvalidInputError("Give the run a name or an id.")
    project_name = input.get("model_name") or UNNAMED
    check_project(project_name)
    namespace = resolve_namespace(request.user, input.get("entity_name"))
    project = get_or_create_project(actor=request.user, namespace=namespace, name=project_name)
    request.keep([project])
    run, inserted = _upsert(request, project, input["name"], fields, begins=_opens(input))
    if input.get("state"):
        run = lifecycle.set_state(actor=request.user, run=run, state=input["state"])
    if _opens(input) and not inserted:
        run.history_lines = anew.first_line(run)  # not saved: where the client starts to count
    return {"bucket": run, "inserted": inserted}


def _opens(given: dict[str, Any]) -> bool:
    """Whether this is a script's first request about the run: every release says then on which machine, and never again.

    With an id it has looked the run up to resume or rewind it; without one it begins.
    """
    return bool(given.get("host") or given.get("job_program"))


def _upsert(request: Context, project: Project, name: str, fields: runs.RunFields, *, begins: bool) -> tuple[Run, bool]:
    """The run of that name, made if need be: as a fork where the client notes the run and the step that it goes on from."""
    user = request.user
    point = (fields.client_info or {}).get("branch_point")
    match point:
        case {"run_id": str(origin), "step": int(step)} if origin != name:
            exists = Run.objects.filter(project=project, name=name).exists()
            if begins and exists and not _has_run(project, origin):
                begins = False  # a file that is sent again; its metrics could not be had again
            elif begins or not exists:
                parent = runs.get_run(user, project, origin)
                return lifecycle.fork_run(actor=user, parent=parent, step=step, name=name, fields=fields)
    begun = anew.beginning() if begins else None
    return runs.upsert_run(actor=user, project=project, name=name, fields=fields, by_script=True, begun=begun)


def _has_run(project: Project, name: str) -> bool:
    return Run.objects.filter(project=project, name=name, deleted_at=None).exists()


@mutation.field("updateRunState")
def update_run_state(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Say what became of a run."""
    request = context(info)
    lifecycle.set_state(actor=request.user, run=_run_by_id(request, input["id"]), state=input["state"])
    return {"success": True}


@mutation.field("stopRun")
def stop_run(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Ask a run to stop; false where nothing runs."""
    request = context(info)
    return {"success": lifecycle.stop_run(actor=request.user, run=_run_by_id(request, input["id"]))}


@mutation.field("rewindRun")
def rewind_run(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Run]:
    """Cut the history off after a step."""
    request = context(info)
    if input["metric_name"] != "_step":
        raise InvalidInputError("A run is rewound to a step; give _step as the metric.")
    run = get_run(request, input.get("project_name") or UNNAMED, input.get("entity_name"), input["run_name"])
    return {"rewound_run": lifecycle.rewind_run(actor=request.user, run=run, step=int(input["metric_value"]))}


@mutation.field("deleteRun")
def delete_run(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, str | None]:
    """Delete a run, if so asked with what it logged."""
    request = context(info)
    run = _run_by_id(request, input["id"], deleted=True)
    runs.delete_run(actor=request.user, run=run, with_outputs=bool(input.get("delete_artifacts")))
    return {"client_mutation_id": input.get("client_mutation_id")}


@mutation.field("createRunFiles")
def create_run_files(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """Where to bring the files of a run."""
    request = context(info)
    run = get_run(request, input["project_name"], input["entity_name"], input["run_name"])
    announced = runs.announce_files(actor=request.user, run=run, names=input["files"])
    places = [run_file(request, row) for row in announced]
    return {"run_id": ids.encode("Run", run.pk), "upload_headers": [], "files": places}


@mutation.field("markRunFilesUploaded")
def mark_run_files_uploaded(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Note when the files of a run arrived; false while one of them has not."""
    request = context(info)
    run = get_run(request, input["project_name"], input["entity_name"], input["run_name"])
    return {"success": files.confirm_files(actor=request.user, run=run, names=input["files"])}


@mutation.field("deleteFiles")
def delete_files(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Delete files of runs; ones that are gone already are no error."""
    request = context(info)
    if len(input["files"]) > MAX_FILES:
        raise InvalidInputError(f"Delete at most {MAX_FILES} files at once.")
    keys = [ids.number(text, "RunFile") for text in input["files"]]
    visible = Run.objects.visible_to(request.user)
    rows = list(RunFile.objects.filter(pk__in=keys, run__in=visible).select_related("run__project"))
    files.delete_files(actor=request.user, files=rows)
    return {"success": True}


@mutation.field("notifyScriptableRunAlert")
def notify_alert(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Record an alert, for the run's page and its project's history."""
    request = context(info)
    run = get_run(request, input["project_name"], input["entity_name"], input["run_name"])
    severity = input.get("severity") or "INFO"
    alerts.raise_alert(
        actor=request.user,
        run=run,
        title=input["title"],
        text=input["text"],
        severity=severity,
        wait_ms=input.get("wait_duration"),
    )
    return {"success": True}
