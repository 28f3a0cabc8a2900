"""Artifacts of a project and their versions, at the source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from ninja import Query
from pydantic import BaseModel, Field

from access.models import User
from artifacts.models import Artifact, Version
from artifacts.reading import find_version
from artifacts.services import aliases, artifacts, versions
from common.errors import NotFoundError
from projects.queries import find_project
from rest_api.door import KeyRequest
from rest_api.resources.links import VersionEdit
from rest_api.resources.projects import PROJECT
from rest_api.routing import Router
from rest_api.schemas import Page, Paging, page_of, username_of

router = Router(tags=["Artifacts"])
ARTIFACTS = f"{PROJECT}/artifacts"
ARTIFACT = f"{ARTIFACTS}/{{artifact}}"
VERSIONS = f"{ARTIFACT}/versions"
VERSION = f"{VERSIONS}/{{reference}}"
ALIAS = f"{VERSION}/aliases/{{alias}}"


class ArtifactOut(BaseModel):
    """A named series of versions; `latest` is the newest one's number, such as `v3`."""

    name: str
    type: str
    description: str
    versions: int
    latest: str | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime


class VersionOut(BaseModel):
    """A version at its source; `id` is what links it elsewhere, `run` the name of the run that logged it."""

    id: int
    artifact: str
    type: str
    version: str
    aliases: list[str]
    tags: list[str]
    description: str
    size: int
    file_count: int
    digest: str
    run: str | None
    created_by: str | None
    created_at: datetime


class VersionDetail(VersionOut):
    """With its metadata."""

    metadata: dict[str, Any]


class ArtifactPaging(Paging):
    """`type` narrows the list."""

    type: str = Field("", max_length=128)


class Deletion(BaseModel):
    """Whether a version that has aliases goes too."""

    delete_aliases: bool = False


def _artifacts(user: User, entity: str, project: str) -> QuerySet[Artifact]:
    committed = Version.objects.committed().filter(artifact=OuterRef("pk"))
    found = find_project(user, entity, project)
    rows = Artifact.objects.filter(project=found, deleted_at=None).select_related("created_by", "project__namespace")
    newest = committed.order_by("-index").values("index")[:1]
    return rows.annotate(latest_index=Subquery(newest))


def _artifact(row: Any) -> ArtifactOut:
    return ArtifactOut(
        name=row.name,
        type=row.type,
        description=row.description,
        versions=row.version_count,
        latest=None if row.latest_index is None else f"v{row.latest_index}",
        created_by=username_of(row.created_by),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _rows(artifact: Artifact) -> QuerySet[Version]:
    rows = Version.objects.committed().filter(artifact=artifact).select_related("artifact", "created_by")
    return rows.prefetch_related("aliases", "tags").annotate(run_name=F("produced_by__name"))


def _facts(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "artifact": row.artifact.name,
        "type": row.artifact.type,
        "version": row.label,
        "aliases": [alias.name for alias in row.aliases.all()],
        "tags": [tag.name for tag in row.tags.all()],
        "description": row.description,
        "size": row.size,
        "file_count": row.file_count,
        "digest": row.digest,
        "run": row.run_name,
        "created_by": username_of(row.created_by),
        "created_at": row.created_at,
    }


def detail_of(version: Version) -> VersionDetail:
    """A committed version as it is now."""
    row = _rows(version.artifact).get(pk=version.pk)
    return VersionDetail(**_facts(row), metadata=row.metadata)


def find_artifact(user: User, entity: str, project: str, name: str) -> Artifact:
    """The artifact of a visible project. Raises NotFoundError."""
    found = _artifacts(user, entity, project).filter(name=name).first()
    if found is None:
        raise NotFoundError("There is no such artifact, or you may not see it.")
    return found


def locate(request: KeyRequest, entity: str, project: str, artifact: str, reference: str) -> Version:
    """The version that `v3` or an alias names. Raises NotFoundError."""
    found = find_artifact(request.user, entity, project, artifact)
    version = find_version(found, reference)
    if version is None:
        raise NotFoundError("There is no such version, or you may not see it.")
    version.artifact = found
    return version


@router.read(ARTIFACTS, shows=Page[ArtifactOut])
def list_artifacts(request: KeyRequest, entity: str, project: str, paging: Query[ArtifactPaging]) -> Page[ArtifactOut]:
    """The artifacts of the project, by name."""
    rows = _artifacts(request.user, entity, project)
    return page_of(rows.filter(type=paging.type) if paging.type else rows, paging, ("name", "pk"), _artifact)


@router.read(ARTIFACT, shows=ArtifactOut)
def get_artifact(request: KeyRequest, entity: str, project: str, artifact: str) -> ArtifactOut:
    """One artifact."""
    return _artifact(find_artifact(request.user, entity, project, artifact))


@router.remove(ARTIFACT)
def delete_artifact(request: KeyRequest, entity: str, project: str, artifact: str) -> None:
    """Delete all versions with their links; refused while a registry protects one. Members of the project."""
    artifacts.delete_artifact(actor=request.user, artifact=find_artifact(request.user, entity, project, artifact))


@router.read(VERSIONS, shows=Page[VersionOut])
def list_versions(
    request: KeyRequest, entity: str, project: str, artifact: str, paging: Query[Paging]
) -> Page[VersionOut]:
    """The versions of the artifact, newest first."""
    rows = _rows(find_artifact(request.user, entity, project, artifact)).defer("metadata")
    return page_of(rows, paging, ("-index",), lambda row: VersionOut(**_facts(row)))


@router.read(VERSION, shows=VersionDetail)
def get_version(request: KeyRequest, entity: str, project: str, artifact: str, reference: str) -> VersionDetail:
    """One version, by number (`v3`) or alias."""
    return detail_of(locate(request, entity, project, artifact, reference))


@router.edit(VERSION, shows=VersionDetail)
def edit_version(
    request: KeyRequest, entity: str, project: str, artifact: str, reference: str, body: VersionEdit
) -> VersionDetail:
    """Describe the version. Members of the project."""
    version = locate(request, entity, project, artifact, reference)
    edit = body.against(set(version.tags.values_list("name", flat=True)))
    versions.edit_version(actor=request.user, version=version, through=version.artifact.project, edit=edit)
    return detail_of(version)


@router.remove(VERSION)
def delete_version(
    request: KeyRequest, entity: str, project: str, artifact: str, reference: str, how: Query[Deletion]
) -> None:
    """Delete a version with its links; refused while a registry protects it. Members of the project."""
    version = locate(request, entity, project, artifact, reference)
    versions.delete_version(actor=request.user, version=version, delete_aliases=how.delete_aliases)


@router.set(ALIAS, shows=VersionDetail)
def set_alias(
    request: KeyRequest, entity: str, project: str, artifact: str, reference: str, alias: str
) -> VersionDetail:
    """Point an alias at this version, away from another; again changes nothing. Members of the project."""
    version = locate(request, entity, project, artifact, reference)
    aliases.add_aliases(actor=request.user, version=version, names=[alias])
    return detail_of(version)


@router.remove(ALIAS)
def remove_alias(request: KeyRequest, entity: str, project: str, artifact: str, reference: str, alias: str) -> None:
    """Take an alias of this version away; one that has moved on stays. Members of the project."""
    version = locate(request, entity, project, artifact, reference)
    held = version.aliases.filter(name=alias).values_list("name", flat=True)
    aliases.remove_aliases(actor=request.user, artifact=version.artifact, names=list(held))
