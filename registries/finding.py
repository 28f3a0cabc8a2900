"""Looking up registries, collections and links by the names that addresses and scripts use."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from access.models import Namespace, Organization
from access.policy import find_visible, get_visible
from artifacts.reading import named_by
from common.errors import NotFoundError
from common.names import fold
from registries.models import Collection, Link, Registry

CORE_MODEL = "model"


def get_registry(user: Any, organization: Organization, name: str) -> Registry:
    """The visible registry of that name, in whatever case (C6), with the user's role at hand. Raises NotFoundError."""
    registries = Registry.objects.select_related("organization", "namespace")
    found: Registry = get_visible(registries, user, "registry", organization=organization, name_key=fold(name))
    return found


def find_successor(user: Any, namespace: Namespace) -> Registry | None:
    """What took the place of a team's former model registry: the one that was made of it (F99), else the core one.

    For a person, that of their first organization, so that linking can say why it refuses (F51). None when invisible.
    """
    if namespace.kind == Namespace.Kind.TEAM:
        organization: Organization | None = namespace.team.organization
    else:
        organization = Organization.objects.filter(deleted_at=None, memberships__user=user).order_by("pk").first()
    registries = Registry.objects.select_related("organization", "namespace__organization", "created_by")
    for name in (f"{namespace.name}-mr-migrated", CORE_MODEL):
        found: Registry | None = find_visible(registries, user, organization=organization, name_key=fold(name))
        if found is not None:
            return found
    return None


def get_collection(registry: Registry, name: str) -> Collection:
    """The collection of that name in a registry that the asker sees. Raises NotFoundError."""
    collection = Collection.objects.filter(registry=registry, name_key=fold(name), deleted_at=None).first()
    if collection is None:
        raise NotFoundError(_("There is no such collection, or you may not see it."))
    collection.registry = registry
    return collection


def find_link(collection: Collection, reference: str) -> Link | None:
    """The living link that `reference` (`v3`, or an alias) names in its collection."""
    links = Link.objects.alive().select_related("version__artifact__project__namespace")
    link = links.filter(named_by(reference, "collection"), collection=collection).first()
    if link is not None:
        link.collection = collection
    return link
