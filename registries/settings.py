"""Reads of a registry's settings pages: which there are, where protected aliases sit, what a change gives or loses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Container, Organization, User
from access.policy import role_on
from access.roles import Action, allows
from accounts.why import label
from common.data import PageData
from common.errors import ForbiddenError, InvalidInputError
from common.names import fold
from registries.models import Collection, Link, LinkAlias, ProtectedAlias, Registry
from registries.naming import PREFIX
from registries.queries import accepted_types, collection_names, get_registry, registry_crumbs
from registries.services.registries import check_name

PLACES = 20
FOUND = 20
Context = dict[str, Any]


def settings_head(user: User, organization: str, registry: str, section: str) -> Context:
    """What every settings page of a visible registry shows, with `may`: what its reader may change. Raises NotFoundError."""
    found = get_registry(user, organization, registry)
    role = role_on(user, found)
    may_delete = allows(role, Action.DELETE_REGISTRY) and not found.is_core
    sections = [
        ("registry_settings", _("General"), True),
        ("registry_icon", _("Icon"), allows(role, Action.CHANGE_ICON)),
        ("registry_types", _("Accepted types"), True),
        ("registry_aliases", _("Protected aliases"), True),
        ("registry_members", _("Members and roles"), True),
        ("registry_access", _("Check access"), True),
        ("registry_delete", _("Delete registry"), may_delete),
    ]
    names = [organization_name(found), found.name]
    return {
        "registry": found,
        "types": accepted_types(found),
        "tab": "settings",
        "script_name": f"{PREFIX}{found.name}",
        "section": section,
        "sections": [
            (name, reverse(f"registries:{name}", args=names), title) for name, title, shown in sections if shown
        ],
        "role": label(role) if role else "",
        "may": {
            "rename": allows(role, Action.RENAME_REGISTRY) and not found.is_core,
            "open": allows(role, Action.CHANGE_VISIBILITY) and not found.is_core,
            "add_type": allows(role, Action.ADD_ACCEPTED_TYPE),
            "switch_types": allows(role, Action.EDIT_ACCEPTED_TYPES),
            "protect": allows(role, Action.DEFINE_PROTECTED_ALIAS),
        },
        "crumbs": [*registry_crumbs(found), ({name: title for name, title, _shown in sections}[section], "")],
    }


def refuse_core(registry: Registry) -> None:
    """Core registries keep their visibility and stay (C5, C18). Raises ForbiddenError."""
    if registry.is_core:
        raise ForbiddenError(
            _("A core registry comes with the organization; it stays, and stays visible to all of it.")
        )


def organization_name(registry: Registry) -> str:
    """The name in a registry's address."""
    return registry.organization.name  # type: ignore[union-attr]  # registries have one


def name_problem(user: User, organization: Organization, name: str) -> str:
    """Why a new registry cannot have that name, as far as `user` may know; empty when it can."""
    try:
        key = fold(check_name(name))
    except InvalidInputError as error:
        return error.message
    if Registry.objects.visible_to(user).filter(organization=organization, name_key=key).exists():
        return _("There is a registry of this name already.")
    return ""


def settings_data(registry: Registry) -> PageData:
    """The general settings as data."""
    facts = {"name": registry.name, "description": registry.description, "visibility": registry.visibility}
    return PageData(
        "settings", facts | {"is_core": registry.is_core, "owner": registry.owner and registry.owner.username}
    )


@dataclass(frozen=True)
class Guarded:
    """A protected alias, the links that carry it now (label and address), and how many more do."""

    alias: ProtectedAlias
    places: list[tuple[str, str]]
    more: int

    @property
    def data(self) -> dict[str, Any]:
        """The row as data."""
        return {"name": self.alias.name, "carried_by": [label for label, _url in self.places], "more": self.more}


def guarded_aliases(registry: Registry) -> list[Guarded]:
    """The protected aliases by name, with where they sit: three queries."""
    rows = list(registry.protected_aliases.select_related("created_by"))
    held = LinkAlias.objects.filter(
        collection__registry=registry,
        collection__deleted_at=None,
        link__in=Link.objects.alive(),
        name__in=[row.name for row in rows],
    )
    counts = dict(held.order_by().values_list("name").annotate(Count("pk")))
    places: dict[str, list[tuple[str, str]]] = {}
    for row in held.select_related("collection", "link").order_by("name", "collection__name_key")[: PLACES * len(rows)]:
        row.collection.registry = registry
        url = reverse("registries:version", args=[*collection_names(row.collection), row.link.label])
        places.setdefault(row.name, []).append((f"{row.collection.name}:{row.link.label}", url))
    return [Guarded(row, places.get(row.name, [])[:PLACES], max(0, counts.get(row.name, 0) - PLACES)) for row in rows]


@dataclass(frozen=True)
class Losses:
    """What goes with a registry."""

    collections: int
    links: int
    aliases: int
    protected: int


def losses_of(registry: Registry) -> Losses:
    """What deleting `registry` takes away, counted."""
    links = Link.objects.alive().filter(collection__registry=registry, collection__deleted_at=None)
    names = registry.protected_aliases.values("name")
    aliases = LinkAlias.objects.filter(link__in=links).aggregate(
        all=Count("pk"), protected=Count("pk", filter=Q(name__in=names))
    )
    return Losses(
        collections=Collection.objects.filter(registry=registry, deleted_at=None).count(),
        links=links.count(),
        aliases=aliases["all"],
        protected=aliases["protected"],
    )


def other_visibility(registry: Registry) -> str:
    """The visibility that it does not have."""
    ours = Container.Visibility
    return ours.RESTRICTED if registry.visibility == ours.ORGANIZATION else ours.ORGANIZATION


def colleagues(registry: Registry, words: str) -> list[User]:
    """The people and service accounts of the organization whose name holds `words`, or the one whose username it is."""
    people = User.objects.filter(is_active=True, organization_memberships__organization=registry.organization)
    exact = people.filter(username__iexact=words)
    named = people.filter(Q(username__icontains=words) | Q(full_name__icontains=words)).order_by("username")
    return list(exact) or list(named[:FOUND])
