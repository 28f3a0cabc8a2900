"""Registries of an organization: settings, owner, protected aliases, deletion."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Query
from pydantic import BaseModel, Field

from projects.queries import find_organization
from registries.models import Registry
from registries.services import protection, registries
from rest_api.door import KeyRequest, Scope, require_scope
from rest_api.finding import find_person, find_registry
from rest_api.routing import Router
from rest_api.schemas import Body, Labels, Page, Paging, page_of, role_word, username_of

router = Router(tags=["Registries"])
REGISTRIES = "/organizations/{organization}/registries"
REGISTRY = f"{REGISTRIES}/{{registry}}"
MOST_TYPES = 1000

Visibility = Literal["organization", "restricted"]


class RegistryOut(BaseModel):
    """A registry and what the asker is in it. `name` is the one in addresses, `title` the one on pages."""

    name: str
    title: str
    description: str
    visibility: str
    is_core: bool
    accepts_all_types: bool
    owner: str | None
    role: str
    created_at: datetime
    updated_at: datetime


class RegistryDetail(RegistryOut):
    """With the types that are or were put on it, and the aliases that only its admins move."""

    accepted_types: list[str]
    protected_aliases: list[str]


class RegistryIn(Body):
    """A new registry; without `types` it accepts all."""

    name: str
    description: str = ""
    visibility: Visibility = "organization"
    types: Labels | None = None


class RegistryEdit(Body):
    """Absent or null: stays. Types are only ever added."""

    name: str | None = None
    description: str | None = None
    visibility: Visibility | None = None
    accepts_all_types: bool | None = None
    add_types: Labels = Field(default_factory=list)


class OwnerIn(Body):
    """Who answers for the registry; null for nobody."""

    username: str | None = Field(max_length=128)


def _facts(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.title,
        "description": row.description,
        "visibility": row.visibility,
        "is_core": row.is_core,
        "accepts_all_types": row.accepts_all_types,
        "owner": username_of(row.owner),
        "role": role_word(row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _detail(request: KeyRequest, organization: str, registry: str) -> RegistryDetail:
    """The registry as it is now, for the asker."""
    row = find_registry(request.user, organization, registry)
    return RegistryDetail(
        **_facts(row),
        accepted_types=list(row.accepted_types.values_list("name", flat=True)[:MOST_TYPES]),
        protected_aliases=list(row.protected_aliases.values_list("name", flat=True)),
    )


@router.read(REGISTRIES, shows=Page[RegistryOut])
def list_registries(request: KeyRequest, organization: str, paging: Query[Paging]) -> Page[RegistryOut]:
    """The registries of the organization that one sees, by name."""
    found = find_organization(request.user, organization)
    rows = Registry.objects.visible_to(request.user).with_role(request.user).select_related("owner")
    return page_of(rows.filter(organization=found), paging, ("name_key", "pk"), lambda row: RegistryOut(**_facts(row)))


@router.create(REGISTRIES, shows=RegistryDetail)
def create_registry(request: KeyRequest, organization: str, body: RegistryIn) -> RegistryDetail:
    """Make a registry, with oneself as its admin. Members and admins of the organization, or its admins alone."""
    found = find_organization(request.user, organization)
    registries.create_registry(actor=request.user, organization=found, **body.model_dump())
    return _detail(request, organization, body.name)


@router.read(REGISTRY, shows=RegistryDetail)
def get_registry(request: KeyRequest, organization: str, registry: str) -> RegistryDetail:
    """One registry."""
    return _detail(request, organization, registry)


@router.edit(REGISTRY, shows=RegistryDetail)
def edit_registry(request: KeyRequest, organization: str, registry: str, body: RegistryEdit) -> RegistryDetail:
    """Change a registry; another visibility needs the scope admin. Members; its admins for visibility and types."""
    if body.visibility is not None:
        require_scope(request, Scope.ADMIN)
    found = find_registry(request.user, organization, registry)
    edit = registries.Edit(**body.model_dump())
    return _detail(request, organization, registries.edit_registry(actor=request.user, registry=found, edit=edit).name)


@router.remove(REGISTRY, scope=Scope.ADMIN)
def delete_registry(request: KeyRequest, organization: str, registry: str) -> None:
    """Delete a registry with its collections and links; the sources stay. Its admins."""
    registries.delete_registry(actor=request.user, registry=find_registry(request.user, organization, registry))


@router.set(f"{REGISTRY}/owner", shows=RegistryDetail, scope=Scope.ADMIN)
def set_owner(request: KeyRequest, organization: str, registry: str, body: OwnerIn) -> RegistryDetail:
    """Name who answers for the registry. Its admins."""
    found = find_registry(request.user, organization, registry)
    owner = find_person(find_organization(request.user, organization), body.username) if body.username else None
    registries.set_owner(actor=request.user, registry=found, owner=owner)
    return _detail(request, organization, registry)


@router.set(f"{REGISTRY}/protected-aliases/{{alias}}", scope=Scope.ADMIN)
def protect_alias(request: KeyRequest, organization: str, registry: str, alias: str) -> None:
    """From now on only admins of the registry move this alias. Its admins."""
    found = find_registry(request.user, organization, registry)
    protection.protect_alias(actor=request.user, registry=found, name=alias)


@router.remove(f"{REGISTRY}/protected-aliases/{{alias}}", scope=Scope.ADMIN)
def unprotect_alias(request: KeyRequest, organization: str, registry: str, alias: str) -> None:
    """Let every member move the alias again. Its admins."""
    found = find_registry(request.user, organization, registry)
    protection.unprotect_alias(actor=request.user, registry=found, name=alias)
