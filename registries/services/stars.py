"""Starring registries and collections (F19). A star is a person's own mark: no event, and no more than they see anyway."""

from __future__ import annotations

from access.models import Organization, User
from access.policy import require
from access.roles import Action
from registries.models import Collection, CollectionStar, Registry, RegistryStar


def star_registry(*, actor: User, registry: Registry, starred: bool) -> None:
    """Give `registry` the star of `actor`, or take it away; again changes nothing. Raises NotFoundError: they don't see it."""
    require(actor, Action.VIEW_COLLECTION, registry)
    if starred:
        RegistryStar.objects.get_or_create(user=actor, registry=registry)
    else:
        RegistryStar.objects.filter(user=actor, registry=registry).delete()


def star_collection(*, actor: User, collection: Collection, starred: bool) -> None:
    """Give `collection` the star of `actor`, or take it away; again changes nothing. Raises NotFoundError: they don't see it."""
    require(actor, Action.VIEW_COLLECTION, collection.registry)
    if starred:
        CollectionStar.objects.get_or_create(user=actor, collection=collection)
    else:
        CollectionStar.objects.filter(user=actor, collection=collection).delete()


def drop_stars(user: User, organization: Organization | None) -> None:
    """Take away the stars that somebody gave in an organization which they leave, or in all of them."""
    here = {"registry__organization": organization} if organization else {}
    RegistryStar.objects.filter(user=user, **here).delete()
    CollectionStar.objects.filter(user=user, **{f"collection__{name}": value for name, value in here.items()}).delete()
