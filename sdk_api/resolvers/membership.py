"""Places of versions: in an artifact by its own number, in a registry's collection by the link's."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType
from django.db.models import Q
from graphql import GraphQLResolveInfo

from access.policy import require
from access.roles import Action
from artifacts.models import Version
from registries.models import Link
from sdk_api.connections import Connection, page
from sdk_api.context import Context, context
from sdk_api.ids import encode
from sdk_api.resolvers.file import version_files
from sdk_api.wire import Membership

membership = ObjectType("ArtifactCollectionMembership")
BINDABLES = [membership]
LINK_ORDERS = {
    "linked_at": "created_at",
    "acm_created_at": "created_at",
    "created_at": "version__created_at",
    "artifact_created_at": "version__created_at",
    "updated_at": "version__updated_at",
    "artifact_size": "version__size",
    "version": "index",
    "version_index": "index",
}


@membership.field("id")
def resolve_id(place: Membership, info: GraphQLResolveInfo) -> str:
    """Of a link, or of a version in its artifact."""
    kind = "ArtifactCollectionMembership" if isinstance(place.row, Link) else "ArtifactSequenceMembership"
    return encode(kind, place.row.pk)


@membership.field("versionIndex")
def resolve_index(place: Membership, info: GraphQLResolveInfo) -> int | None:
    """The number in this place."""
    index: int | None = place.row.index
    return index


@membership.field("createdAt")
def resolve_created_at(place: Membership, info: GraphQLResolveInfo) -> Any:
    """When it was placed here."""
    return place.row.created_at


@membership.field("aliases")
def resolve_aliases(place: Membership, info: GraphQLResolveInfo) -> list[Any]:
    """Its names here."""
    context(info).load(place.row, "aliases")
    return list(place.row.aliases.all())


@membership.field("artifactCollection")
def resolve_collection(place: Membership, info: GraphQLResolveInfo) -> Any:
    """Where it is placed."""
    return place.collection


@membership.field("artifact")
def resolve_artifact(place: Membership, info: GraphQLResolveInfo) -> Version:
    """The version that is placed."""
    return place.version


@membership.field("files")
def resolve_files(
    place: Membership, info: GraphQLResolveInfo, *, names: list[str] | None = None, **paging: Any
) -> Connection:
    """Its files, for those who may download them from here (F32)."""
    request = context(info)
    require(request.user, Action.DOWNLOAD_FILE, request.container(place.container_id))
    return version_files(request, place.version, place.container_id, names, **paging)


def prepare_links(request: Context, links: list[Link]) -> None:
    """Look up at once what links in a list need: their containers, and later their siblings' rows."""
    request.see({link.collection.registry_id for link in links} | {link.version.artifact.project_id for link in links})
    request.together(links)
    request.together([link.version for link in links])
    request.together([link.collection for link in links])


def link_page(request: Context, links: Any, order: tuple[str, ...], **paging: Any) -> Connection:
    """A page of places in registries."""
    rows = links.select_related("version__artifact", "collection")
    return page(rows, order, **paging, node=Membership, prepare=lambda found: prepare_links(request, found))


def visible_links(request: Context) -> Any:
    """Living links in registries that the asker sees."""
    return Link.objects.filter(Q(deleted_at=None)).visible_to(request.user).select_related("collection")
