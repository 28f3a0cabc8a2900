"""The topics of the help pages, their texts, and where each page's "?" leads. Pure, but for reading the texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
DEFAULT_LANGUAGE = "en"
ORIGIN = "http://localhost:8000"  # what the texts call this server
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A line end within a Japanese sentence; browsers would show it as a space, which Japanese does not have.
BREAK = re.compile(r"(?<=[\u3000-\u30ff\u4e00-\u9fff])\n *(?=[\u3000-\u30ff\u4e00-\u9fff])")

# In reading order, under their headings; each is a file in every language.
GROUPS: dict[str, tuple[str, ...]] = {
    "first": ("start", "artifacts", "notebook"),
    "registries": ("registries", "collections", "link", "configure", "members"),
    "versions": ("view", "use", "compare", "lineage", "aliases", "tags", "history"),
    "everywhere": ("search", "environment", "keyboard"),
}
SLUGS = tuple(slug for group in GROUPS.values() for slug in group)

# The name of a page begins with one of these; the longest that fits counts.
LEADS_TO: dict[str, str] = {
    "accounts:": "environment",
    "artifacts:": "artifacts",
    "artifacts:artifact_history": "history",
    "artifacts:artifact_lineage": "lineage",
    "artifacts:comparison": "compare",
    "artifacts:link_to": "link",
    "artifacts:version": "view",
    "artifacts:version_lineage": "lineage",
    "organizations:": "members",
    "projects:": "artifacts",
    "projects:compare": "compare",
    "projects:run_lineage": "lineage",
    "registries:": "registries",
    "registries:activity": "history",
    "registries:change": "history",
    "registries:collection": "collections",
    "registries:collection_alias": "aliases",
    "registries:collection_history": "history",
    "registries:collection_lineage": "lineage",
    "registries:collection_tags": "tags",
    "registries:comparison": "compare",
    "registries:link_": "link",
    "registries:move_alias": "aliases",
    "registries:registry_": "configure",
    "registries:registry_activity": "history",
    "registries:registry_members": "members",
    "registries:search": "search",
    "registries:version": "view",
    "registries:version_labels": "aliases",
    "registries:version_lineage": "lineage",
}


@dataclass(frozen=True)
class Block:
    """A piece of a text: Markdown, or code of a `language` that works when pasted."""

    text: str
    language: str = ""
    is_code: bool = False


@dataclass(frozen=True)
class Topic:
    """A help page: `title` is its first line, `lead` its first paragraph without marks, `blocks` what follows."""

    slug: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


@cache
def topic(slug: str, language: str) -> Topic | None:
    """The topic in that language, in English where it is not written in it; None when there is no such topic."""
    if slug not in SLUGS:
        return None
    path = TEXTS / language / f"{slug}.md"
    if not path.is_file():
        path = TEXTS / DEFAULT_LANGUAGE / f"{slug}.md"
    title, lead, rest = path.read_text(encoding="utf-8").split("\n\n", 2)
    lead = BREAK.sub("", lead).replace("\n", " ").replace("`", "")
    return Topic(slug, title.removeprefix("# "), lead, tuple(_blocks(rest)))


def _blocks(text: str) -> list[Block]:
    found, end = [], 0
    for fence in FENCE.finditer(text):
        found += [_prose(text[end : fence.start()]), Block(fence[2].rstrip("\n"), fence[1] or "text", is_code=True)]
        end = fence.end()
    return [block for block in [*found, _prose(text[end:])] if block.text.strip()]


def _prose(text: str) -> Block:
    return Block(BREAK.sub("", text))


def topic_of_page(name: str) -> str:
    """The topic that helps on the page of that name (`registries:collection`), or nothing."""
    return LEADS_TO.get(max((key for key in LEADS_TO if name.startswith(key)), key=len, default=""), "")
