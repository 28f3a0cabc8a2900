"""Links of versions in registries, and aliases there and at the source."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ariadne import MutationType
from django.db.models import F
from graphql import GraphQLResolveInfo

from artifacts.models import Artifact, Version
from artifacts.reading import get_version, get_version_by_client
from artifacts.services import aliases
from common.errors import InvalidInputError, NotFoundError
from registries.models import Collection, Link
from registries.services import links
from sdk_api import ids
from sdk_api.context import Context, context
from sdk_api.lookup import find_collection, get_container, get_registry
from sdk_api.wire import Membership

mutation = MutationType()
BINDABLES = [mutation]


def _version(request: Context, given: dict[str, Any]) -> Version:
    """The version that an id, or the client's own id, names. Raises NotFoundError."""
    if given.get("artifact_id"):
        return get_version(request.user, ids.number(given["artifact_id"], "Artifact"))
    if not given.get("client_id"):
        raise InvalidInputError("Say which version to link, by artifactID.")
    return get_version_by_client(request.user, given["client_id"])


@mutation.field("linkArtifact")
def link_artifact(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """Place a version in a collection of a registry."""
    request = context(info)
    if input.get("artifact_portfolio_id"):
        collection = _portfolio(request, input["artifact_portfolio_id"])
        registry, name = collection.registry, collection.name
    else:
        registry = get_registry(request, input.get("project_name") or "", input.get("entity_name"))
        name = input.get("artifact_portfolio_name") or ""
    version = _version(request, input)
    names = [alias["alias"] for alias in input.get("aliases") or ()]
    link = links.link_version(
        actor=request.user, registry=registry, collection_name=name, version=version, aliases=names
    )
    request.see([version.artifact.project_id])
    return {"version_index": link.index, "artifact_membership": Membership(link)}


def _portfolio(request: Context, text: str) -> Collection:
    found = Collection.objects.visible_to(request.user).filter(pk=ids.number(text, "ArtifactPortfolio")).first()
    if found is None:
        raise NotFoundError("There is no such collection, or you may not see it.")
    found.registry = request.container(found.registry_id)
    return found


@mutation.field("unlinkArtifact")
def unlink_artifact(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """Take a version out of a collection; once it is out, that is so."""
    request = context(info)
    collection = _portfolio(request, input["artifact_portfolio_id"])
    rows = Link.objects.filter(collection=collection, version=ids.number(input["artifact_id"], "Artifact"))
    link = rows.order_by(F("deleted_at").desc(nulls_first=True)).first()  # the living one, else one that is out already
    if link is None:
        raise NotFoundError("The version is not linked in this collection.")
    link.collection = collection
    links.unlink_version(actor=request.user, link=link)
    return {"success": True, "artifact_id": input["artifact_id"], "client_mutation_id": input.get("client_mutation_id")}


def _by_collection(request: Context, given: list[dict[str, Any]]) -> dict[Any, list[str]]:
    """The alias names by collection, each of which must be there. Raises NotFoundError."""
    named: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for alias in given:
        key = (alias["entity_name"], alias["project_name"], alias["artifact_collection_name"])
        named[key].append(alias["alias"])
    found: dict[Any, list[str]] = {}
    for (entity, project, name), names in named.items():
        collection = find_collection(get_container(request, project, entity), name)
        if collection is None:
            raise NotFoundError(f"There is no collection '{name}' in '{project}', or you may not see it.")
        found[collection] = names
    return found


@mutation.field("addAliases")
def add_aliases(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Move aliases to the version, in each collection named."""
    request = context(info)
    version = get_version(request.user, ids.number(input["artifact_id"], "Artifact"))
    for collection, names in _by_collection(request, input["aliases"]).items():
        if isinstance(collection, Artifact):
            _require_here(version.artifact_id == collection.pk)
            version.artifact = collection
            aliases.add_aliases(actor=request.user, version=version, names=names)
        else:
            link = Link.objects.alive().filter(collection=collection, version=version).first()
            _require_here(link is not None)
            link.collection = collection  # type: ignore[union-attr]
            links.add_aliases(actor=request.user, link=link, names=names)  # type: ignore[arg-type]
    return {"success": True}


def _require_here(is_here: bool) -> None:
    if not is_here:
        raise NotFoundError("The version is not in this collection.")


@mutation.field("deleteAliases")
def delete_aliases(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Remove aliases from the version, in each collection named; ones that have moved on stay where they are."""
    request = context(info)
    version = get_version(request.user, ids.number(input["artifact_id"], "Artifact"))
    for collection, names in _by_collection(request, input["aliases"]).items():
        if isinstance(collection, Artifact):
            held = collection.aliases.filter(version=version, name__in=names).values_list("name", flat=True)
            aliases.remove_aliases(actor=request.user, artifact=collection, names=list(held))
        else:
            held = collection.aliases.filter(link__version=version, name__in=names).values_list("name", flat=True)
            links.remove_aliases(actor=request.user, collection=collection, names=list(held))
    return {"success": True}
