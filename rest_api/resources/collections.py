"""Collections of a registry, and their tags."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query
from pydantic import BaseModel, Field

from common.errors import NotFoundError
from common.names import fold
from registries.models import Registry
from registries.services import collections
from registries.shelf import collections_table
from rest_api.door import KeyRequest
from rest_api.finding import find_collection, find_registry
from rest_api.resources.registries import REGISTRY
from rest_api.routing import Router
from rest_api.schemas import Body, Labels, Page, Paging, page_of

router = Router(tags=["Collections"])
COLLECTIONS = f"{REGISTRY}/collections"
COLLECTION = f"{COLLECTIONS}/{{collection}}"
TAG = f"{COLLECTION}/tags/{{tag}}"


class CollectionOut(BaseModel):
    """A collection; `latest` is the newest version's number there, such as `v3`."""

    name: str
    type: str
    description: str
    tags: list[str]
    versions: int
    latest: str | None
    created_at: datetime
    updated_at: datetime


class CollectionIn(Body):
    """A new, empty collection of one type."""

    name: str
    type: str
    description: str = ""
    tags: Labels = Field(default_factory=list)


class CollectionEdit(Body):
    """Absent or null: stays."""

    name: str | None = None
    description: str | None = None


class CollectionPaging(Paging):
    """`q` is looked for in names and tags."""

    q: str = Field("", max_length=200)
    type: str = Field("", max_length=128)
    tag: str = Field("", max_length=128)


def _shown(row: Any) -> CollectionOut:
    return CollectionOut(
        name=row.name,
        type=row.type,
        description=row.description,
        tags=[tag.name for tag in row.tags.all()],
        versions=row.link_count,
        latest=row.newest_link.label if row.newest_link else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _one(registry: Registry, name: str) -> CollectionOut:
    row = collections_table(registry).filter(name_key=fold(name)).first()
    if row is None:
        raise NotFoundError("There is no such collection, or you may not see it.")
    return _shown(row)


@router.read(COLLECTIONS, shows=Page[CollectionOut])
def list_collections(
    request: KeyRequest, organization: str, registry: str, paging: Query[CollectionPaging]
) -> Page[CollectionOut]:
    """The collections of the registry, by name."""
    found = find_registry(request.user, organization, registry)
    rows = collections_table(found, words=paging.q, type=paging.type, tag=paging.tag)
    return page_of(rows, paging, ("name_key", "pk"), _shown)


@router.create(COLLECTIONS, shows=CollectionOut)
def create_collection(request: KeyRequest, organization: str, registry: str, body: CollectionIn) -> CollectionOut:
    """Make an empty collection. Members of the registry."""
    found = find_registry(request.user, organization, registry)
    made = collections.create_collection(actor=request.user, registry=found, **body.model_dump())
    return _one(found, made.name)


@router.read(COLLECTION, shows=CollectionOut)
def get_collection(request: KeyRequest, organization: str, registry: str, collection: str) -> CollectionOut:
    """One collection."""
    return _one(find_registry(request.user, organization, registry), collection)


@router.edit(COLLECTION, shows=CollectionOut)
def edit_collection(
    request: KeyRequest, organization: str, registry: str, collection: str, body: CollectionEdit
) -> CollectionOut:
    """Rename or describe a collection. Members of the registry."""
    found = find_collection(request.user, organization, registry, collection)
    edited = collections.edit_collection(actor=request.user, collection=found, **body.model_dump())
    return _one(found.registry, edited.name)


@router.remove(COLLECTION)
def delete_collection(request: KeyRequest, organization: str, registry: str, collection: str) -> None:
    """Delete a collection with its links; the sources stay. Members; admins where a version has a protected alias."""
    found = find_collection(request.user, organization, registry, collection)
    collections.delete_collection(actor=request.user, collection=found)


@router.set(TAG, shows=CollectionOut)
def tag_collection(request: KeyRequest, organization: str, registry: str, collection: str, tag: str) -> CollectionOut:
    """Add a tag; again changes nothing. Members of the registry."""
    found = find_collection(request.user, organization, registry, collection)
    collections.tag_collection(actor=request.user, collection=found, add=[tag])
    return _one(found.registry, found.name)


@router.remove(TAG)
def untag_collection(request: KeyRequest, organization: str, registry: str, collection: str, tag: str) -> None:
    """Take a tag away; again changes nothing. Members of the registry."""
    found = find_collection(request.user, organization, registry, collection)
    collections.tag_collection(actor=request.user, collection=found, remove=[tag])
