"""What can be asked of everything at once: words, the common fields of the filter language, or a version by its name."""

from __future__ import annotations

import operator
import re
from collections.abc import Collection as Names
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from django.db.models import Q
from django.utils.translation import gettext as _

from artifacts.models import Version
from common.filtering import (
    And,
    Comparison,
    Field,
    FilterError,
    Kind,
    Node,
    Not,
    Operator,
    Or,
    UnknownNameError,
    Vocabulary,
    read_text,
)
from common.filtering.queries import NOTHING, AnyOf, Column, Labels, Source
from common.names import fold
from registries.models import Collection, LinkAlias

MAX_LENGTH = 1000
LABELS = ("tag", "alias", "version")
VOCABULARY = Vocabulary(
    (
        Field("text", Kind.TEXT),
        Field("name", Kind.TEXT),
        Field("tag", Kind.LABELS, ("tags",)),
        Field("alias", Kind.LABELS, ("aliases",)),
        Field("type", Kind.TEXT),
        Field("registry", Kind.TEXT),
        Field("project", Kind.TEXT),
        Field("version", Kind.NUMBER, whole=True, prefix="v"),
        Field("created_at", Kind.DATE, ("created",)),
        Field("updated_at", Kind.DATE, ("updated",)),
        Field("created_by", Kind.TEXT, ("by",)),
        Field("description", Kind.TEXT),
    ),
    words=("text",),
)
REFERENCE = re.compile(r"(?!-)(?:\S+/)?([^\s/:\"()]+):([^\s/:\"()]+)\Z")


@dataclass(frozen=True)
class Query:
    """What was asked: its `tree`, and the `words` that names are ranked by.

    `reference` is what `name:v3` or `name:alias` names, or None, and `doubt` what is wrong if a field was meant by it.
    """

    text: str
    tree: Node
    words: str
    reference: tuple[str, str] | None = None
    doubt: FilterError | None = None

    @property
    def is_widest(self) -> bool:
        """Whether something of each kind may be asked for, of people, too, who have the fewest fields."""
        return self.reference is None and part_for(self.tree, PERSON_FIELDS) is not None


def read_query(text: str) -> Query:
    """What a text asks for. Raises FilterError."""
    reference = REFERENCE.match(text)
    if reference and VOCABULARY.get(reference[1]) is None:
        doubt = VOCABULARY.unknown(reference[1]).at(0)
        return Query(text, And(), reference[1], (reference[1], reference[2]), doubt if doubt.suggestion else None)
    try:
        tree = read_text(text, VOCABULARY)
    except FilterError as error:
        if text.startswith(("metadata.", "metrics.")) or isinstance(error, UnknownNameError):
            raise FilterError(
                _("%(error)s. A metric or metadata is asked for in a collection") % {"error": error.reason},
                position=error.position,
                suggestion=error.suggestion,
            ) from None
        raise
    return Query(text, tree, " ".join(_words(tree)))


def _words(tree: Node) -> Iterator[str]:
    """The free words, and the names asked for, outside of any `not`."""
    if isinstance(tree, Comparison):
        if tree.field.name in ("text", "name") and isinstance(tree.value, str):
            yield tree.value
    elif not isinstance(tree, Not):
        for child in tree.children:
            yield from _words(child)


def part_for(tree: Node, known: Names[str], is_denied: bool = False) -> Node | None:
    """What of `tree` can be asked of a kind that has the `known` fields: all of what must hold, of an `or` the sides that can.

    Nothing where no side can. What is denied (`is_denied`) is taken apart, since `not (a b)` is an `or`, too.
    """
    if isinstance(tree, Comparison):
        return None if tree.field.name not in known else Not(tree) if is_denied else tree
    if isinstance(tree, Not):
        return part_for(tree.child, known, not is_denied)
    parts = [part_for(child, known, is_denied) for child in tree.children]
    kept = tuple(part for part in parts if part is not None)
    if isinstance(tree, And) is is_denied:
        return Or(kept) if kept else None
    return And(kept) if len(kept) == len(parts) else None


