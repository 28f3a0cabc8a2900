"""What the search page shows: the groups, the facets, and the same as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.models import User
from accounts.shell import Shell
from common.data import PageData
from common.filtering import FilterError
from registries.search.completion import meant
from registries.search.destinations import pages_found
from registries.search.finding import KINDS, SHOWN, Group, cut, search
from registries.search.language import MAX_LENGTH, read_query

TITLES = {
    "registries": (_("Registries"), "library"),
    "collections": (_("Collections"), "layers"),
    "versions": (_("Versions"), "box"),
    "aliases": (_("Aliases"), "bookmark"),
    "tags": (_("Tags"), "tag"),
    "artifacts": (_("Artifacts"), "package"),
    "projects": (_("Projects"), "folder"),
    "runs": (_("Runs"), "circle-play"),
    "people": (_("People"), "users"),
    "pages": (_("Pages"), "app-window"),
}


class Place(Protocol):
    """An organization: a row of the shell, or of the database."""

    @property
    def pk(self) -> int:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name."""


@dataclass(frozen=True)
class Section:
    """The hits of one kind as the page shows them: the first few, or all."""

    group: Group
    title: Any
    icon: str
    url: str
    shows_all: bool

    @property
    def hits(self) -> list[Any]:
        """Those shown."""
        return self.group.hits if self.shows_all else self.group.hits[:SHOWN]

    @property
    def has_more(self) -> bool:
        """Whether there are others."""
        return len(self.group.hits) > len(self.hits)


def address(text: str, kind: str = "", organization: str = "") -> str:
    """The search page for these."""
    asked = {"q": text, "kind": kind, "in": organization}
    return f"{reverse('registries:search')}?{urlencode({name: value for name, value in asked.items() if value})}"


def found(
    user: User, text: str, kind: str = "", within: Place | None = None, shell: Shell | None = None
) -> dict[str, Any]:
    """Context of a search, perhaps within an organization: `sections`, `facets`, `total`, or the `error` in what was asked.

    `meant` is the text that was perhaps meant by one in error. Pages are found where their `shell` is given; `has_room` says
    whether a page may ask for more.
    """
    text, kind, name = text.strip()[: MAX_LENGTH + 1], kind if kind in KINDS else "", within.name if within else ""
    context: dict[str, Any] = {"q": text, "kind": kind, "sections": [], "facets": [], "total": 0}
    context |= {"everything_url": address(text, "", name), "has_room": True}
    if not text:
        return context
    try:
        if len(text) > MAX_LENGTH:
            raise FilterError(gettext("A search has at most %(max_length)s characters") % {"max_length": MAX_LENGTH})
        query = read_query(text)
        groups = search(user, query, within.pk if within else None)
        if shell:
            groups["pages"] = cut("pages", pages_found(shell, query))
        if query.doubt and not any(group.hits for group in groups.values()):
            raise query.doubt
    except FilterError as error:
        guess = meant(text, error)
        return context | {"error": error.message, "meant": guess, "meant_url": address(guess, kind, name)}
    shown = {which: group for which, group in groups.items() if group.hits}
    sections = [
        Section(group, *TITLES[which], address(text, which, name), shows_all=bool(kind))
        for which, group in shown.items()
    ]
    return context | {
        "has_room": not query.is_widest,
        "sections": [section for section in sections if kind in ("", section.group.kind)],
        "facets": sections,
        "total": sum(len(group.hits) for group in shown.values()),
        "total_is_cut": any(group.is_cut for group in shown.values()),
    }


def data(context: dict[str, Any]) -> PageData:
    """The same as JSON or CSV: each hit a row, each kind a count (`100+` beyond what is looked for)."""
    counts = {section.group.kind: section.group.count for section in context["facets"]}
    rows = [
        {
            "kind": hit.kind,
            "name": hit.name,
            "version": hit.version,
            "type": hit.type,
            "where": hit.where,
            "labels": [label.name for label in hit.labels],
            "address": hit.url,
        }
        for section in context["sections"]
        for hit in section.group.hits
    ]
    facts = {name: context[name] for name in ("q", "kind", "error") if name in context}
    return PageData("search", facts | {"counts": counts}, rows)
