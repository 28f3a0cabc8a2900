"""Finding what the SDK names: `find_…` answers None for what is absent or invisible, `get_…` raises NotFoundError."""

from __future__ import annotations

from typing import Any

from access.models import Container, Namespace
from artifacts.models import Artifact
from artifacts.reading import find_version
from common.errors import InvalidInputError, NotFoundError
from common.names import fold
from projects.models import Project
from registries.finding import find_link, find_successor
from registries.models import Collection, Registry
from sdk_api.context import Context
from sdk_api.naming import LEGACY, is_linkable, is_registry, registry_name
from sdk_api.wire import Membership


def find_namespace(context: Context, name: str | None) -> Namespace | None:
    """The visible namespace of that name; the asker's default one for none."""
    if not name:
        return context.user.home
    visible = Namespace.objects.visible_to(context.user).select_related("organization", "team__organization", "user")
    return visible.filter(name_key=fold(name)).first()


def find_container(context: Context, name: str | None, entity: str | None) -> Any:
    """The project or registry that the SDK calls `name` in `entity` (or the default entity)."""
    if not name:
        return None
    if fold(name) == LEGACY:
        return _successor(context, entity)
    namespace_key = fold(entity) if entity else getattr(context.user.home, "name_key", "")
    model: Any = Registry if is_registry(name) else Project
    name_key = fold(registry_name(name) if model is Registry else name)
    return context.find(model, namespace__name_key=namespace_key, name_key=name_key)


def _successor(context: Context, entity: str | None) -> Registry | None:
    """What took the place of the model registry of `entity`."""
    namespace = find_namespace(context, entity)
    found = find_successor(context.user, namespace) if namespace else None
    if found is not None:
        context.keep([found])
    return found


def get_container(context: Context, name: str, entity: str | None) -> Any:
    """The project or registry of that name. Raises NotFoundError."""
    found = find_container(context, name, entity)
    if found is None:
        what = "registry" if is_registry(name) else "project"
        shown = registry_name(name) if is_registry(name) else name
        where = f" in '{entity}'" if entity else ""
        raise NotFoundError(
            f"There is no {what} '{shown}'{where}, or you may not see it. Check its name, or create it first."
        )
    return found


def get_registry(context: Context, name: str, entity: str | None) -> Registry:
    """The registry that the SDK calls `wandb-registry-…`. Raises NotFoundError, and InvalidInputError for a project."""
    if not is_linkable(name):
        raise InvalidInputError(
            f"'{name}' is not a registry. Versions are linked into a registry: wandb-registry-<registry>/<collection>."
        )
    found: Registry = get_container(context, name, entity)
    return found


def find_collection(container: Any, name: str) -> Any:
    """The artifact of a visible project, or the collection of a visible registry."""
    if container.kind == Container.Kind.REGISTRY:
        found: Any = Collection.objects.filter(registry=container, name_key=fold(name), deleted_at=None).first()
        if found is not None:
            found.registry = container
        return found
    found = Artifact.objects.filter(project=container, name=name, deleted_at=None).first()
    if found is not None:
        found.project = container
    return found


def find_membership(collection: Any, reference: str) -> Membership | None:
    """The place of `v3`, or of an alias, in a collection of either kind."""
    row: Any = (
        find_link(collection, reference) if isinstance(collection, Collection) else find_version(collection, reference)
    )
    if row is None:
        return None
    if isinstance(collection, Artifact):
        row.artifact = collection
    return Membership(row)
