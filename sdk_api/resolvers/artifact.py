"""Versions, which the SDK calls artifacts; read by id, a version is read through the best place that the asker sees."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType, UnionType
from django.db.models import Prefetch
from graphql import GraphQLResolveInfo

from access.policy import require
from access.roles import Action
from artifacts import lifetimes
from artifacts.models import Artifact, Manifest, RunInput, Tag, Version
from artifacts.reading import containers_of, get_version
from common.errors import NotFoundError
from projects.models import Run
from registries.models import Link, LinkAlias
from sdk_api.connections import Connection, Edge, whole
from sdk_api.context import Context, context
from sdk_api.ids import encode, number
from sdk_api.naming import algorithm_name
from sdk_api.resolvers.file import manifest_file, version_files
from sdk_api.resolvers.membership import prepare_links, visible_links
from sdk_api.wire import ArtifactType, File, Membership, next_step

query = QueryType()
artifact = ObjectType("Artifact")
creator = UnionType("ArtifactCreator", lambda row, *_: type(row).__name__)
manifest = ObjectType("ArtifactManifest")
BINDABLES = [query, artifact, creator, manifest]
MOST = 500  # places and users of one version that are answered at once


@query.field("artifact")
def resolve_artifact(_: Any, info: GraphQLResolveInfo, id: str) -> Version | None:
    """A visible, committed version."""
    try:
        return get_version(context(info).user, number(id, "Artifact"))
    except NotFoundError:
        return None


def best_place(request: Context, version: Version) -> Any:
    """The container in which the asker has the highest role of all through which the version is reached (F30).

    A pending version is reached through its project alone. Raises NotFoundError.
    """
    found = (
        containers_of(version).visible_to(request.user).with_role(request.user).order_by("-role_level", "pk").first()
    )
    if found is None:
        raise NotFoundError("There is no such version, or you may not see it.")
    return found


@artifact.field("id")
def resolve_id(version: Version, info: GraphQLResolveInfo) -> str:
    """`Artifact:<number>`."""
    return encode("Artifact", version.pk)


@artifact.field("artifactSequence")
def resolve_sequence(version: Version, info: GraphQLResolveInfo) -> Artifact:
    """The artifact it is a version of."""
    return version.artifact


@artifact.field("artifactType")
def resolve_type(version: Version, info: GraphQLResolveInfo) -> ArtifactType:
    """The type of its artifact."""
    return ArtifactType(context(info).container(version.artifact.project_id), version.artifact.type)


@artifact.field("versionIndex")
def resolve_index(version: Version, info: GraphQLResolveInfo) -> int | None:
    """The number in its artifact; none before the commit."""
    return version.index


@artifact.field("state")
def resolve_state(version: Version, info: GraphQLResolveInfo) -> str:
    """In capitals."""
    return version.state.upper()


@artifact.field("description")
def resolve_description(version: Version, info: GraphQLResolveInfo) -> str | None:
    """Null where there is none."""
    return version.description or None


@artifact.field("tags")
def resolve_tags(version: Version, info: GraphQLResolveInfo) -> list[Tag]:
    """Its tags."""
    context(info).load(version, "tags")
    return list(version.tags.all())


@artifact.field("aliases")
def resolve_aliases(version: Version, info: GraphQLResolveInfo) -> list[Any]:
    """Its names in its artifact and in every visible registry, and there its number too.

    After an edit of a link the client reads the link's number from these, for lack of any other place.
    """
    request = context(info)
    request.load(version, "aliases", visible_links=lambda: _links(request))
    for alias in version.aliases.all():
        alias.artifact = version.artifact
    names: list[Any] = list(version.aliases.all())
    for link in version.visible_links:  # type: ignore[attr-defined]  # prefetched
        names += [*link.aliases.all(), LinkAlias(pk=0, collection=link.collection, link=link, name=link.label)]
    request.see({link.collection.registry_id for link in version.visible_links})  # type: ignore[attr-defined]
    return names


def _links(request: Context) -> Prefetch[Any]:
    links = visible_links(request).order_by("pk").prefetch_related("aliases__collection")[:MOST]
    return Prefetch("links", queryset=links, to_attr="visible_links")


@artifact.field("ttlDurationSeconds")
def resolve_ttl(version: Version, info: GraphQLResolveInfo) -> int:
    """What holds, whoever said it; zero for none. Readers of a link alone are told what the version itself says."""
    project = context(info).container(version.artifact.project_id) if version.ttl_seconds is None else None
    return lifetimes.seconds_of(version, project) if project else version.ttl_seconds or 0


@artifact.field("ttlIsInherited")
def resolve_ttl_is_inherited(version: Version, info: GraphQLResolveInfo) -> bool:
    """Whether the version says nothing itself."""
    return version.ttl_seconds is None


@artifact.field("historyStep")
def resolve_history_step(version: Version, info: GraphQLResolveInfo) -> int | None:
    """The step that the run's next metrics had, as the client counts."""
    return next_step(version.history_step)


