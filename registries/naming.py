"""What scripts call a registry and a collection (F9)."""

from __future__ import annotations

from registries.models import Registry

PREFIX = "wandb-registry-"


def target_path(registry: Registry, collection: str) -> str:
    """`wandb-registry-model/first-collection`: where a script links to and reads from."""
    return f"{PREFIX}{registry.name}/{collection}"
