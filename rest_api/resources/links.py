"""Versions linked into a collection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from ninja import Query
from pydantic import BaseModel, Field

from access.models import User
from artifacts.reading import get_version
from artifacts.services import versions
from common.errors import NotFoundError
from projects.models import Project
from registries.finding import find_link
from registries.models import Collection, Link
from registries.services import links
from rest_api.door import KeyRequest
from rest_api.finding import find_collection, find_registry
from rest_api.resources.collections import COLLECTION
from rest_api.routing import Router
from rest_api.schemas import Body, Id, Labels, Page, Paging, page_of, username_of

router = Router(tags=["Versions of a collection"])
LINKS = f"{COLLECTION}/versions"
LINK = f"{LINKS}/{{reference}}"
ALIAS = f"{LINK}/aliases/{{alias}}"


class Source(BaseModel):
    """Where a version was logged."""

    entity: str
    project: str
    artifact: str
    version: str


class LinkOut(BaseModel):
    """A version as numbered in the collection; `id` is the version itself. `source` is null where one may not see it."""

    id: int
    version: str
    aliases: list[str]
    tags: list[str]
    description: str
    size: int
    file_count: int
    digest: str
    linked_by: str | None
    linked_at: datetime
    source: Source | None


class LinkDetail(LinkOut):
    """With its metadata."""

    metadata: dict[str, Any]


class LinkIn(Body):
    """Which version (its id) to place here, and the aliases it gets besides `latest`."""

    version: Id
    aliases: Labels = Field(default_factory=list)


class VersionEdit(Body):
    """Absent or null: stays. `tags` are all it has from now on."""

    description: str | None = None
    metadata: dict[str, Any] | None = None
    tags: Labels | None = None

    def against(self, present: set[str]) -> versions.Edit:
        """The change to a version that has the tags `present`."""
        tags = present if self.tags is None else set(self.tags)
        return versions.Edit(
            description=self.description,
            metadata=self.metadata,
            add_tags=sorted(tags - present),
            remove_tags=sorted(present - tags),
        )


def _rows(user: User, collection: Collection) -> QuerySet[Link]:
    source = Project.objects.visible_to(user).filter(pk=OuterRef("version__artifact__project"))
    rows = Link.objects.alive().filter(collection=collection).annotate(source_visible=Exists(source))
    rows = rows.select_related("version__artifact__project__namespace", "created_by")
    return rows.prefetch_related("aliases", "version__tags")


def _facts(row: Any) -> dict[str, Any]:
    version = row.version
    artifact = version.artifact
    source = Source(
        entity=artifact.project.namespace.name,
        project=artifact.project.name,
        artifact=artifact.name,
        version=version.label,
    )
    return {
        "id": version.pk,
        "version": row.label,
        "aliases": [alias.name for alias in row.aliases.all()],
        "tags": [tag.name for tag in version.tags.all()],
        "description": version.description,
        "size": version.size,
        "file_count": version.file_count,
        "digest": version.digest,
        "linked_by": username_of(row.created_by),
        "linked_at": row.created_at,
        "source": source if row.source_visible else None,
    }


def _detail(user: User, link: Link) -> LinkDetail:
    row = _rows(user, link.collection).get(pk=link.pk)
    return LinkDetail(**_facts(row), metadata=row.version.metadata)


def locate(request: KeyRequest, organization: str, registry: str, collection: str, reference: str) -> Link:
    """The link that `v3` or an alias names, its registry carrying the asker's role. Raises NotFoundError."""
    link = find_link(find_collection(request.user, organization, registry, collection), reference)
    if link is None:
        raise NotFoundError("There is no such version, or you may not see it.")
    return link


@router.read(LINKS, shows=Page[LinkOut])
def list_links(
    request: KeyRequest, organization: str, registry: str, collection: str, paging: Query[Paging]
) -> Page[LinkOut]:
    """The versions of the collection, newest first."""
    found = find_collection(request.user, organization, registry, collection)
    rows = _rows(request.user, found).defer("version__metadata")
    return page_of(rows, paging, ("-index",), lambda row: LinkOut(**_facts(row)))


@router.create(LINKS, shows=LinkDetail)
def link_version(request: KeyRequest, organization: str, registry: str, collection: str, body: LinkIn) -> LinkDetail:
    """Place a version in the collection, which is made when it is missing. One that is there keeps its number.

    Members of the registry who may download the version.
    """
    link = links.link_version(
        actor=request.user,
        registry=find_registry(request.user, organization, registry),
        collection_name=collection,
        version=get_version(request.user, body.version),
        aliases=body.aliases,
    )
    return _detail(request.user, link)


@router.read(LINK, shows=LinkDetail)
def get_link(request: KeyRequest, organization: str, registry: str, collection: str, reference: str) -> LinkDetail:
    """One version, by number (`v3`) or alias."""
    return _detail(request.user, locate(request, organization, registry, collection, reference))


@router.edit(LINK, shows=LinkDetail)
def edit_link(
    request: KeyRequest, organization: str, registry: str, collection: str, reference: str, body: VersionEdit
) -> LinkDetail:
    """Describe the version; it is the same one wherever it is linked. Members of the registry."""
    link = locate(request, organization, registry, collection, reference)
    edit = body.against(set(link.version.tags.values_list("name", flat=True)))
    versions.edit_version(actor=request.user, version=link.version, through=link.collection.registry, edit=edit)
    return _detail(request.user, link)


@router.remove(LINK)
def unlink_version(request: KeyRequest, organization: str, registry: str, collection: str, reference: str) -> None:
    """Take the version out; the source stays. Members; admins of the registry where it has a protected alias."""
    link = locate(request, organization, registry, collection, reference)
    links.unlink_version(actor=request.user, link=link)


@router.set(ALIAS, shows=LinkDetail)
def set_link_alias(
    request: KeyRequest, organization: str, registry: str, collection: str, reference: str, alias: str
) -> LinkDetail:
    """Point an alias at this version, away from another; again changes nothing. Members; admins for protected ones."""
    link = locate(request, organization, registry, collection, reference)
    links.add_aliases(actor=request.user, link=link, names=[alias])
    return _detail(request.user, link)


@router.remove(ALIAS)
def remove_link_alias(
    request: KeyRequest, organization: str, registry: str, collection: str, reference: str, alias: str
) -> None:
    """Take an alias of this version away; one that has moved on stays. Members; admins for protected ones."""
    link = locate(request, organization, registry, collection, reference)
    held = link.aliases.filter(name=alias).values_list("name", flat=True)
    links.remove_aliases(actor=request.user, collection=link.collection, names=list(held))