@artifact.field("digestAlgorithm")
def resolve_digest_algorithm(version: Version, info: GraphQLResolveInfo) -> str:
    """That of its manifest."""
    return algorithm_name(version.digest_algorithm)


@artifact.field("commitHash")
def resolve_commit_hash(version: Version, info: GraphQLResolveInfo) -> str | None:
    """The digest stands for the commit too."""
    return version.digest if version.index is not None else None


@artifact.field("createdBy")
def resolve_created_by(version: Version, info: GraphQLResolveInfo) -> Any:
    """The run that logged it, or the person who did so without one; null when hidden from the asker."""
    request = context(info)
    if version.produced_by_id is None:
        request.load(version, "created_by")
        return version.created_by
    request.load(version, visible_run=lambda: Prefetch("produced_by", queryset=Run.objects.visible_to(request.user)))
    run = version.produced_by
    if run is not None:
        request.see([run.project_id])
    return run if run is not None and run.deleted_at is None and request.container(run.project_id) else None


@artifact.field("usedBy")
def resolve_used_by(version: Version, info: GraphQLResolveInfo) -> Connection:
    """The visible runs that used it, newest first."""
    request = context(info)
    request.load(version, visible_uses=lambda: _uses(request))
    runs = [use.run for use in version.visible_uses]  # type: ignore[attr-defined]  # prefetched
    request.see({run.project_id for run in runs})
    return whole(runs)


def _uses(request: Context) -> Prefetch[Any]:
    uses = RunInput.objects.filter(run__in=Run.objects.visible_to(request.user)).select_related("run")
    return Prefetch("uses", queryset=uses.order_by("-pk")[:MOST], to_attr="visible_uses")


@artifact.field("artifactMemberships")
def resolve_memberships(version: Version, info: GraphQLResolveInfo, **_: Any) -> Connection:
    """All its places that the asker sees, its own artifact first."""
    request = context(info)
    request.load(version, visible_links=lambda: _links(request))
    links: list[Link] = version.visible_links  # type: ignore[attr-defined]  # prefetched
    for link in links:
        link.version = version
    prepare_links(request, links)
    return Connection([Edge(Membership(version)), *(Edge(Membership(link)) for link in links)])


@artifact.field("currentManifest")
def resolve_manifest(version: Version, info: GraphQLResolveInfo) -> Manifest | None:
    """Null before it has arrived."""
    row = Manifest.objects.select_related("blob", "upload", "version__artifact").filter(version=version).first()
    return row if row is not None and row.blob is not None else None


@manifest.field("id")
def resolve_manifest_id(row: Manifest, info: GraphQLResolveInfo) -> str:
    """`ArtifactManifest:<number>`."""
    return encode("ArtifactManifest", row.pk)


@manifest.field("digest")
def resolve_manifest_digest(row: Manifest, info: GraphQLResolveInfo) -> str:
    """The digest of what it lists."""
    return row.version.digest


@manifest.field("file")
def resolve_manifest_file(row: Manifest, info: GraphQLResolveInfo) -> File:
    """The document, for whoever sees the version."""
    request = context(info)
    return manifest_file(request, row, best_place(request, row.version).pk)


@artifact.field("files")
def resolve_files(
    version: Version, info: GraphQLResolveInfo, *, names: list[str] | None = None, **paging: Any
) -> Connection:
    """Its files, for those who may download them from anywhere (F32)."""
    return _files(version, context(info), names, paging)


@artifact.field("filesByManifestEntries")
def resolve_files_by_entries(
    version: Version, info: GraphQLResolveInfo, *, entries: list[dict[str, Any]] | None = None, **rest: Any
) -> Connection:
    """Its files that the entries name."""
    names = [entry.get("name", "") for entry in entries or []]
    return _files(version, context(info), names, {name: rest.get(name) for name in ("after", "first")})


def _files(version: Version, request: Context, names: list[str] | None, paging: dict[str, Any]) -> Connection:
    place = best_place(request, version)
    require(request.user, Action.DOWNLOAD_FILE, place)
    return version_files(request, version, place.pk, names, **paging)
