"""Registry, Collection, Link and its aliases."""

from registries.models.collections import Collection
from registries.models.links import Link, LinkAlias
from registries.models.registries import AcceptedType, ProtectedAlias, Registry

__all__ = ["AcceptedType", "Collection", "Link", "LinkAlias", "ProtectedAlias", "Registry"]
