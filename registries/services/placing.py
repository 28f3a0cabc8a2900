"""Making a shelf or a collection and putting a version there, in one step: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from access.models import Organization, User
from artifacts.models import Version
from registries.models import Collection, Link, Registry
from registries.services.collections import create_collection
from registries.services.links import link_version
from registries.services.registries import create_registry


@transaction.atomic
def create_collection_with(
    *, actor: User, registry: Registry, version: Version | None, aliases: Iterable[str] = (), **given: Any
) -> Collection:
    """A new collection and, if given, its first version (F39). Raises what `create_collection` and `link_version` raise."""
    collection = create_collection(actor=actor, registry=registry, **given)
    if version is not None:
        link_version(actor=actor, registry=registry, collection_name=collection.name, version=version, aliases=aliases)
    return collection


@transaction.atomic
def create_registry_with(
    *,
    actor: User,
    organization: Organization,
    name: str,
    visibility: str,
    collection_name: str,
    version: Version,
    aliases: Iterable[str] = (),
) -> Link:
    """A new registry for the type of `version`, and the version linked into a collection there (F15).

    Raises what `create_registry` and `link_version` raise.
    """
    types = [version.artifact.type]
    registry = create_registry(actor=actor, organization=organization, name=name, visibility=visibility, types=types)
    return link_version(
        actor=actor, registry=registry, collection_name=collection_name, version=version, aliases=aliases
    )
