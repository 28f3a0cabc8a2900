"""What a tracking server of MLflow holds, as projects, runs, versions and collections of this one; a second time changes nothing.

Experiments become projects of a team, runs stay runs under their ids, each registered model becomes an artifact where it was
trained and a collection of a registry. What people did here since is left alone: an alias that is given stays where it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from mlflow.entities import Experiment
from mlflow.entities import Run as MlflowRun
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException

from artifacts.models import Version
from artifacts.services.intake import Given, log_files
from artifacts.services.versions import Draft
from common import names
from operations.imports.arriving import (
    Arrivals,
    ArrivingRun,
    bring_collection,
    bring_run,
    fill_run,
    link,
    tags,
)
from operations.imports.mlflow_server import Server
from projects.models import Project, Run
from projects.services.runs import RunFields
from registries.models import Collection, Registry

TYPE = "model"
RECORD = "mlflow-version.json"
WITHOUT_RUN = "mlflow-models"
OWN = "mlflow."
STATES = {"FINISHED": Run.State.FINISHED, "FAILED": Run.State.FAILED, "KILLED": Run.State.KILLED}
UNREADABLE = (MlflowException,)
STAGES = ("production", "staging")


@dataclass(kw_only=True)
class Import(Arrivals):
    """From `server` also into a registry of the team's organization."""

    server: Server
    unreadable: tuple[type[Exception], ...] = UNREADABLE
    registry: Registry

    def everything(self) -> None:
        """All experiments, then all registered models."""
        for experiment in self.server.experiments():
            self._experiment(experiment)
        for model in self.server.models():
            self._model(model)

    def _experiment(self, experiment: Experiment) -> None:
        project = None
        for run in self.server.runs(experiment):
            if project is None:  # an experiment without runs, such as MLflow's own "Default", makes no project
                project = self.project(experiment.name)
                self.say(f"Experiment {experiment.name} → project {self.namespace.name}/{project.name}")
            self.attempt(f"run {run.info.run_id}", self._run, project, run)

    def _run(self, project: Project, source: MlflowRun) -> str:
        info = source.info
        run, is_here = bring_run(self.actor, project, info.run_id, _fields(source))
        if is_here:
            return "runs here already"
        with self.server.files_of_run(source) as files:
            arriving = ArrivingRun(
                lines=self.server.rows(source),
                files=files,
                summary=dict(source.data.metrics),
                state=STATES.get(info.status, Run.State.RUNNING),
                created_at=_moment(info.start_time),
                finished_at=_moment(info.end_time) if info.end_time else None,
            )
            fill_run(self.actor, run, arriving)
        return "runs"

    def _model(self, model: RegisteredModel) -> None:
        collection = self._collection(model)
        self.say(f"Model {model.name} → collection {self.registry.name}/{collection.name}")
        wanted = {alias: int(number) for alias, number in model.aliases.items()}
        versions = self.server.versions(model)
        for version in versions:
            stage = (version.current_stage or "").lower()
            if stage in STAGES and stage not in model.aliases:
                wanted[stage] = int(version.version)  # the newest of those in the stage
        for version in versions:
            aliases = [alias for alias, number in wanted.items() if number == int(version.version)]
            what = f"{model.name} {version.version}"
            self.attempt(what, self._version, collection, version, aliases)

    def _collection(self, model: RegisteredModel) -> Collection:
        card, labels = model.description or "", _tags(model.tags)
        return bring_collection(self.actor, self.registry, model.name, type=TYPE, description=card, tags=labels)

    def _version(self, collection: Collection, source: ModelVersion, aliases: list[str]) -> str:
        runs = Run.objects.select_related("project").filter(project__namespace=self.namespace, deleted_at=None)
        run = runs.filter(name=source.run_id).first() if source.run_id else None
        project = run.project if run else self.project(WITHOUT_RUN)
        client_id = _client_id(source)
        known = Version.objects.committed().filter(artifact__project=project, client_id=client_id)
        version = known.select_related("artifact__project__namespace").first()
        made = version is None
        if version is None:
            if Version.objects.filter(artifact__project=project, client_id=client_id).exclude(deleted_at=None).exists():
                return "versions deleted here"
            version = self._log(project, run, source, client_id, collection.name)
        version.artifact.project = project
        link(self.actor, collection, version, index=int(source.version) - 1, aliases=aliases)
        return "versions" if made else "versions here already"

    def _log(self, project: Project, run: Run | None, source: ModelVersion, client_id: str, name: str) -> Version:
        draft = Draft(
            artifact_name=name,
            type=TYPE,
            digest=secrets.token_hex(16),  # until the commit knows all the files
            description=source.description or "",
            metadata={"mlflow": _about(source)},
            tags=_tags(source.tags),
            client_id=client_id,
        )
        with self.server.files_of_version(source) as files, ExitStack() as opened:
            given = [_open(opened, path, place) for path, place in files if path != RECORD]
            version = log_files(
                actor=self.actor, project=project, run=run, draft=draft, files=[*given, _record(source)]
            )
        Version.objects.filter(pk=version.pk).update(created_at=_moment(source.creation_timestamp))
        return version


def _open(opened: ExitStack, path: str, place: Path) -> Given:
    stream: IO[bytes] = opened.enter_context(place.open("rb"))
    return path, stream, place.stat().st_size


def _record(source: ModelVersion) -> Given:
    """A file that keeps two versions of equal bytes apart, as MLflow does."""
    fixed = {key: value for key, value in _about(source).items() if key in {"model", "version", "run_id", "source"}}
    text = json.dumps(fixed, indent=2, sort_keys=True).encode()
    return RECORD, io.BytesIO(text), len(text)


def _about(source: ModelVersion) -> dict[str, Any]:
    return {
        "model": source.name,
        "version": int(source.version),
        "run_id": source.run_id or "",
        "source": source.source or "",
        "stage": source.current_stage or "",
        "user": source.user_id or "",
        "created_at": _moment(source.creation_timestamp).isoformat(),
        "tags": dict(source.tags),
    }


def _client_id(source: ModelVersion) -> str:
    text = f"{source.name}\n{source.version}\n{source.creation_timestamp}"
    return "mlflow-" + hashlib.sha256(text.encode()).hexdigest()


def _fields(source: MlflowRun) -> RunFields:
    tags = source.data.tags
    own = {key: value for key, value in tags.items() if not key.startswith(OWN)}
    config: dict[str, Any] = {key: _value(text) for key, text in source.data.params.items()}
    about = {"experiment_id": source.info.experiment_id, "user": source.info.user_id or tags.get(f"{OWN}user", "")}
    return RunFields(
        display_name=source.info.run_name or None,
        config={**config, "mlflow": {**about, "tags": own}},
        notes=tags.get(f"{OWN}note.content"),
        tags=[label for key, value in own.items() if len(label := f"{key}={value}") <= names.MAX_NAME],
        group=tags.get(f"{OWN}parentRunId"),
        commit=tags.get(f"{OWN}source.git.commit"),
        repository=tags.get(f"{OWN}source.git.repoURL"),
        program=tags.get(f"{OWN}source.name"),
    )


def _value(text: str) -> Any:
    """A parameter, which MLflow keeps as text: a number where it reads as one, so that it can be compared."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"True": True, "False": False}.get(text, text)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _tags(given: dict[str, str]) -> list[str]:
    """`key value` as tags; all of it stands in the metadata as it was."""
    return tags(f"{key} {value}" if value and value.lower() != "true" else key for key, value in given.items())
