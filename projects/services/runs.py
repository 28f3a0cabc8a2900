"""Runs: made and changed by the clients that execute them, and announced files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from common import names
from common.errors import GoneError, InvalidInputError, NotFoundError
from events.services import record
from events.types import EventType
from projects import hooks, values
from projects.models import Project, Run, RunFile
from projects.wordlist import run_name
from storage.models import Upload

MAX_FILES = 10_000
MAX_FILE_NAME = 1024
MAX_TAGS = 200
MAX_AT_ONCE = 100
DELETED = "The run '{name}' was deleted. Start a new one, with another id."


@dataclass(frozen=True, kw_only=True)
class RunFields:
    """What a request says about a run; None leaves a field as it is. `config` is plain `{key: value}`."""

    display_name: str | None = None
    config: dict[str, Any] | None = None
    client_info: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None
    notes: str | None = None
    tags: list[str] | None = None
    group: str | None = None
    job_type: str | None = None
    commit: str | None = None
    repository: str | None = None
    program: str | None = None
    host: str | None = None

    def checked(self) -> dict[str, Any]:
        """The given fields by name, fit to be stored. Raises InvalidInputError."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        return {name: _checked(name, value) for name, value in given.items()}


def _checked(name: str, value: Any) -> Any:
    if name in {"config", "client_info", "summary"}:
        if not isinstance(value, dict):
            raise InvalidInputError(_("The %(name)s of a run is a JSON object.") % {"name": name})
        return _storable(value, name)
    if name == "tags":
        if len(value) > MAX_TAGS:
            raise InvalidInputError(
                _("A run has at most %(max_tags)s tags; this one has %(count)s.")
                % {"max_tags": MAX_TAGS, "count": len(value)}
            )
        return list(dict.fromkeys(_limited(str(tag), "tag", names.MAX_NAME) for tag in value))
    if name == "notes":
        return values.text(value)
    limit: int = getattr(Run._meta.get_field(name), "max_length", 0)
    if name in {"display_name", "group", "job_type"}:  # people choose these, so nothing is cut silently
        return _limited(value, name.replace("_", " "), limit)
    return values.text(value)[:limit]


def _storable(value: dict[str, Any], name: str) -> Any:
    try:
        return values.storable(value)
    except ValueError as error:
        raise InvalidInputError(
            _("The %(name)s is %(error)s; at most %(max_depth)s levels are kept.")
            % {"name": name, "error": error, "max_depth": values.MAX_DEPTH}
        ) from error


def _limited(value: str, what: str, limit: int) -> str:
    if len(value) > limit:
        raise InvalidInputError(
            _("The %(what)s of a run has at most %(limit)s characters; this one has %(count)s.")
            % {"what": what, "limit": limit, "count": len(value)}
        )
    return values.text(value)


def get_run(actor: User, project: Project, name: str) -> Run:
    """The run of `project`. Raises NotFoundError when absent or invisible, GoneError when it was deleted."""
    require(actor, Action.VIEW_PROJECT, project)
    run = Run.objects.filter(project=project, name=name).first()
    if run is None:
        raise NotFoundError(
            _("There is no run '%(name)s' in %(project)s, or you may not see it.")
            % {"name": name, "project": project.name}
        )
    if run.deleted_at is not None:
        raise GoneError(DELETED.format(name=name))
    run.project = project
    return run


def upsert_run(
    *,
    actor: User,
    project: Project,
    name: str,
    fields: RunFields,
    by_script: bool = False,
    begun: dict[str, Any] | None = None,
) -> tuple[Run, bool]:
    """Make the run `name` (its id within the project), or change it; also whether it was made.

    A second time, or two at once, mean the same. A run that ended is resumed `by_script`, the one that executes it: what that
    streams next reopens it, and where it begins the run anew, replaces what is from the lines on that `begun` says.
    Raises NotFoundError, ForbiddenError below Member, GoneError for a deleted run, InvalidInputError.
    """
    require(actor, Action.WRITE_RUN, project)
    names.run_id(name)
    given = fields.checked()
    with transaction.atomic():
        named = given.get("display_name") or partial(_free_name, project)  # asked for a name only by a run that is new
        fresh = {**given, "user": actor, "display_name": named}
        run, inserted = Run.objects.select_for_update().get_or_create(project=project, name=name, defaults=fresh)
        run.project = project
        if inserted:
            Project.objects.filter(pk=project.pk).update(run_count=F("run_count") + 1)
            after = {"name": name, "display_name": run.display_name}
            record(actor=actor, type=EventType.RUN_CREATED, object=run, container=project, after=after)
        else:
            if by_script and (run.exit_code is not None or run.is_silent):
                given |= {"resumed": True} | ({"begun": begun} if begun else {})
            _change(run, given)
    return run, inserted


