"""What a tracking server of MLflow holds, as projects, runs, versions and collections of this one; a second time changes nothing.

Experiments become projects of a team, runs stay runs under their ids, each registered model becomes an artifact where it was
trained and a collection of a registry. What people did here since is left alone: an alias that is given stays where it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from mlflow.entities import Experiment, RunStatus
from mlflow.entities import Run as MlflowRun
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException

from access.models import Namespace, User
from artifacts.models import Version
from artifacts.services.intake import Given, log_files
from artifacts.services.versions import Draft
from common import names
from common.errors import DomainError
from operations.imports.mlflow_server import Server
from projects.models import Project, Run
from projects.services.lifecycle import set_state
from projects.services.projects import get_or_create_project
from projects.services.runs import RunFields, announce_files, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from registries.models import Collection, Link, LinkAlias, Registry
from registries.services.collections import create_collection
from registries.services.links import link_version
from storage.services import fulfil

TYPE = "model"
RECORD = "mlflow-version.json"
WITHOUT_RUN = "mlflow-models"
LINES = 5000
OWN = "mlflow."
STAGES = ("production", "staging")
NOT_IN_A_TAG = re.compile(r"[^-\w]+")
MOST_TAGS = 50


@dataclass(kw_only=True)
class Import:
    """From `server` into projects of a team and a registry of its organization, as `actor`; `say` tells of progress."""

    server: Server
    actor: User
    namespace: Namespace
    registry: Registry
    say: Callable[[str], object]
    tally: Counter[str] = field(default_factory=Counter)

    def everything(self) -> None:
        """All experiments, then all registered models. What cannot be read is told, counted as `left out`, and passed over."""
        for experiment in self.server.experiments():
            self._experiment(experiment)
        for model in self.server.models():
            self._model(model)

    def _experiment(self, experiment: Experiment) -> None:
        project = None
        for run in self.server.runs(experiment):
            if project is None:  # an experiment without runs, such as MLflow's own "Default", makes no project
                project = self._project(_container_name(experiment.name))
                self.say(f"Experiment {experiment.name} → project {self.namespace.name}/{project.name}")
            self._try(f"run {run.info.run_id}", self._run, project, run)

    def _try(self, what: str, bring: Callable[..., str], *args: Any) -> None:
        try:
            self.tally[bring(*args)] += 1
        except (MlflowException, DomainError, OSError) as error:
            self.tally["left out"] += 1
            self.say(f"Left out: {what}: {error}")

    def _project(self, name: str) -> Project:
        return get_or_create_project(actor=self.actor, namespace=self.namespace, name=name)

    def _run(self, project: Project, source: MlflowRun) -> str:
        info = source.info
        run, made = upsert_run(actor=self.actor, project=project, name=info.run_id, fields=_fields(source))
        if run.finished_at is not None:
            return "runs here already"
        status = RunStatus.to_string(info.status) if isinstance(info.status, int) else info.status
        ended = RunStatus.is_terminated(RunStatus.from_string(status))
        for batch in _batches(self.server.rows(source)):
            append(actor=self.actor, run=run, batch=StreamBatch(history=batch))
        with self.server.files_of_run(source) as files:
            for file, (_, path) in zip(
                announce_files(actor=self.actor, run=run, names=[name for name, _ in files]), files, strict=True
            ):
                with path.open("rb") as stream:
                    fulfil(file.upload, stream, size=path.stat().st_size)
        if status == "KILLED":
            set_state(actor=self.actor, run=run, state=Run.State.KILLED)
        last = StreamBatch(summary=dict(source.data.metrics), complete=ended, exit_code=int(status != "FINISHED"))
        append(actor=self.actor, run=run, batch=last)
        times = {"created_at": info.start_time, "finished_at": info.end_time if ended else None}
        Run.objects.filter(pk=run.pk).update(**{name: _moment(time) for name, time in times.items() if time})
        return "runs" if made else "runs here already"

    def _model(self, model: RegisteredModel) -> None:
        collection = self._collection(model)
        self.say(f"Model {model.name} → collection {self.registry.name}/{collection.name}")
        wanted = {alias: int(number) for alias, number in model.aliases.items()}
        versions = self.server.versions(model)
        for version in versions:
            stage = (version.current_stage or "").lower()
            if stage in STAGES and stage not in model.aliases:
                wanted[stage] = int(version.version)  # the newest of those in the stage
        taken = set(LinkAlias.objects.filter(collection=collection).values_list("name", flat=True))
        for version in versions:
            aliases = [
                alias for alias, number in wanted.items() if number == int(version.version) and alias not in taken
            ]
            self._try(f"{model.name} {version.version}", self._version, collection, version, aliases)

    def _collection(self, model: RegisteredModel) -> Collection:
        name = _collection_name(model.name)
        known = Collection.objects.filter(registry=self.registry, name_key=names.fold(name), deleted_at=None).first()
        return known or create_collection(
            actor=self.actor,
            registry=self.registry,
            name=name,
            type=TYPE,
            description=model.description or "",
            tags=_tags(model.tags),
        )

    def _version(self, collection: Collection, source: ModelVersion, aliases: list[str]) -> str:
        runs = Run.objects.select_related("project").filter(project__namespace=self.namespace, deleted_at=None)
        run = runs.filter(name=source.run_id).first() if source.run_id else None
        project = run.project if run else self._project(WITHOUT_RUN)
        client_id = _client_id(source)
        known = Version.objects.committed().filter(artifact__project=project, client_id=client_id)
        version = known.select_related("artifact__project__namespace").first()
        made = version is None
        if version is None:
            if Version.objects.filter(artifact__project=project, client_id=client_id).exclude(deleted_at=None).exists():
                return "versions deleted here"
            version = self._log(project, run, source, client_id, collection.name)
        elif not aliases and Link.objects.filter(collection=collection, version=version).exists():
            return "versions here already"  # linked, or unlinked by somebody since
        version.artifact.project = project
        link_version(
            actor=self.actor,
            registry=self.registry,
            collection_name=collection.name,
            version=version,
            aliases=aliases,
        )
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


def _batches(rows: list[dict[str, float]]) -> Iterable[Piece]:
    for start in range(0, len(rows), LINES):
        yield Piece(start, [json.dumps(row) for row in rows[start : start + LINES]])


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _tags(tags: dict[str, str]) -> list[str]:
    """`key value` as labels, cut down to what a tag may hold; all of it stands in the metadata as well."""
    said = (f"{key} {value}" if value and value.lower() != "true" else key for key, value in tags.items())
    labels = (NOT_IN_A_TAG.sub(" ", text).strip()[: names.MAX_NAME].strip() for text in said)
    return [*dict.fromkeys(filter(None, labels))][:MOST_TAGS]


def _container_name(name: str) -> str:
    return names.container_name(_clean(names.FORBIDDEN_IN_CONTAINER, name), "project")


def _collection_name(name: str) -> str:
    return names.collection_name(_clean(re.compile("[/:]"), name))


def _clean(forbidden: re.Pattern[str], name: str) -> str:
    return forbidden.sub("-", names.CONTROL.sub("", name)).strip("- .")[: names.MAX_NAME].strip() or "unnamed"
