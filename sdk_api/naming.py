"""Where the SDK's names and ours meet: a registry is a project whose name starts with `wandb-registry-`."""

from __future__ import annotations

from typing import Any

from access.models import Container
from artifacts.lifetimes import FOR_GOOD, INHERIT
from artifacts.manifest import Algorithm
from common.errors import InvalidInputError
from common.names import fold

PREFIX = "wandb-registry-"
ALGORITHMS = {f"MANIFEST_{algorithm.name}": algorithm for algorithm in Algorithm}
LEGACY = "model-registry"  # where `Run.link_model` and older scripts link to; a registry took its place (F100)


def is_registry(project_name: str) -> bool:
    """Whether the SDK means a registry."""
    return fold(project_name).startswith(PREFIX)


def is_linkable(project_name: str) -> bool:
    """Whether versions are linked there: into a registry, under its own name or that of the former model registry."""
    return is_registry(project_name) or fold(project_name) == LEGACY


def check_project(project_name: str) -> None:
    """Raises InvalidInputError for a registry: runs and artifacts belong to projects."""
    if is_linkable(project_name):
        raise InvalidInputError(f"'{project_name}' is a registry; log to a project, and link from there.")


def registry_name(project_name: str) -> str:
    """Our name of the registry that the SDK calls `project_name`. Raises InvalidInputError for what is none."""
    if not is_registry(project_name):
        raise InvalidInputError(f"'{project_name}' is not a registry; the names of registries start with {PREFIX}.")
    return project_name[len(PREFIX) :]


def project_name(container: Any) -> str:
    """What the SDK calls a project or registry."""
    return f"{PREFIX}{container.name}" if container.kind == Container.Kind.REGISTRY else container.name


def algorithm_name(algorithm: str) -> str:
    """What the SDK calls the algorithm of a manifest."""
    return f"MANIFEST_{Algorithm(algorithm).name}"


def lifetime(seconds: int | None) -> int | None:
    """A version's time to live: the SDK writes -1 for what the team says and -2 for none at all; None leaves it."""
    if seconds is None or seconds > 0:
        return seconds
    return FOR_GOOD if seconds <= -2 else INHERIT


def split_reference(text: str) -> tuple[str, str]:
    """`name:v3` or `name:alias` in two; without a colon, the latest version is meant (F10)."""
    name, _, reference = text.partition(":")
    return name, reference or "latest"
