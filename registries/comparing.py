"""Finding the links that a comparison names: of one collection, and of others of its organization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from access.models import Container, User
from access.roles import Action, Role, allows
from artifacts.comparing.selection import Reference
from artifacts.comparing.subjects import Found, Shelf, arrange, named, with_everything
from common.errors import NotFoundError
from common.names import fold
from projects.models import Project
from registries.models import Collection, Link, LinkAlias
from registries.queries import collection_series

HERE = ("", "")


def find_collections(
    user: User, organization: str, registry: str, name: str, references: Sequence[Reference]
) -> dict[tuple[str, str], Collection]:
    """The visible collection at an address as HERE, and those that references name, by their place: one query.

    Raises NotFoundError when the first is absent.
    """
    own = fold(registry), fold(name)
    wanted = Q()
    for shelf, collection in {own, *(reference.place for reference in references if reference.is_elsewhere)}:
        wanted |= Q(registry__name_key=shelf, name_key=collection)
    rows = Collection.objects.visible_to(user).filter(
        wanted, registry__organization__name_key=fold(organization), registry__organization__deleted_at=None
    )
    found = {(row.registry.name_key, row.name_key): row for row in rows.select_related("registry__organization")}
    if own not in found:
        raise NotFoundError(_("There is no such collection, or you may not see it."))
    return {HERE: found.pop(own), **found}


def find_subjects(
    user: User,
    collections: dict[tuple[str, str], Collection],
    roles: dict[int, Role],
    references: Sequence[Reference],
    *,
    keys: bool = False,
) -> Found:
    """The links that are named, in that order and each once, and the names of none: two queries."""
    here = collections[HERE]
    own = here.registry.name_key, here.name_key
    references = [
        replace(reference, registry="", collection="") if reference.place == own else reference
        for reference in references
    ]
    series = {place: collection_series(collection) for place, collection in collections.items()}
    wanted = Q(pk__in=[])
    for place, one in series.items():
        of_place = [reference for reference in references if reference.place == place]
        if of_place:
            wanted |= Q(collection=collections[place]) & named(one, of_place)
    source = Project.objects.visible_to(user).filter(pk=OuterRef("version__artifact__project"))
    aliases = LinkAlias.objects.with_protection()
    rows = Link.objects.alive().filter(wanted).annotate(source_visible=Exists(source))
    links = list(with_everything(rows, "version__", keys=keys).prefetch_related(Prefetch("aliases", aliases)))
    return arrange(
        references,
        {
            place: Shelf(
                one,
                [link for link in links if link.collection_id == collections[place].pk],
                allows(roles.get(collections[place].registry_id), Action.DOWNLOAD_FILE),
                "" if place == HERE else f"{collections[place].registry.name}/{collections[place].name}",
            )
            for place, one in series.items()
        },
    )


def roles_in(user: User, collections: dict[tuple[str, str], Collection]) -> dict[int, Role]:
    """The role of `user` by registry: one query."""
    registries = {collection.registry_id for collection in collections.values()}
    found = Container.objects.filter(pk__in=registries).with_role(user).values_list("pk", "role_level")
    return {pk: Role(level) for pk, level in found if level}
