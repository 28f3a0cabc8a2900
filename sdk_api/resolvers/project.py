"""Projects and registries."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType
from graphql import GraphQLResolveInfo

from access.models import Container, Namespace, User
from access.policy import can
from access.roles import Action
from artifacts.models import Artifact, Version
from projects.models import Run
from registries.models import Collection
from sdk_api.connections import Connection, order_of, page, whole
from sdk_api.context import context
from sdk_api.filters.collections import filter_collections
from sdk_api.filters.runs import filter_runs, order_runs
from sdk_api.ids import encode
from sdk_api.lookup import find_collection, find_container, find_membership, find_namespace
from sdk_api.naming import project_name, split_reference
from sdk_api.resolvers.collection import prepare_collections
from sdk_api.resolvers.entity import resolve_projects
from sdk_api.wire import ArtifactType, Membership

query = QueryType()
project = ObjectType("Project")
artifact_type = ObjectType("ArtifactType")
BINDABLES = [query, project, artifact_type]
WRITE = {Container.Kind.PROJECT: Action.LOG_VERSION, Container.Kind.REGISTRY: Action.LINK_VERSION}


@query.field("project")
@query.field("model")
def resolve_project(_: Any, info: GraphQLResolveInfo, name: str | None = None, entity_name: str | None = None) -> Any:
    """The visible one of that name."""
    return find_container(context(info), name, entity_name)


@query.field("models")
def resolve_models(
    _: Any, info: GraphQLResolveInfo, entity_name: str | None = None, **paging: Any
) -> Connection | None:
    """The projects of an entity."""
    owner = find_namespace(context(info), entity_name)
    return resolve_projects(owner, info, **paging) if owner else None


@project.field("id")
def resolve_id(row: Any, info: GraphQLResolveInfo) -> str:
    """`Project:<number>`, for registries too."""
    return encode("Project", row.pk)


@project.field("internalId")
def resolve_internal_id(row: Any, info: GraphQLResolveInfo) -> str:
    """`ProjectInternalId:<number>`."""
    return encode("ProjectInternalId", row.pk)


@project.field("name")
def resolve_name(row: Any, info: GraphQLResolveInfo) -> str:
    """With the SDK's prefix for a registry."""
    return project_name(row)


@project.field("entity")
def resolve_entity(row: Any, info: GraphQLResolveInfo) -> Namespace:
    """Its owner."""
    owner: Namespace = row.namespace
    return owner


@project.field("entityName")
def resolve_entity_name(row: Any, info: GraphQLResolveInfo) -> str:
    """Its owner's name."""
    name: str = row.namespace.name
    return name


@project.field("description")
def resolve_description(row: Any, info: GraphQLResolveInfo) -> str | None:
    """Null where there is none."""
    return row.description or None


@project.field("isBenchmark")
def resolve_is_benchmark(row: Any, info: GraphQLResolveInfo) -> bool:
    """There are no benchmarks."""
    return False


@project.field("user")
def resolve_user(row: Any, info: GraphQLResolveInfo) -> User | None:
    """Who made it."""
    maker: User | None = row.created_by
    return maker


@project.field("access")
def resolve_access(row: Any, info: GraphQLResolveInfo) -> str:
    """In the SDK's words."""
    return "RESTRICTED" if row.visibility == Container.Visibility.RESTRICTED else "PRIVATE"


@project.field("readOnly")
def resolve_read_only(row: Any, info: GraphQLResolveInfo) -> bool:
    """Whether the asker's role only reads."""
    return not can(context(info).user, WRITE[row.kind], row)


@project.field("allowAllArtifactTypesInRegistry")
def resolve_accepts_all_types(row: Any, info: GraphQLResolveInfo) -> bool:
    """True for projects too, which take any type."""
    return getattr(row, "accepts_all_types", True)


@project.field("run")
@project.field("bucket")
def resolve_run(row: Any, info: GraphQLResolveInfo, name: str, **_: Any) -> Run | None:
    """The run of that id."""
    if row.kind == Container.Kind.REGISTRY:
        return None
    run = Run.objects.filter(project=row, name=name, deleted_at=None).select_related("user").first()
    if run is not None:
        run.project = row
    return run


