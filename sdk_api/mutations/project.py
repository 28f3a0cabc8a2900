"""Projects and registries: one mutation of the SDK makes and changes either, by the name's prefix."""

from __future__ import annotations

from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from access.models import Container, Namespace, Organization
from access.policy import require
from access.roles import Action
from common.errors import InvalidInputError, NotFoundError
from common.names import fold
from events.models import Event
from events.types import EventType
from projects.services.projects import find_project, get_or_create_project, resolve_namespace
from registries.models import Registry
from registries.services import registries
from sdk_api import ids
from sdk_api.again import find_or_make
from sdk_api.context import Context, context
from sdk_api.lookup import find_container, find_namespace, get_registry
from sdk_api.naming import check_project, is_registry, registry_name

mutation = MutationType()
BINDABLES = [mutation]
VISIBILITIES = {"PRIVATE": Container.Visibility.ORGANIZATION, "RESTRICTED": Container.Visibility.RESTRICTED}


def _visibility(access: str | None) -> str | None:
    if access is not None and access not in VISIBILITIES:
        raise InvalidInputError("A registry's access is PRIVATE (everybody in the organization) or RESTRICTED.")
    return VISIBILITIES[access] if access else None


def _saved(request: Context, pk: int, *, inserted: bool) -> dict[str, Any]:
    """The container as it is now, under both names."""
    fresh = Context(user=request.user, base=request.base).container(pk)
    request.keep([fresh])
    return {"project": fresh, "model": fresh, "inserted": inserted}


@mutation.field("upsertModel")
def upsert_model(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """Make a registry or a project, or change the registry of that name."""
    request = context(info)
    name = input.get("name") or ""
    if not is_registry(name):
        check_project(name)
        return _upsert_project(request, name, input.get("entity_name"))
    return find_or_make(lambda: _edit(request, name, input), lambda: _create(request, name, input))


def _upsert_project(request: Context, name: str, entity: str | None) -> dict[str, Any]:
    namespace = resolve_namespace(request.user, entity)
    inserted = find_project(request.user, namespace, name) is None
    project = get_or_create_project(actor=request.user, namespace=namespace, name=name)
    return _saved(request, project.pk, inserted=inserted)


def _organization(request: Context, entity: str | None) -> Organization:
    namespace = find_namespace(request, entity)
    if namespace is None or namespace.kind != Namespace.Kind.ORGANIZATION:
        raise NotFoundError(
            f"There is no organization '{entity}', or you do not belong to it; only these own registries."
        )
    return namespace.organization


def _create(request: Context, name: str, given: dict[str, Any]) -> dict[str, Any]:
    types = [kind["name"] for kind in given.get("artifact_types") or ()]
    everything = given.get("allow_all_artifact_types_in_registry", not types)
    registry = registries.create_registry(
        actor=request.user,
        organization=_organization(request, given.get("entity_name")),
        name=registry_name(name),
        description=given.get("description") or "",
        visibility=_visibility(given.get("access")) or Container.Visibility.ORGANIZATION,
        types=None if everything else types,
    )
    return _saved(request, registry.pk, inserted=True)


def _edit(request: Context, name: str, given: dict[str, Any]) -> dict[str, Any] | None:
    """None where there is no registry of that name."""
    registry = find_container(request, name, given.get("entity_name"))
    if registry is None:
        return None
    edit = registries.Edit(
        description=given.get("description"),
        visibility=_visibility(given.get("access")),
        accepts_all_types=given.get("allow_all_artifact_types_in_registry"),
        add_types=[kind["name"] for kind in given.get("artifact_types") or ()],
    )
    registries.edit_registry(actor=request.user, registry=registry, edit=edit)
    return _saved(request, registry.pk, inserted=False)


@mutation.field("renameProject")
def rename_project(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
    """Give a registry another name."""
    request = context(info)
    new = registry_name(input["new_project_name"])
    old, entity = input["old_project_name"], input["entity_name"]
    registry = _renamed(request, old, new, entity) or get_registry(request, old, entity)
    edit = registries.Edit(name=new)
    registries.edit_registry(actor=request.user, registry=registry, edit=edit)
    return _saved(request, registry.pk, inserted=False)


def _renamed(request: Context, old: str, new: str, entity: str | None) -> Registry | None:
    """The registry that an earlier request has renamed so already."""
    if find_container(request, old, entity) is not None:
        return None
    known = Registry.objects.filter(former_names__name_key=fold(registry_name(old))).values("pk")
    namespace_key = fold(entity) if entity else getattr(request.user.home, "name_key", "")
    found: Registry | None = request.find(Registry, namespace__name_key=namespace_key, name_key=fold(new), pk__in=known)
    return found


@mutation.field("deleteModel")
def delete_model(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """Delete a registry; once the asker has deleted it, that is so."""
    request, pk = context(info), ids.number(input["id"], "Project", "ProjectInternalId")
    container = request.container(pk)
    if container is None:
        if Event.objects.filter(
            object_type="registry", object_id=pk, type=EventType.REGISTRY_DELETED, actor=request.user
        ).exists():
            return {"success": True}
        raise NotFoundError("There is no such registry, or you may not see it.")
    if not isinstance(container, Registry):
        require(request.user, Action.MANAGE_PROJECT, container)
        raise InvalidInputError(f"'{container.name}' is a project; this release deletes registries only.")
    registries.delete_registry(actor=request.user, registry=container)
    return {"success": True}
