"""Registry, Collection, Link and its aliases."""

from registries.models.collections import Collection
from registries.models.former_names import FormerCollectionName, FormerRegistryName
from registries.models.links import Link, LinkAlias
from registries.models.registries import AcceptedType, ProtectedAlias, Registry

__all__ = [
    "AcceptedType",
    "Collection",
    "FormerCollectionName",
    "FormerRegistryName",
    "Link",
    "LinkAlias",
    "ProtectedAlias",
    "Registry",
]
