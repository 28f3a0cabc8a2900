"""Registry, Collection, Link and its aliases, and the stars that people give."""

from registries.models.collections import Collection
from registries.models.former_names import FormerCollectionName, FormerRegistryName
from registries.models.links import Link, LinkAlias
from registries.models.registries import AcceptedType, ProtectedAlias, Registry
from registries.models.stars import CollectionStar, RegistryStar

__all__ = [
    "AcceptedType",
    "Collection",
    "CollectionStar",
    "FormerCollectionName",
    "FormerRegistryName",
    "Link",
    "LinkAlias",
    "ProtectedAlias",
    "Registry",
    "RegistryStar",
]
