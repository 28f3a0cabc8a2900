"""What the word at the end of a search may become, and what was perhaps meant by one that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef

from access.models import User
from artifacts.models import Version
from common.filtering import FilterError
from common.filtering.completing import last_word
from registries.models import Collection, Link, LinkAlias, Registry
from registries.search.finding import LABELS, Group

FIELDS = (
    "tag:",
    "alias:",
    "type:",
    "registry:",
    "project:",
    "by:",
    "name:",
    "version:",
    "description:",
    "created > ",
    "updated > ",
)
KINDS = {"registry": "registries", "project": "projects"}


def completions(user: User, text: str, groups: Mapping[str, Group]) -> list[str]:
    """Texts that `text` is the beginning of: at most two queries, and these only for labels.

    A word becomes a field; a value one of what was found (`groups`), or a label on what `user` sees.
    """
    last = last_word(text)
    if last is None:
        return []
    if last.field in ("tag", "alias"):
        return last.completed(_labels(user, last.field, last.word))
    return last.completed(_values(last.field, groups) if last.field else FIELDS)


def _values(field: str, groups: Mapping[str, Group]) -> Iterable[str]:
    if field == "type":
        return sorted({hit.type for group in groups.values() for hit in group.hits if hit.type})
    group = groups.get(KINDS.get(field, ""))
    return dict.fromkeys(hit.name for hit in group.hits) if group else ()


def _labels(user: User, field: str, word: str) -> list[str]:
    """Those that begin with `word` on collections and versions in registries that `user` sees, of the newest LABELS."""
    seen = {"collection__registry__in": Registry.objects.visible_to(user).values("pk"), "collection__deleted_at": None}
    if field == "alias":
        aliases = LinkAlias.objects.filter(name__istartswith=word, link__deleted_at=None, **seen)
        return sorted(set(aliases.order_by("-link_id").values_list("name", flat=True)[:LABELS]))
    on_collections = Collection.tags.through.objects.filter(tag__name__istartswith=word, **seen)
    linked = Exists(Link.objects.alive().filter(version=OuterRef("version"), **seen))
    on_versions = Version.tags.through.objects.filter(linked, tag__name__istartswith=word)
    found = [
        rows.order_by(newest).values_list("tag__name", flat=True)[:LABELS]
        for rows, newest in ((on_collections, "-collection_id"), (on_versions, "-version_id"))
    ]
    return sorted({name for names in found for name in names})


def meant(text: str, error: FilterError) -> str:
    """`text` with what was perhaps meant at the place of the error, or nothing."""
    if error.position is None or not error.suggestion:
        return ""
    rest = text[error.position :]
    word = re.match(r"[\w.]+", rest)
    return text[: error.position] + error.suggestion + rest[word.end() :] if word else ""
