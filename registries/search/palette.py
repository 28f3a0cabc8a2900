"""What the palette offers: what one starred and the pages at hand, or what fits the words that are typed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from access.models import User
from accounts.shell import Shell
from common.names import fold
from registries.models import Collection, Registry
from registries.queries import collection_url, registry_url
from registries.search.destinations import Choice, Choices, pages_of
from registries.search.page import TITLES, address, found

MOST = 8  # starred registries, and starred collections
OF_EACH = 4  # hits of one kind


def offered(user: User, shell: Shell, text: str) -> dict[str, Any]:
    """Context of the palette: `groups`, and the `error` in what was asked. Empty groups are left out."""
    pages = pages_of(shell)
    if not text.strip():
        groups = [Choices(_("Starred"), starred_by(user) if shell.shows_registries else []), *pages]
        return {"q": "", "groups": [group for group in groups if group.choices]}
    context = found(user, text)
    key = fold(text)
    fitting = [Choices(group.title, [one for one in group.choices if key in fold(one.name)]) for group in pages]
    groups = [*fitting, *(_hits(section) for section in context["sections"])]
    everything = Choice(_("Search for “%(text)s”") % {"text": context["q"]}, address(context["q"]), "search")
    groups.append(Choices(_("Search"), [everything]))
    return {
        "q": context["q"],
        "groups": [group for group in groups if group.choices],
        "error": context.get("error", ""),
    }


def starred_by(user: User) -> list[Choice]:
    """The registries and collections that one starred and still sees, by name: two queries (F19)."""
    registries = Registry.objects.visible_to(user).filter(stars__user=user).select_related("organization")
    seen = Registry.objects.visible_to(user).values("pk")
    collections = Collection.objects.filter(stars__user=user, deleted_at=None, registry__in=seen)
    collections = collections.select_related("registry__organization").order_by("name_key", "pk")
    return [
        *(
            Choice(row.title, registry_url(row), "library", str(row.organization))
            for row in registries.order_by("name_key", "pk")[:MOST]
        ),
        *(Choice(row.name, collection_url(row), "layers", row.registry.title) for row in collections[:MOST]),
    ]


def _hits(section: Any) -> Choices:
    title, icon = TITLES[section.group.kind]
    choices = [
        Choice(f"{hit.name}:{hit.version}" if hit.kind == "versions" else hit.name, hit.url, icon, hit.where)
        for hit in section.group.hits[:OF_EACH]
    ]
    return Choices(title, choices)
