"""What an entity of a W&B server holds, as projects, runs, versions and registries of this one; again brings what is new.

Runs keep their ids, versions their numbers, digests and aliases, inputs and outputs their lineage. What people did here since
is left alone: an alias that is given stays where it is, and what was deleted or unlinked stays so.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import wandb
from django.utils.dateparse import parse_datetime

from access.models import Container
from artifacts.models import Artifact, Version, VersionAlias
from artifacts.services.aliases import LATEST
from artifacts.services.intake import log_manifest
from artifacts.services.versions import Draft, use_version
from common.names import fold
from operations.imports.arriving import (
    Arrivals,
    ArrivingRun,
    bring_collection,
    bring_run,
    collection_name,
    fill_run,
    link,
    project_name,
    tags,
)
from operations.imports.wandb_server import Server, files_of_run, manifest, number, open_entry, versions
from projects.models import Project, Run
from projects.services.runs import RunFields
from registries.models import Registry
from registries.services.registries import create_registry

UNREADABLE = (wandb.Error, wandb.errors.CommError, ValueError, AttributeError)


@dataclass(kw_only=True)
class Import(Arrivals):
    """From the entity of `server`; registries too, unless its organization is unknown there (`""` is the only one)."""

    server: Server
    unreadable: tuple[type[Exception], ...] = UNREADABLE
    organization: str = ""

    def everything(self) -> None:
        """Runs first, then what they logged, then what they used, then what is linked."""
        projects = self.server.projects()
        for name in projects:
            self._runs(name)
        for name in projects:
            for source in self.server.artifacts(name):
                self._artifact(self.project(name), source)
        for name in projects:
            self._inputs(self.project(name), name)
        for registry in self.server.registries(self.organization):
            self.attempt(f"registry {registry.name}", self._registry, registry)

    def _runs(self, name: str) -> None:
        project = self.project(name)
        self.say(f"Project {self.server.entity}/{name} → {self.namespace.name}/{project.name}")
        for run in self.server.runs(name):
            self.attempt(f"run {name}/{run.id}", self._run, project, run)

    def _run(self, project: Project, source: Any) -> str:
        run, is_here = bring_run(self.actor, project, source.id, _fields(source))
        if is_here:
            return "runs here already"
        created, rows = _moment(source.created_at), list(source.scan_history())
        with files_of_run(source) as files:
            arriving = ArrivingRun(
                lines=rows,
                files=files,
                summary=dict(source.summary_metrics or {}),
                state=source.state if source.state in Run.State.values else Run.State.CRASHED,
                created_at=created,
                finished_at=created + timedelta(seconds=max((row.get("_runtime") or 0 for row in rows), default=0)),
            )
            fill_run(self.actor, run, arriving)
        return "runs"

    def _artifact(self, project: Project, source: Any) -> None:
        for version in versions(source):
            self.attempt(f"{source.name}:{version.version}", self._version, project, version)
        Artifact.objects.filter(
            project=project, name=collection_name(source.name), deleted_at=None, description=""
        ).update(description=source.description or "")

    def _version(self, project: Project, source: Any) -> str:
        name = collection_name(source.collection.name)
        known = Version.objects.filter(artifact__project=project, artifact__name=name, index=number(source)).first()
        if known is not None:
            return "versions here already" if known.deleted_at is None else "versions deleted here"
        maker = source.logged_by()
        taken = VersionAlias.objects.filter(artifact__project=project, artifact__name=name).values_list(
            "name", flat=True
        )
        draft = Draft(
            artifact_name=name,
            type=source.type,
            digest=source.digest,
            description=source.description or "",
            metadata=dict(source.metadata or {}),
            tags=tags(source.tags),
            history_step=source.history_step,
            aliases=[alias for alias in source.aliases if alias not in {LATEST, *taken}],
        )
        with tempfile.TemporaryDirectory(prefix="vitrine-import-") as folder:
            version = log_manifest(
                actor=self.actor,
                project=project,
                run=Run.objects.filter(project=project, name=maker.id, deleted_at=None).first() if maker else None,
                draft=draft,
                document=manifest(source),
                fetch=lambda path: open_entry(source, path, folder),
                index=number(source),
            )
        Version.objects.filter(pk=version.pk).update(created_at=_moment(source.created_at))
        return "versions"

    def _inputs(self, project: Project, name: str) -> None:
        for source in self.server.runs(name):
            run = Run.objects.filter(project=project, name=source.id, deleted_at=None).first()
            if run is not None:
                run.project = project
                for used in source.used_artifacts(per_page=100):
                    self.attempt(f"input {used.qualified_name} of {source.id}", self._input, run, used)

    def _input(self, run: Run, used: Any) -> str:
        version = self._arrived(used)
        if version is None:
            return "inputs from elsewhere"
        use_version(actor=self.actor, run=run, version=version, container=version.artifact.project)
        return "inputs"

    def _registry(self, source: Any) -> str:
        registry = self._shelf(source)
        self.say(f"Registry {source.name} → {registry.name}")
        for collection in source.collections():
            about = {
                "type": collection.type,
                "description": collection.description or "",
                "tags": tags(collection.tags),
            }
            placed = bring_collection(self.actor, registry, collection.name, **about)
            for version in versions(collection):
                what = f"{source.name}/{collection.name}:{version.version}"
                self.attempt(what, self._link, placed, version)
        return "registries"

    def _shelf(self, source: Any) -> Registry:
        organization: Any = self.namespace.team.organization
        known = Registry.objects.visible_to(self.actor).filter(organization=organization, name_key=fold(source.name))
        found = known.with_role(self.actor).first()
        if isinstance(found, Registry):
            return found
        kind = Container.Visibility
        return create_registry(
            actor=self.actor,
            organization=organization,
            name=source.name,
            description=source.description or "",
            visibility=kind.ORGANIZATION if source.visibility == "organization" else kind.RESTRICTED,
            types=None if source.allow_all_artifact_types else list(source.artifact_types),
        )

    def _link(self, collection: Any, source: Any) -> str:
        version = self._arrived(source)
        if version is None:
            return "links of versions from elsewhere"
        link(self.actor, collection, version, index=number(source), aliases=set(source.aliases) - {LATEST})
        return "links"

    def _arrived(self, source: Any) -> Version | None:
        """The version here of what is logged, used or linked there."""
        if source.source_entity != self.server.entity:
            return None
        rows = Version.objects.committed().select_related("artifact__project__namespace")
        return rows.filter(
            artifact__project__namespace=self.namespace,
            artifact__project__name=project_name(source.source_project),
            artifact__name=collection_name(source.source_collection.name),
            index=int(source.source_version.removeprefix("v")),
        ).first()


def _fields(source: Any) -> RunFields:
    return RunFields(
        display_name=source.name or None,
        config=dict(source.config),
        notes=source.notes or None,
        tags=list(source.tags),
        group=source.group or None,
        job_type=source.job_type or None,
        commit=source.commit or None,
    )


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(f"{text} is no time.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
