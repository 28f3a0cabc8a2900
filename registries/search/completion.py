"""What the word at the end of a search may become, and what was perhaps meant by one that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from access.models import User
from artifacts.models import Artifact, Tag, Version
from common.filtering import FilterError
from common.filtering.completing import last_word
from common.names import fold
from projects.models import Project
from registries.models import Collection, Link, LinkAlias, Registry
from registries.search.finding import LABELS
from registries.search.language import VOCABULARY

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
PROPOSED = 50  # values that are looked at, since one name may be in several places
Values = QuerySet[Any, str]


def completions(user: User, text: str, *, has_room: bool = True) -> list[str]:
    """Texts that `text` is the beginning of: a word becomes a field, and a value one of those that `user` sees.

    For values there is one query, and none without `has_room` for it: where the search asked all that a page may ask.
    """
    last = last_word(text)
    if last is None:
        return []
    if not last.field:
        return last.completed(FIELDS)
    field = VOCABULARY.get(last.field)
    values = VALUES.get(field.name) if field and has_room else None
    return last.completed(dict.fromkeys(values(user, last.word)[:PROPOSED])) if values else []


def _tags(user: User, word: str) -> Values:
    """Those on collections and versions in registries that `user` sees."""
    seen = {"collection__registry__in": Registry.objects.visible_to(user).values("pk"), "collection__deleted_at": None}
    on_collections = Collection.tags.through.objects.filter(tag=OuterRef("pk"), **seen)
    linked = Exists(Link.objects.alive().filter(version=OuterRef("version"), **seen))
    on_versions = Version.tags.through.objects.filter(linked, tag=OuterRef("pk"))
    tags = Tag.objects.filter(Exists(on_collections) | Exists(on_versions), name__istartswith=word)
    return tags.order_by("name").values_list("name", flat=True)


def _aliases(user: User, word: str) -> Values:
    """Those in registries that `user` sees, of the newest LABELS."""
    seen = {"collection__registry__in": Registry.objects.visible_to(user).values("pk"), "collection__deleted_at": None}
    newest = LinkAlias.objects.filter(name__istartswith=word, link__deleted_at=None, **seen).order_by("-link_id")
    chosen = LinkAlias.objects.filter(pk__in=newest.values("pk")[:LABELS])
    return chosen.order_by("name").values_list("name", flat=True).distinct()


def _types(user: User, word: str) -> Values:
    on_shelves, in_projects = (
        rows.filter(type__istartswith=word).order_by().values_list("type", flat=True)
        for rows in (Collection.objects.visible_to(user), Artifact.objects.visible_to(user))
    )
    return on_shelves.union(in_projects).order_by("type")


def _named(model: Any) -> Callable[[User, str], Values]:
    def names(user: User, word: str) -> Values:
        rows: QuerySet[Any] = model.objects.visible_to(user).filter(name_key__startswith=fold(word))
        return rows.order_by("name_key").values_list("name", flat=True)

    return names


def _people(user: User, word: str) -> Values:
    people = User.objects.visible_to(user).filter(is_active=True, deleted_at=None, username__istartswith=word)
    return people.order_by("username").values_list("username", flat=True)


VALUES: Mapping[str, Callable[[User, str], Values]] = {
    "tag": _tags,
    "alias": _aliases,
    "type": _types,
    "registry": _named(Registry),
    "project": _named(Project),
    "created_by": _people,
}


def meant(text: str, error: FilterError) -> str:
    """`text` with what was perhaps meant at the place of the error, or nothing."""
    if error.position is None or not error.suggestion:
        return ""
    rest = text[error.position :]
    word = re.match(r"[\w.]+", rest)
    return text[: error.position] + error.suggestion + rest[word.end() :] if word else ""
