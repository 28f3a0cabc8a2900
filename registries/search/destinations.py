"""The pages that are at hand wherever one is, and which of them a search finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.shell import Shell
from common.filtering import And, Comparison, Node, Not, Operator
from common.names import fold
from registries.search.finding import Hit
from registries.search.language import PAGE_FIELDS, Query, part_for, rank_of


@dataclass(frozen=True)
class Choice:
    """One line: where it leads, and what tells it from others of its name."""

    name: str
    url: str
    icon: str
    where: str = ""


@dataclass(frozen=True)
class Choices:
    """Lines under a heading."""

    title: Any
    choices: list[Choice]


def pages_of(shell: Shell) -> list[Choices]:
    """The pages at hand, and those on which one creates something."""
    entries: Iterable[Any] = [*shell.nav, *shell.house]
    own = [
        Choice(_("Profile"), reverse("accounts:profile"), "user-round"),
        Choice(_("API keys"), reverse("accounts:keys"), "key-round"),
        Choice(_("Help"), reverse("guide:contents"), "circle-question-mark"),
    ]
    return [
        Choices(_("Go to"), [*(Choice(entry.label, entry.url, entry.icon) for entry in entries), *own]),
        Choices(_("Create"), [Choice(entry.label, entry.url, entry.icon) for entry in shell.creations]),
    ]


def pages_found(shell: Shell, query: Query) -> list[Hit]:
    """Those whose name is asked for, best first: no query but that of the shell."""
    part = None if query.reference else part_for(query.tree, PAGE_FIELDS)
    if part is None:
        return []
    found = [
        Hit("pages", page.name, page.url)
        for group in pages_of(shell)
        for page in group.choices
        if _is_called(page.name, part)
    ]
    return sorted(found, key=lambda hit: rank_of(hit.name, query.words))


def _is_called(name: str, tree: Node) -> bool:
    if isinstance(tree, Comparison):
        key, wanted = fold(name), fold(str(tree.value))
        return wanted in key if tree.operator is Operator.CONTAINS else wanted == key
    if isinstance(tree, Not):
        return not _is_called(name, tree.child)
    held = [_is_called(name, child) for child in tree.children]
    return all(held) if isinstance(tree, And) else any(held)
