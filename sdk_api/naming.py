"""Where the SDK's names and ours meet: a registry is a project whose name starts with `wandb-registry-`."""

from __future__ import annotations

from typing import Any

from access.models import Container
from common.errors import InvalidInputError
from common.names import fold

PREFIX = "wandb-registry-"
LEGACY = "model-registry"
MOVED = (
    f"'{LEGACY}' is the place of the former model registry, which this server never had. Link to a registry of the "
    f"organization instead: {PREFIX}<registry>/<collection>, such as {PREFIX}model/my-model."
)


def is_registry(project_name: str) -> bool:
    """Whether the SDK means a registry."""
    return fold(project_name).startswith(PREFIX)


def registry_name(project_name: str) -> str:
    """Our name of the registry that the SDK calls `project_name`. Raises InvalidInputError for what is none."""
    if project_name == LEGACY:
        raise InvalidInputError(MOVED)
    if not is_registry(project_name):
        raise InvalidInputError(f"'{project_name}' is not a registry; the names of registries start with {PREFIX}.")
    return project_name[len(PREFIX) :]


def project_name(container: Any) -> str:
    """What the SDK calls a project or registry."""
    return f"{PREFIX}{container.name}" if container.kind == Container.Kind.REGISTRY else container.name


def split_reference(text: str) -> tuple[str, str]:
    """`name:v3` or `name:alias` in two; without a colon, the latest version is meant (F10)."""
    name, _, reference = text.partition(":")
    return name, reference or "latest"
