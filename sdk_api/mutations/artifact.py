"""Versions: created, filled, committed, used, edited, deleted."""

from __future__ import annotations

import json
import re
from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from access.models import Container
from artifacts.models import Version
from artifacts.reading import get_version
from artifacts.services import commits, versions
from common.errors import InvalidInputError, NotFoundError
from projects.models import Project, Run
from projects.services.projects import get_or_create_project, resolve_namespace
from registries.models import Link
from sdk_api import ids
from sdk_api.context import Context, context
from sdk_api.lookup import find_container
from sdk_api.mutations.run import get_run
from sdk_api.naming import ALGORITHMS, check_project, lifetime
from sdk_api.resolvers.artifact import best_place
from sdk_api.wire import last_step

mutation = MutationType()
BINDABLES = [mutation]
VERSION = re.compile(r":v\d+\Z")  # what an artifact that was logged already calls itself has its version


def _parsed(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        metadata = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The metadata is not JSON.") from error
    if metadata is not None and not isinstance(metadata, dict):
        raise InvalidInputError("Metadata is a JSON object of names and values.")
    return metadata or {}


def _project(request: Context, given: dict[str, Any]) -> tuple[Project, Run | None]:
    """Where to log and from which run. A synced offline run names no entity: its project is looked up by the default one."""
    entity, name, run_name = given["entity_name"], given["project_name"], given.get("run_name")
    check_project(name)
    found = find_container(request, name, entity)
    if found is None and not entity and run_name:
        found = _project_of_run(request, name, run_name)
    if found is None:
        namespace = resolve_namespace(request.user, entity)
        found = get_or_create_project(actor=request.user, namespace=namespace, name=name)
    request.keep([found])
    run = get_run(request, found.name, found.namespace.name, run_name) if run_name else None
    return found, run


def _project_of_run(request: Context, project: str, run_name: str) -> Any:
    run = Run.objects.visible_to(request.user).filter(name=run_name, project__name=project, user=request.user).first()
    return request.container(run.project_id) if run else None


@mutation.field("createArtifact")
def create_artifact(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Version]:
    """A pending version, or the committed one of the same content."""
    request = context(info)
    project, run = _project(request, input)
    name = input.get("artifact_collection_name") or next(iter(input.get("artifact_collection_names") or ()), "")
    draft = versions.Draft(
        artifact_name=VERSION.sub("", name),
        type=input["artifact_type_name"],
        digest=input["digest"],
        algorithm=ALGORITHMS[input.get("digest_algorithm") or "MANIFEST_MD5"],
        aliases=[alias["alias"] for alias in input.get("aliases") or ()],
        tags=[tag["tag_name"] for tag in input.get("tags") or ()],
        description=input.get("description") or "",
        metadata=_parsed(input.get("metadata")) or {},
        history_step=last_step(input.get("history_step")),
        ttl_seconds=lifetime(input.get("ttl_duration_seconds")),
        client_id=input.get("client_id") or "",
        shared_id=input.get("distributed_id") or "",
    )
    version = versions.create_version(actor=request.user, project=project, run=run, draft=draft)
    return {"artifact": version}


def get_writable(request: Context, text: str) -> Version:
    """A version by id, pending ones too, of a project that the asker sees. Raises NotFoundError."""
    rows = Version.objects.select_related("artifact", "same_as__artifact")
    version = rows.filter(pk=ids.number(text, "Artifact")).first()
    project = request.container(version.artifact.project_id) if version else None
    if version is None or project is None:
        raise NotFoundError("There is no such version, or you may not see it.")
    version.artifact.project = project
    return version


@mutation.field("commitArtifact")
def commit_artifact(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Version]:
    """Check the version and give it its number."""
    request = context(info)
    return {"artifact": commits.commit_version(actor=request.user, version=get_writable(request, input["artifact_id"]))}


@mutation.field("useArtifact")
def use_artifact(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Version]:
    """Record that a run uses the version, through the place it was found in."""
    request = context(info)
    version = get_version(request.user, ids.number(input["artifact_id"], "Artifact"))
    run = get_run(request, input["project_name"], input["entity_name"], input["run_name"])
    versions.use_version(
        actor=request.user,
        run=run,
        version=version,
        container=_through(request, version, input),
        used_as=input.get("used_as") or "",
    )
    return {"artifact": version}


def _through(request: Context, version: Version, given: dict[str, Any]) -> Container:
    """The place that the client names, if the version is there; the best one when it names none."""
    name, entity = given.get("artifact_project_name"), given.get("artifact_entity_name")
    if not name:
        found: Container = best_place(request, version)
        return found
    named: Any = find_container(request, name, entity)
    if named is not None and named.pk == version.artifact.project_id:
        return named  # type: ignore[no-any-return]
    if named is None or not Link.objects.alive().filter(version=version, collection__registry_id=named.pk).exists():
        raise NotFoundError("There is no such version there, or you may not see it.")
    return named  # type: ignore[no-any-return]


@mutation.field("updateArtifact")
def update_artifact(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Version]:
    """Change description, metadata, tags or time to live, by the best place that the asker has."""
    request = context(info)
    version = get_version(request.user, ids.number(input["artifact_id"], "Artifact"))
    edit = versions.Edit(
        description=input.get("description"),
        metadata=_parsed(input.get("metadata")),
        add_tags=[tag["tag_name"] for tag in input.get("tags_to_add") or ()],
        remove_tags=[tag["tag_name"] for tag in input.get("tags_to_delete") or ()],
        ttl_seconds=lifetime(input.get("ttl_duration_seconds")),
    )
    place = best_place(request, version)
    return {"artifact": versions.edit_version(actor=request.user, version=version, through=place, edit=edit)}


@mutation.field("deleteArtifact")
def delete_artifact(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Version]:
    """Delete a version of the source."""
    request = context(info)
    version = get_writable(request, input["artifact_id"])
    versions.delete_version(actor=request.user, version=version, delete_aliases=bool(input.get("delete_aliases")))
    return {"artifact": version}