@project.field("runs")
def resolve_runs(
    row: Any, info: GraphQLResolveInfo, *, filters: str | None = None, order: str | None = None, **paging: Any
) -> Connection:
    """A page of runs, oldest first unless ordered."""
    runs = filter_runs(Run.objects.filter(project_id=row.pk, deleted_at=None), filters)
    runs, keys = order_runs(runs.select_related("user"), order)
    return page(runs, keys, **paging, prepare=context(info).together)


@project.field("runCount")
def resolve_run_count(row: Any, info: GraphQLResolveInfo, filters: str | None = None) -> int:
    """How many runs a filter leaves."""
    count: int = filter_runs(Run.objects.filter(project_id=row.pk, deleted_at=None), filters).count()
    return count


@project.field("artifactType")
def resolve_artifact_type(row: Any, info: GraphQLResolveInfo, name: str) -> ArtifactType | None:
    """One of its types."""
    return next((kind for kind in _types(info, row) if kind.name == name), None)


@project.field("artifactTypes")
def resolve_artifact_types(row: Any, info: GraphQLResolveInfo, **_: Any) -> Connection:
    """All its types: of what lies in it, and those that a registry accepts."""
    return whole(_types(info, row))


def _types(info: GraphQLResolveInfo, row: Any) -> list[ArtifactType]:
    if row.kind == Container.Kind.REGISTRY:  # every type that lies in a registry is among the accepted ones
        context(info).load(row, "accepted_types")
        return [ArtifactType(row, accepted.name) for accepted in row.accepted_types.all()]
    names = Artifact.objects.filter(project_id=row.pk, deleted_at=None).values_list("type", flat=True)
    return [ArtifactType(row, name) for name in names.order_by("type").distinct()[:1000]]


@project.field("artifactCollection")
def resolve_collection(row: Any, info: GraphQLResolveInfo, name: str) -> Any:
    """The one of that name."""
    return find_collection(row, name)


def _collections(row: Any) -> Any:
    if row.kind == Container.Kind.REGISTRY:
        return Collection.objects.filter(registry_id=row.pk, deleted_at=None)
    return Artifact.objects.filter(project_id=row.pk, deleted_at=None)


def _page(info: GraphQLResolveInfo, rows: Any, filters: str | None, order: str | None, **paging: Any) -> Connection:
    request = context(info)
    found = filter_collections(rows, filters)
    return page(found, order_of(order, ("-pk",)), **paging, prepare=lambda rows: prepare_collections(request, rows))


@project.field("artifactCollections")
def resolve_collections(
    row: Any, info: GraphQLResolveInfo, filters: str | None = None, order: str | None = None, **paging: Any
) -> Connection:
    """A page of what lies in it, newest first unless ordered."""
    return _page(info, _collections(row), filters, order, **paging)


@project.field("artifactCollectionMembership")
def resolve_membership(row: Any, info: GraphQLResolveInfo, name: str) -> Membership | None:
    """The place that `name:v3` or `name:alias` names."""
    collection_name, reference = split_reference(name)
    collection = find_collection(row, collection_name)
    place = find_membership(collection, reference) if collection is not None else None
    if place is not None:
        context(info).see([place.version.artifact.project_id])
    return place


@project.field("artifact")
def resolve_artifact(row: Any, info: GraphQLResolveInfo, name: str, **_: Any) -> Version | None:
    """The version that `name:v3` or `name:alias` names."""
    place = resolve_membership(row, info, name)
    return place.version if place else None


@artifact_type.field("artifactCollection")
def resolve_type_collection(kind: ArtifactType, info: GraphQLResolveInfo, name: str) -> Any:
    """The one of that name, if it has this type."""
    found = find_collection(kind.container, name)
    return found if found is not None and found.type == kind.name else None


@artifact_type.field("artifactCollections")
def resolve_type_collections(
    kind: ArtifactType, info: GraphQLResolveInfo, filters: str | None = None, order: str | None = None, **paging: Any
) -> Connection:
    """A page of what has this type, newest first unless ordered."""
    return _page(info, _collections(kind.container).filter(type=kind.name), filters, order, **paging)


@artifact_type.field("artifact")
def resolve_type_artifact(kind: ArtifactType, info: GraphQLResolveInfo, name: str) -> Version | None:
    """The version that `name:v3` or `name:alias` names, if its artifact or collection has this type."""
    place = resolve_membership(kind.container, info, name)
    return place.version if place is not None and place.collection.type == kind.name else None
