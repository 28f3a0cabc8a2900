"""What goes when a collection, a link or a source goes, as sentences for the page that asks (F44, F135, C13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import User
from artifacts.models import Version
from registries.models import Collection, Link, LinkAlias

NAMED = 20
Versions = QuerySet[Version]


def collection_losses(collection: Collection) -> list[str]:
    """What deleting the collection takes away."""
    count = collection.link_count
    versions = ngettext(
        "%(count)s version is unlinked. Its source stays in its project.",
        "%(count)s versions are unlinked. Their sources stay in their projects.",
        count,
    ) % {"count": count}
    aliases = _aliases(list(collection.aliases.values_list("name", flat=True)[: NAMED + 1]))
    return [
        *([versions] if count else []),
        *aliases,
        _("Card and tags go."),
    ]


def link_losses(link: Link, aliases: list[str]) -> list[str]:
    """What unlinking takes away."""
    return [
        _("%(label)s goes from %(name)s; its number is not given again.")
        % {"label": link.label, "name": link.collection.name},
        *_aliases(aliases),
        _("The source, its files and its other links stay."),
    ]


def links_losses(aliases: list[str]) -> list[str]:
    """What unlinking several versions takes away."""
    return [
        *_aliases(aliases),
        _("Their numbers are not given again; scripts that ask for them by these will fail."),
        _("The sources, their files and their other links stay."),
    ]


def source_losses(user: User, versions: Versions, aliases: list[str]) -> list[str]:
    """What deleting versions at their source takes away; links that `user` does not see are never told apart from none."""
    links = Link.objects.visible_to(user).filter(version__in=versions).select_related("collection__registry")
    named = [f"{link.collection.registry.title}/{link}" for link in links.order_by("-version_id", "-pk")[: NAMED + 1]]
    gone = _("These links go along: %(names)s.") % {"names": _few(named)} if named else ""
    hidden = _("Links in registries that you do not see go along, too.")
    return [
        *_aliases(aliases),
        *([gone] if gone else []),
        hidden,
        _("The files go once nothing else holds them."),
    ]


def guards(**links: object) -> str:
    """Why only an admin of the registry may go on: the protected aliases that its `links` carry; empty when there is none."""
    held = LinkAlias.objects.protected().filter(**links).select_related("link").order_by("name")
    names = [f"{alias.name} ({alias.link.label})" for alias in held[: NAMED + 1]]
    return _("Protected aliases lie on it: %(names)s.") % {"names": _few(names)} if names else ""


def why_protected(aliases: Iterable[LinkAlias]) -> str:
    """Why a link with these aliases stays for all but admins; empty where none of them is protected."""
    names = [alias.name for alias in aliases if alias.is_protected]  # type: ignore[attr-defined]  # with_protection
    return (
        _("Only an admin of the registry may do this: %(names)s is protected.") % {"names": _few(names)}
        if names
        else ""
    )


def held(versions: Sequence[Version]) -> set[int]:
    """The ids of those that some registry, seen or not, holds by a protected alias (C13)."""
    return set(Link.objects.protected().filter(version__in=versions).values_list("version", flat=True))


def _aliases(names: list[str]) -> list[str]:
    return [_("These aliases are lost: %(names)s.") % {"names": _few(names)}] if names else []


def _few(names: list[str]) -> str:
    return ", ".join([*names[:NAMED], "…"] if len(names) > NAMED else names)