def labels_asked(tree: Node, field: str, column: str) -> Q | None:
    """The condition, on a label in `column`, which at least one label of every row that is asked for fulfils, or None.

    A label is a tag, an alias or a number. From the labels one gets to the few versions that carry them, and need not look at
    all versions; the sides of an `or` that ask for none are left to `labelled`.
    """
    if isinstance(tree, Comparison):
        if tree.field.name not in ("text", *LABELS):
            return None
        if tree.operator is Operator.EXISTS and tree.field.name != "version":
            return None
        is_meant = tree.field.name == field or (tree.field.name == "text" and field != "version")
        return Column(column).condition(tree) if is_meant else NOTHING
    if isinstance(tree, Not):
        return None
    found = [labels_asked(child, field, column) for child in tree.children]
    asked = [one for one in found if one is not None]
    return reduce(operator.or_, asked) if asked else None


def labelled(tree: Node) -> Node:
    """`tree` without the sides of an `or` that ask for no label, by which one would have to look at all versions."""
    if not isinstance(tree, Or):
        return tree
    return Or(tuple(labelled(child) for child in tree.children if labels_asked(child, "tag", "name") is not None))


def number_comparisons(tree: Node) -> set[Operator]:
    """How the numbers of versions are compared in it."""
    if isinstance(tree, Comparison):
        return {tree.operator} if tree.field.name == "version" else set()
    children = (tree.child,) if isinstance(tree, Not) else tree.children
    return {one for child in children for one in number_comparisons(child)}


def _person(path: str) -> AnyOf:
    return AnyOf((Column(f"{path}username"), Column(f"{path}full_name")))


NAME = Column("name", key="name_key")
MADE: dict[str, Source] = {"created_at": Column("created_at"), "created_by": _person("created_by__")}
CHANGED: dict[str, Source] = {"updated_at": Column("updated_at"), "description": Column("description")}
COLLECTION_TAGS = Labels(Collection.tags.through.objects.all(), "tag__name", "collection")
REGISTRY_FIELDS: dict[str, Source] = {"text": NAME, "name": NAME, "registry": NAME, **MADE, **CHANGED}
COLLECTION_FIELDS: dict[str, Source] = {
    "text": AnyOf((NAME, COLLECTION_TAGS)),
    "name": NAME,
    "tag": COLLECTION_TAGS,
    "alias": Labels(LinkAlias.objects.all(), "name", "collection"),
    "type": Column("type"),
    "registry": Column("registry__name", key="registry__name_key"),
    **MADE,
    **CHANGED,
}
PROJECT_FIELDS: dict[str, Source] = {"text": NAME, "name": NAME, "project": NAME, **MADE, **CHANGED}
ARTIFACT_NAME = Column("name")
ARTIFACT_FIELDS: dict[str, Source] = {
    "text": ARTIFACT_NAME,
    "name": ARTIFACT_NAME,
    "type": Column("type"),
    "project": Column("project__name", key="project__name_key"),
    **MADE,
    **CHANGED,
}
RUN_NAME = AnyOf((Column("display_name"), Column("name")))
RUN_FIELDS: dict[str, Source] = {
    "text": RUN_NAME,
    "name": RUN_NAME,
    "project": Column("project__name", key="project__name_key"),
    "created_at": Column("created_at"),
    "created_by": _person("user__"),
}
PERSON_FIELDS: dict[str, Source] = {"text": _person(""), "name": _person("")}
PAGE_FIELDS = ("text", "name")

COLLECTION_NAME = Column("collection__name", key="collection__name_key")
# Of linked versions only few are asked, those found by their labels.
LINK_TAGS = Labels(Version.tags.through.objects.all(), "tag__name", "version", "version_id", one_by_one=True)
LINK_ALIASES = Labels(LinkAlias.objects.all(), "name", "link", one_by_one=True)
LINK_FIELDS: dict[str, Source] = {
    "text": AnyOf((LINK_TAGS, LINK_ALIASES, COLLECTION_NAME)),
    "tag": LINK_TAGS,
    "alias": LINK_ALIASES,
    "name": COLLECTION_NAME,
    "type": Column("collection__type"),
    "registry": Column("collection__registry__name", key="collection__registry__name_key"),
    "version": Column("index"),
    **MADE,
    "updated_at": Column("version__updated_at"),
    "description": Column("version__description"),
}


def rank_of(name: str, words: str) -> int:
    """0 for the very name, 1 for its beginning, 2 for a part (C22)."""
    key, wanted = fold(name), fold(words)
    return 0 if key == wanted else 1 if key.startswith(wanted) else 2