def update_run(*, actor: User, run: Run, fields: RunFields, by_script: bool = False) -> Run:
    """Change a run that is known already; a script that resumes it lets stay what an earlier one was about to replace.

    Raises NotFoundError, ForbiddenError, GoneError, InvalidInputError.
    """
    require(actor, Action.WRITE_RUN, run.project)
    given = fields.checked() | ({"begun": {}} if by_script else {})
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        locked.project = run.project
        _change(locked, given)
    return locked


def _free_name(project: Project) -> str:
    return run_name(Run.objects.filter(project=project).count() + 1)


def _change(run: Run, given: dict[str, Any]) -> None:
    if run.deleted_at is not None:
        raise GoneError(DELETED.format(name=run.name))
    changed = {name: value for name, value in given.items() if getattr(run, name) != value}
    if not changed.get("display_name", run.display_name):
        del changed["display_name"]  # an empty name would leave nothing to click on
    for name, value in changed.items():
        setattr(run, name, value)
    if changed:
        run.save(update_fields=list(changed))


def delete_run(*, actor: User, run: Run, with_outputs: bool = False) -> None:
    """Delete a run softly, alone or with the versions that it logged (F132). A second time changes nothing.

    Member of the project. Raises ConflictError while a registry holds one of these by a protected alias (C13).
    """
    require(actor, Action.WRITE_RUN, run.project)
    with transaction.atomic():
        Run.objects.select_for_update().only("pk").get(pk=run.pk)
        if with_outputs:
            for settle in hooks.with_outputs:
                settle(actor, run)
        if Run.objects.filter(pk=run.pk, deleted_at=None).update(deleted_at=timezone.now()):
            Project.objects.filter(pk=run.project_id).update(run_count=F("run_count") - 1)
            record(
                actor=actor, type=EventType.RUN_DELETED, object=run, container=run.project, before={"name": run.name}
            )


def delete_runs(*, actor: User, runs: Sequence[Run], with_outputs: bool = False) -> None:
    """Delete up to 100 runs, whose projects are at hand, as `delete_run` does: all of them or none."""
    if len(runs) > MAX_AT_ONCE:
        raise InvalidInputError(
            _("Delete at most %(max_at_once)s runs at once; these are %(count)s.")
            % {"max_at_once": MAX_AT_ONCE, "count": len(runs)}
        )
    with transaction.atomic():
        for run in runs:
            delete_run(actor=actor, run=run, with_outputs=with_outputs)


def announce_files(*, actor: User, run: Run, names: Sequence[str]) -> list[RunFile]:
    """Files that the client is about to PUT, in the order of `names`, each with the upload it goes to.

    A name has one upload for good, so a second announcement gives the same and a new PUT replaces the bytes.
    Raises NotFoundError, ForbiddenError below Member, GoneError, and InvalidInputError for a name that could harm a
    downloader.
    """
    require(actor, Action.WRITE_RUN, run.project)
    wanted = [_file_name(name) for name in dict.fromkeys(names)]
    if len(wanted) > MAX_FILES:
        raise InvalidInputError(
            _("At most %(max_files)s files at a time; this request names %(count)s.")
            % {"max_files": MAX_FILES, "count": len(wanted)}
        )
    with transaction.atomic():
        if Run.objects.select_for_update().get(pk=run.pk).deleted_at is not None:
            raise GoneError(DELETED.format(name=run.name))
        found = {file.name: file for file in run.files.filter(name__in=wanted).select_related("upload__blob")}
        missing = [name for name in wanted if name not in found]
        uploads = Upload.objects.bulk_create(
            Upload(
                purpose=Upload.Purpose.RUN_FILE, container_id=run.project_id, owner=actor, subject_id=run.pk, name=name
            )
            for name in missing
        )
        made = RunFile.objects.bulk_create(RunFile(run=run, name=upload.name, upload=upload) for upload in uploads)
    found |= {file.name: file for file in made}
    return [found[name] for name in wanted]


def _file_name(name: str) -> str:
    steps = name.split("/")
    if not name or len(name) > MAX_FILE_NAME or "\0" in name or "\\" in name or not {"", ".", ".."}.isdisjoint(steps):
        raise InvalidInputError(
            _("'%(name)s' cannot be the name of a run's file: give a relative path without '.' and '..'.")
            % {"name": name[:80]}
        )
    return values.text(name)
