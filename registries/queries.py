"""Reads: finding a registry, a collection and a link by address, and the lists of the registry pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from access.models import Organization, User
from access.policy import get_visible, note_role, role_on
from access.querysets import level_of
from artifacts.models import Artifact
from artifacts.places import Place, count_of, permissions, reference_filter, with_run
from artifacts.series import Series
from common.addresses import address
from common.errors import NotFoundError
from common.names import fold
from projects.models import Project
from registries.models import Collection, CollectionStar, Link, LinkAlias, ProtectedAlias, Registry, RegistryStar
from registries.naming import target_path

GUARDED = 10


def get_organization(user: User, name: str) -> Organization:
    """The visible organization of that name. Raises NotFoundError."""
    found = Organization.objects.visible_to(user).filter(name_key=fold(name)).first()
    if found is None:
        raise NotFoundError(_("There is no such organization, or you do not belong to it."))
    return found


def get_registry(user: User, organization: str, name: str) -> Registry:
    """The visible registry at an address, with the reader's role and star and the number of its collections. NotFoundError."""
    registries = Registry.objects.select_related("organization", "namespace").annotate(
        collection_count=count_of(Collection.objects.filter(registry=OuterRef("pk"), deleted_at=None), "registry"),
        is_starred=starred(RegistryStar, user),
    )
    found: Registry = get_visible(
        registries,
        user,
        "registry",
        organization__name_key=fold(organization),
        organization__deleted_at=None,
        name_key=fold(name),
    )
    return found


def starred(stars: type[RegistryStar | CollectionStar], user: User) -> Exists:
    """Whether `user` starred a row of an outer query (F19)."""
    field = "registry" if stars is RegistryStar else "collection"
    return Exists(stars.objects.filter(**{field: OuterRef("pk")}, user=user.pk))


def sum_of(rows: QuerySet[Any], by: str, expression: Any) -> Coalesce:
    """An aggregate of an outer query's row, 0 where there is nothing."""
    total = rows.order_by().values(by).annotate(total=expression).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)


def get_collection(user: User, organization: str, registry: str, name: str) -> Collection:
    """The visible collection at an address, with the newest of its links and the reader's role: one query. NotFoundError."""
    found = (
        Collection.objects.visible_to(user)
        .filter(**_at(organization, registry, ""), name_key=fold(name))
        .select_related("registry__organization", "newest_link__created_by")
        .annotate(is_starred=starred(CollectionStar, user), level=level_of(user, "registry"))
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no such collection, or you may not see it."))
    note_role(user, found.registry, found.level)  # type: ignore[attr-defined]  # annotated above
    return found


def _at(organization: str, registry: str, prefix: str) -> dict[str, Any]:
    return {
        f"{prefix}registry__organization__name_key": fold(organization),
        f"{prefix}registry__organization__deleted_at": None,
        f"{prefix}registry__name_key": fold(registry),
    }


def accepted_types(registry: Registry) -> list[str]:
    """The types that are or were put on the shelf, oldest first."""
    return list(registry.accepted_types.values_list("name", flat=True)[:100])


def collection_names(collection: Collection) -> tuple[str, str, str]:
    """The arguments of a collection's address; its registry has the organization at hand."""
    registry = collection.registry
    return registry.organization.name, registry.name, collection.name  # type: ignore[union-attr]  # registries have one


def collection_series(collection: Collection) -> Series:
    """The versions linked into a collection."""
    return Series(
        home=Collection.objects.filter(pk=collection.pk),
        rows=Link.objects.alive().filter(collection=collection),
        path="version__",
        aliases=LinkAlias.objects.filter(collection=collection).with_protection(),
        alias_row="link",
        next_index=collection.next_index,
        space="registries",
        names=collection_names(collection),
        directions=collection.metric_directions,
        guarded=LinkAlias.objects.protected_in(collection).order_by("-link__index").values("link")[:GUARDED],
        protected=ProtectedAlias.objects.filter(registry=collection.registry_id).values_list("name", flat=True),
    )


def find_place(user: User, organization: str, registry: str, collection: str, reference: str) -> Place:
    """The link at an address: one query. Raises NotFoundError."""
    source = Project.objects.visible_to(user).filter(pk=OuterRef("version__artifact__project"))
    rows = with_run(Link.objects.visible_to(user), "version__").select_related(
        "collection__registry__organization", "created_by"
    )
    link = (
        rows.filter(**_at(organization, registry, "collection__"), collection__name_key=fold(collection))
        .filter(reference_filter(reference, "collection"))
        .annotate(source_visible=Exists(source), level=level_of(user, "collection__registry"))
        .first()
    )
    if link is None:
        raise NotFoundError(_("There is no such version, or you may not see it."))
    shelf = link.collection
    note_role(user, shelf.registry, link.level)
    return Place(
        series=collection_series(shelf),
        row=link,
        version=link.version,
        container=shelf.registry,
        role=role_on(user, shelf.registry),
        project=link.version.artifact.project if link.source_visible else None,
        name=shelf.name,
        full_name=target_path(shelf.registry, shelf.name),
        total=shelf.link_count,
        crumbs=[*collection_crumbs(shelf)[:-1], (shelf.name, collection_url(shelf)), (link.label, "")],
        series_url=collection_url(shelf),
        definitions=link.definitions,
    )


def registry_url(registry: Registry) -> str:
    """The page of a registry that has its organization at hand."""
    return address("registries:registry", registry.organization.name, registry.name)  # type: ignore[union-attr]


def collection_url(collection: Collection) -> str:
    """The page of a collection whose registry has its organization at hand."""
    return address("registries:collection", *collection_names(collection))


def registry_crumbs(registry: Registry) -> list[tuple[str, str]]:
    """From the organization to the registry."""
    name = registry.organization.name  # type: ignore[union-attr]
    landing = address("registries:landing", name)
    return [(name, landing), (gettext("Registry"), landing), (registry.title, registry_url(registry))]


def collection_crumbs(collection: Collection) -> list[tuple[str, str]]:
    """From the organization to the collection."""
    return [*registry_crumbs(collection.registry), (collection.name, "")]


def registry_head(user: User, registry: Registry, types: list[str], tab: str) -> dict[str, Any]:
    """What the page of a registry that `get_registry` found shows `user` on every tab but the settings."""
    return {
        "registry": registry,
        "types": types,
        "tab": tab,
        "may": permissions(role_on(user, registry)),
        "crumbs": registry_crumbs(registry),
    }


def collection_head(user: User, collection: Any, tab: str) -> dict[str, Any]:
    """What every page of a collection shows `user`."""
    return {
        "may": permissions(role_on(user, collection.registry)),
        "collection": collection,
        "registry": collection.registry,
        "tab": tab,
        "tags": [tag.name for tag in collection.tags.all()[:100]],
        "crumbs": collection_crumbs(collection),
        "target_path": target_path(collection.registry, collection.name),
        "total": collection.link_count,
    }


def links_of(user: User, artifact: Artifact) -> list[Link]:
    """Links of an artifact's newest versions that `user` sees, at most 20 of the newest 200 (F48)."""
    links = Link.objects.filter(version__artifact=artifact, deleted_at=None).order_by("-version__index", "-pk")
    seen = Link.objects.visible_to(user).filter(pk__in=links.values("pk")[:200]).order_by("-version__index", "-pk")
    return list(seen.select_related("collection__registry__organization", "version").defer("version__metadata")[:20])
