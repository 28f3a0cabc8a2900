"""Entities: whoever owns projects or registries."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType
from graphql import GraphQLResolveInfo

from access.models import Namespace, Organization, User
from artifacts.models import Artifact
from projects.models import Project
from registries.models import Collection, Link, Registry
from sdk_api.connections import Connection, order_of, page, whole
from sdk_api.context import OWNER, Context, context
from sdk_api.filters.collections import filter_collections
from sdk_api.filters.containers import filter_projects, filter_registries
from sdk_api.filters.versions import filter_versions
from sdk_api.ids import encode
from sdk_api.lookup import find_container, find_namespace
from sdk_api.resolvers.collection import prepare_collections
from sdk_api.resolvers.membership import LINK_ORDERS, link_page

query = QueryType()
entity = ObjectType("Entity")
BINDABLES = [query, entity]
KINDS = {Namespace.Kind.PERSONAL: "user", Namespace.Kind.TEAM: "team", Namespace.Kind.ORGANIZATION: "organization"}


@query.field("entity")
def resolve_entity(_: Any, info: GraphQLResolveInfo, name: str | None = None) -> Namespace | None:
    """A visible one of that name; the asker's default entity for none."""
    return find_namespace(context(info), name)


@entity.field("id")
def resolve_id(row: Namespace, info: GraphQLResolveInfo) -> str:
    """`Entity:<number>`."""
    return encode("Entity", row.pk)


@entity.field("entityType")
def resolve_type(row: Namespace, info: GraphQLResolveInfo) -> str:
    """`user`, `team` or `organization`."""
    return KINDS[Namespace.Kind(row.kind)]


@entity.field("isTeam")
def resolve_is_team(row: Namespace, info: GraphQLResolveInfo) -> bool:
    """Whether several people log work there."""
    return row.kind == Namespace.Kind.TEAM


@entity.field("xxhashDigestsEnabled")
def resolve_xxhash(row: Namespace, info: GraphQLResolveInfo) -> bool:
    """Everywhere."""
    return True


@entity.field("organization")
def resolve_organization(row: Namespace, info: GraphQLResolveInfo) -> Organization | None:
    """Of a team or an organization's entity; people may belong to several."""
    found = {Namespace.Kind.TEAM: lambda: row.team.organization, Namespace.Kind.ORGANIZATION: lambda: row.organization}
    organization = found.get(Namespace.Kind(row.kind), lambda: None)()
    return organization if organization is not None and organization.deleted_at is None else None


@entity.field("user")
def resolve_user(row: Namespace, info: GraphQLResolveInfo) -> User | None:
    """Of a personal entity."""
    return getattr(row, "user", None) if row.kind == Namespace.Kind.PERSONAL else None


@entity.field("project")
def resolve_project(row: Namespace, info: GraphQLResolveInfo, name: str | None = None) -> Any:
    """One of its projects or registries."""
    return find_container(context(info), name, row.name)


def containers(request: Context, row: Namespace, text: str | None) -> Any:
    """The visible registries of an organization, or projects of another entity, that a filter leaves."""
    model: Any = Registry if row.kind == Namespace.Kind.ORGANIZATION else Project
    found = model.objects.visible_to(request.user).with_role(request.user).filter(namespace=row)
    return filter_registries(found, text) if model is Registry else filter_projects(found, text)


@entity.field("projects")
def resolve_projects(
    row: Namespace, info: GraphQLResolveInfo, *, order: str | None = None, filters: str | None = None, **paging: Any
) -> Connection:
    """A page of its projects or registries, newest first unless ordered."""
    request = context(info)
    rows = containers(request, row, filters).select_related(*OWNER, "created_by")
    return page(rows, order_of(order, ("-pk",)), **paging, prepare=request.keep)


@entity.field("artifactCollections")
def resolve_collections(
    row: Namespace,
    info: GraphQLResolveInfo,
    *,
    project_filters: str | None = None,
    filters: str | None = None,
    collection_types: list[str] | None = None,
    order: str | None = None,
    **paging: Any,
) -> Connection:
    """A page of collections in its registries; of artifacts in its projects if SEQUENCE alone is asked for."""
    request = context(info)
    places = containers(request, row, project_filters).values("pk")
    if (row.kind == Namespace.Kind.ORGANIZATION) is ((collection_types or ["PORTFOLIO"]) == ["SEQUENCE"]):
        return whole([])
    if row.kind == Namespace.Kind.ORGANIZATION:
        rows: Any = Collection.objects.filter(deleted_at=None, registry__in=places)
    else:
        rows = Artifact.objects.filter(deleted_at=None, project__in=places)
    rows = filter_collections(rows, filters)
    return page(rows, order_of(order, ("-pk",)), **paging, prepare=lambda found: prepare_collections(request, found))


@entity.field("artifactMemberships")
def resolve_memberships(
    row: Namespace,
    info: GraphQLResolveInfo,
    *,
    project_filters: str | None = None,
    collection_filters: str | None = None,
    filters: str | None = None,
    order: str | None = None,
    **paging: Any,
) -> Connection:
    """A page of links in its registries, newest first unless ordered."""
    request = context(info)
    if row.kind != Namespace.Kind.ORGANIZATION:
        return whole([])
    kept = collections_of(containers(request, row, project_filters), collection_filters)
    links = filter_versions(Link.objects.alive().filter(collection__in=kept.values("pk")), filters)
    return link_page(request, links, order_of(order, ("-pk",), LINK_ORDERS), **paging)


def collections_of(registries: Any, text: str | None) -> Any:
    """The living collections of `registries` that a filter leaves."""
    return filter_collections(Collection.objects.filter(deleted_at=None, registry__in=registries.values("pk")), text)
