"""Collections of either kind: artifacts of projects (sequences) and collections of registries (portfolios)."""

from __future__ import annotations

from typing import Any

from ariadne import InterfaceType, ObjectType, QueryType
from graphql import GraphQLResolveInfo

from artifacts.models import Artifact, Version
from registries.models import Collection, Link
from sdk_api.connections import Connection, nested_page, order_of, page, whole
from sdk_api.context import Context, context
from sdk_api.filters.versions import filter_versions
from sdk_api.ids import decode, encode
from sdk_api.lookup import find_membership
from sdk_api.naming import algorithm_name
from sdk_api.resolvers.membership import LINK_ORDERS, prepare_links
from sdk_api.wire import ArtifactType, Membership, container_id

query = QueryType()
collection = InterfaceType("ArtifactCollection")
sequence = ObjectType("ArtifactSequence")
portfolio = ObjectType("ArtifactPortfolio")
alias = ObjectType("ArtifactAlias")
tag = ObjectType("Tag")
BINDABLES = [query, collection, sequence, portfolio, alias, tag]
VERSION_ORDERS = {
    "created_at": "created_at",
    "createdAt": "created_at",
    "updated_at": "updated_at",
    "version": "index",
    "version_index": "index",
    "artifact_size": "size",
    "size": "size",
}


@query.field("artifactCollection")
def resolve_artifact_collection(_: Any, info: GraphQLResolveInfo, id: str) -> Any:
    """A visible one of either kind."""
    kind, pk = decode(id, "ArtifactSequence", "ArtifactPortfolio")
    model: Any = Collection if kind == "ArtifactPortfolio" else Artifact
    return model.objects.visible_to(context(info).user).filter(pk=pk).first()


@collection.type_resolver
def resolve_kind(row: Any, *_: Any) -> str:
    """Which of the two it is."""
    return "ArtifactPortfolio" if isinstance(row, Collection) else "ArtifactSequence"


def _both(name: str) -> Any:
    """Bind a resolver to both kinds."""

    def bind(resolver: Any) -> Any:
        sequence.set_field(name, resolver)
        portfolio.set_field(name, resolver)
        return resolver

    return bind


@_both("id")
def resolve_id(row: Any, info: GraphQLResolveInfo) -> str:
    """`ArtifactSequence:<number>` or `ArtifactPortfolio:<number>`."""
    return encode(resolve_kind(row), row.pk)


@_both("description")
def resolve_description(row: Any, info: GraphQLResolveInfo) -> str | None:
    """Null where there is none."""
    return row.description or None


@_both("state")
def resolve_state(row: Any, info: GraphQLResolveInfo) -> str:
    """Whether it is still there."""
    return "DELETED" if row.deleted_at else "READY"


@_both("project")
def resolve_project(row: Any, info: GraphQLResolveInfo) -> Any:
    """Its project or registry; null for those who see the version by another path only."""
    return context(info).container(container_id(row))


@_both("defaultArtifactType")
def resolve_type(row: Any, info: GraphQLResolveInfo) -> Any:
    """The one type of what it holds."""
    return ArtifactType(context(info).container(container_id(row)), row.type)


@_both("tags")
def resolve_tags(row: Any, info: GraphQLResolveInfo) -> Connection:
    """Its tags."""
    context(info).load(row, "tags")
    return whole(list(row.tags.all()))


@_both("aliases")
def resolve_aliases(row: Any, info: GraphQLResolveInfo, **paging: Any) -> Connection:
    """A page of the names in use."""
    aliases = row._meta.get_field("aliases").related_model.objects.all()
    return nested_page(context(info), row, "aliases", aliases, ("pk",), **paging)


@_both("artifacts")
def resolve_artifacts(
    row: Any, info: GraphQLResolveInfo, *, order: str | None = None, filters: str | None = None, **paging: Any
) -> Connection:
    """A page of its versions with their numbers here, newest first unless ordered."""
    request = context(info)
    keys = order_of(order, ("-index",), LINK_ORDERS if isinstance(row, Collection) else VERSION_ORDERS)
    relation, queryset, prepare = _contents(request, row, filters)
    paging |= {"version": lambda placed: placed.label, "prepare": prepare}
    if isinstance(row, Collection):
        paging["node"] = lambda link: link.version
    if order or filters:
        return page(getattr(row, relation).all() & queryset, keys, **paging)
    return nested_page(request, row, relation, queryset, keys, **paging)


def _contents(request: Context, row: Any, text: str | None) -> tuple[str, Any, Any]:
    """What a collection holds: by which relation, which of it a filter leaves, and what a list of it needs."""
    if isinstance(row, Collection):
        links = Link.objects.alive().select_related("version__artifact", "collection")
        return "links", filter_versions(links, text), lambda found: prepare_links(request, found)
    versions = Version.objects.committed().select_related("artifact")
    return "versions", filter_versions(versions, text), request.together


@_both("artifactMembership")
def resolve_membership(row: Any, info: GraphQLResolveInfo, alias_name: str | None = None) -> Membership | None:
    """The place that `v3` or an alias names."""
    return find_membership(row, alias_name or "latest")


@sequence.field("latestArtifact")
def resolve_latest(row: Artifact, info: GraphQLResolveInfo) -> Version | None:
    """The newest committed version."""
    return row.versions.committed().select_related("artifact").order_by("-index").first()


@sequence.field("digestAlgorithm")
def resolve_digest_algorithm(row: Artifact, info: GraphQLResolveInfo) -> str | None:
    """That of its newest version, in which the SDK then goes on; none before the first."""
    newest = row.versions.committed().order_by("-index").values_list("digest_algorithm", flat=True).first()
    return algorithm_name(newest) if newest else None


@alias.field("id")
def resolve_alias_id(row: Any, info: GraphQLResolveInfo) -> str:
    """`VersionAlias:<number>` or `LinkAlias:<number>`."""
    return encode(type(row).__name__, row.pk)


@alias.field("alias")
def resolve_alias_name(row: Any, info: GraphQLResolveInfo) -> str:
    """The name itself."""
    name: str = row.name
    return name


@alias.field("artifactCollection")
def resolve_alias_collection(row: Any, info: GraphQLResolveInfo) -> Any:
    """Where the name means something."""
    return row.collection if hasattr(row, "collection") else row.artifact


@tag.field("id")
def resolve_tag_id(row: Any, info: GraphQLResolveInfo) -> str:
    """`Tag:<number>`."""
    return encode("Tag", row.pk)


def prepare_collections(request: Context, rows: list[Any]) -> None:
    """Look up at once what collections in a list need."""
    request.see({container_id(row) for row in rows})
    request.together(rows)
