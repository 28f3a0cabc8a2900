"""Collections of either kind: names, cards, tags, types, deletion."""

from __future__ import annotations

from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from artifacts.models import Artifact, Tag
from artifacts.services import artifacts
from common.errors import InvalidInputError, NotFoundError
from registries.models import Collection
from registries.services import collections
from sdk_api import ids
from sdk_api.context import Context, context
from sdk_api.lookup import find_collection, get_container
from sdk_api.wire import container_id

mutation = MutationType()
BINDABLES = [mutation]
MAX_TAGS = 20


def _get(request: Context, model: Any, kind: str, text: str, *, deleted: bool = False) -> Any:
    """The row of that id in a visible container, deleted ones only if so asked. Raises NotFoundError."""
    rows = model.objects.filter(pk=ids.number(text, kind))
    row = (rows if deleted else rows.filter(deleted_at=None)).first()
    container = request.container(container_id(row)) if row is not None else None
    if container is None:
        raise NotFoundError("There is no such collection, or you may not see it.")
    setattr(row, "registry" if model is Collection else "project", container)
    return row


@mutation.field("updateArtifactSequence")
def update_sequence(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Artifact]:
    """Rename or describe an artifact."""
    request = context(info)
    artifact = _get(request, Artifact, "ArtifactSequence", input["artifact_sequence_id"])
    changes = {name: input.get(name) for name in ("name", "description")}
    return {"artifact_collection": artifacts.edit_artifact(actor=request.user, artifact=artifact, **changes)}


@mutation.field("moveArtifactSequence")
def move_sequence(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Artifact]:
    """Change the type of an artifact."""
    request = context(info)
    artifact = _get(request, Artifact, "ArtifactSequence", input["artifact_sequence_id"])
    changed = artifacts.change_type(actor=request.user, artifact=artifact, type=input["destination_artifact_type_name"])
    return {"artifact_collection": changed}


@mutation.field("deleteArtifactSequence")
def delete_sequence(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Artifact]:
    """Delete an artifact with its versions."""
    request = context(info)
    artifact = _get(request, Artifact, "ArtifactSequence", input["artifact_sequence_id"], deleted=True)
    artifacts.delete_artifact(actor=request.user, artifact=artifact)
    return {"artifact_collection": artifact}


@mutation.field("updateArtifactPortfolio")
def update_portfolio(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Collection]:
    """Rename or describe a registry's collection."""
    request = context(info)
    collection = _get(request, Collection, "ArtifactPortfolio", input["artifact_portfolio_id"])
    changes = {name: input.get(name) for name in ("name", "description")}
    return {"artifact_collection": collections.edit_collection(actor=request.user, collection=collection, **changes)}


@mutation.field("deleteArtifactPortfolio")
def delete_portfolio(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Collection]:
    """Delete a registry's collection with its links."""
    request = context(info)
    collection = _get(request, Collection, "ArtifactPortfolio", input["artifact_portfolio_id"], deleted=True)
    collections.delete_collection(actor=request.user, collection=collection)
    return {"artifact_collection": collection}


def _tag(request: Context, given: dict[str, Any], change: str) -> tuple[Any, list[str]]:
    """Add or remove the tags of the named collection of either kind."""
    tags = [tag["tag_name"] for tag in given["tags"]]
    if len(tags) > MAX_TAGS:
        raise InvalidInputError(f"At most {MAX_TAGS} tags at once; these are {len(tags)}.")
    container = get_container(request, given["project_name"], given["entity_name"])
    found = find_collection(container, given["artifact_collection_name"])
    if found is None:
        raise NotFoundError("There is no such collection, or you may not see it.")
    if isinstance(found, Collection):
        collections.tag_collection(actor=request.user, collection=found, **{change: tags})
    else:
        artifacts.tag_artifact(actor=request.user, artifact=found, **{change: tags})
    return found, tags


@mutation.field("createArtifactCollectionTagAssignments")
def create_tags(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, list[Tag]]:
    """Tag a collection of either kind."""
    found, tags = _tag(context(info), input, "add")
    return {"tags": list(found.tags.filter(name__in=tags))}


@mutation.field("deleteArtifactCollectionTagAssignments")
def delete_tags(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Take tags off a collection of either kind."""
    _tag(context(info), input, "remove")
    return {"success": True}
