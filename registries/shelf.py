"""Reads of a registry's page: its collections, found, sorted and paged, with what their rows and cards say (F20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import User
from artifacts.models import VersionMetric
from artifacts.tables import Choice, Head
from common.addresses import address
from common.errors import InvalidInputError
from common.names import fold
from common.pagination import Page, paginate
from projects.values import display_order
from registries.models import Collection, CollectionStar, Link, LinkAlias, ProtectedAlias, Registry
from registries.queries import collection_names, collection_url, starred

PAGE = 30
SPARK = 20
ALIASES = 3
PEOPLE = 200
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a collection without links was last linked to, for the order
COLUMNS = {
    "type": gettext_lazy("Type"),
    "latest": gettext_lazy("Latest"),
    "aliases": gettext_lazy("Aliases"),
    "metric": gettext_lazy("Headline metric"),
    "versions": gettext_lazy("Versions"),
    "linked": gettext_lazy("Last linked"),
    "created": gettext_lazy("Created"),
}
USUAL = (*COLUMNS,)[:6]
BY_NAME = ("star_rank", "name_key", "pk")
ORDERS = {
    "name": BY_NAME,
    "-name": ("star_rank", "-name_key", "-pk"),
    "versions": ("link_count", "name_key", "pk"),
    "-versions": ("-link_count", "name_key", "pk"),
    "linked": ("linked_at", "name_key", "pk"),
    "-linked": ("-linked_at", "name_key", "pk"),
}


@dataclass(frozen=True)
class Wish:
    """What a reader asked of the shelf, as the address says it."""

    words: str = ""
    type: str = ""
    tag: str = ""
    alias: str = ""
    linked_by: str = ""
    sort: str = "name"
    as_cards: bool = False
    cursor: str = ""
    columns: tuple[str, ...] = USUAL

    @classmethod
    def read(cls, query: QueryDict) -> Wish:
        """From `?q=net&type=model&tag=night&alias=best&by=mia&sort=-linked&view=cards&column=type`; `column=` alone is none.

        Raises InvalidInputError for an unknown order.
        """
        words, type, tag, alias, by = (query.get(name, "").strip() for name in ("q", "type", "tag", "alias", "by"))
        sort = query.get("sort") or "name"
        if sort not in ORDERS:
            raise InvalidInputError(
                _("Sort by one of %(choices)s; not by %(sort)r.") % {"choices": ", ".join(ORDERS), "sort": sort}
            )
        asked = set(query.getlist("column"))
        columns = tuple(name for name in COLUMNS if name in asked) if asked else USUAL
        return cls(words, type, tag, alias, by, sort, query.get("view") == "cards", query.get("cursor", ""), columns)

    @property
    def choices(self) -> list[Choice]:
        """The columns that there are."""
        return [Choice(name, str(label), name in self.columns) for name, label in COLUMNS.items()]

    @property
    def is_filtered(self) -> bool:
        """Whether some collections are left out."""
        return bool(self.words or self.type or self.tag or self.alias or self.linked_by)


def collections_table(
    registry: Registry, *, words: str = "", type: str = "", tag: str = "", alias: str = "", linked_by: str = ""
) -> QuerySet[Collection]:
    """The collections of a registry that match, with their tags and newest link at hand; `linked_by` is who made that one."""
    rows = Collection.objects.filter(registry=registry, deleted_at=None)
    if words:
        tagged = Collection.tags.through.objects.filter(collection=OuterRef("pk"), tag__name__icontains=words)
        rows = rows.filter(Q(name_key__contains=fold(words)) | Exists(tagged))
    if type:
        rows = rows.filter(type=type)
    if tag:
        rows = rows.filter(tags__name=tag)
    if alias:
        rows = rows.filter(aliases__name=alias)
    if linked_by:
        rows = rows.filter(newest_link__created_by__username=linked_by)
    return rows.select_related("newest_link").prefetch_related("tags")


def shelf_page(registry: Registry, user: User, wish: Wish) -> tuple[Page[Collection], int]:
    """The page that `wish` asks for, starred ones first where it goes by name, and how many there are: two queries."""
    found = collections_table(
        registry, words=wish.words, type=wish.type, tag=wish.tag, alias=wish.alias, linked_by=wish.linked_by
    )
    aliases = LinkAlias.objects.filter(collection=OuterRef("pk")).order_by("pk")
    rows = found.select_related("newest_link__created_by").annotate(
        is_starred=starred(CollectionStar, user),
        star_rank=Case(When(is_starred=True, then=Value(0)), default=Value(1)),
        linked_at=Coalesce("newest_link__created_at", Value(NEVER)),
        one_alias_more=Subquery(aliases.values("pk")[ALIASES : ALIASES + 1]),
    )
    if not wish.is_filtered:
        total = int(registry.collection_count)  # type: ignore[attr-defined]
        return paginate(rows, order=ORDERS[wish.sort], cursor=wish.cursor, size=PAGE), total
    count = found.order_by().values("registry").annotate(total=Count("pk")).values("total")
    told: Any = rows.annotate(total=Subquery(count))
    page: Page[Any] = paginate(told, order=ORDERS[wish.sort], cursor=wish.cursor, size=PAGE)
    return page, page.items[0].total if page.items else found.count()


def first_aliases(registry: Registry, collections: list[Any]) -> dict[int, list[Any]]:
    """By collection: the protected aliases, then the oldest, one more than are shown. One query, which reads no others."""
    few = [row.pk for row in collections if row.one_alias_more is None]
    wanted = Q(collection__in=few)
    for row in collections:
        if row.one_alias_more is not None:
            wanted |= Q(collection=row.pk, pk__lte=row.one_alias_more)
    guarded = ProtectedAlias.objects.filter(registry=registry).values("name")
    wanted |= Q(collection__in=[row.pk for row in collections], name__in=guarded)
    found: dict[int, list[Any]] = {}
    for alias in LinkAlias.objects.filter(wanted).select_related("link").with_protection():
        found.setdefault(alias.collection_id, []).append(alias)
    return {
        pk: sorted(aliases, key=lambda alias: (not alias.is_protected, alias.pk))[: ALIASES + 1]
        for pk, aliases in found.items()
    }


def last_linkers(registry: Registry) -> list[tuple[str, str]]:
    """Username and name of everybody who made the newest link of a collection: the choices of "Linked by"."""
    newest = Collection.objects.filter(registry=registry, deleted_at=None).values("newest_link__created_by")
    people = User.objects.filter(pk__in=newest).order_by("full_name", "username")
    return [(person.username, person.display_name) for person in people.only("username", "full_name")[:PEOPLE]]


def heads(wish: Wish) -> dict[str, Head]:
    """The heads that sort: names start with the first, numbers with the largest, times with the latest."""
    found = {}
    for name, first in (("name", "name"), ("versions", "-versions"), ("linked", "-linked")):
        order = {name: "ascending", f"-{name}": "descending"}.get(wish.sort, "")
        other = f"-{name}" if wish.sort == name else name
        found[name] = Head("", other if order else first, order)
    return found


@dataclass(frozen=True)
class Headline:
    """The metric that stands for a collection: its value in the newest version, and its course over the newest ones."""

    key: str = ""
    value: float | None = None
    course: tuple[float, ...] = ()


def headlines(collections: list[Collection]) -> dict[int, Headline]:
    """By collection: three queries. The metric is the collection's choice, else the newest version's first in display order."""
    newest = {row.pk: row.newest_link for row in collections if row.newest_link}
    keys: dict[int, set[str]] = {}
    versions = {link.version_id for link in newest.values()}
    for version, key in VersionMetric.objects.filter(version__in=versions).values_list("version", "key")[:5000]:
        keys.setdefault(version, set()).add(key)
    chosen = {pk: display_order(keys[link.version_id])[0] for pk, link in newest.items() if link.version_id in keys}
    chosen |= {row.pk: row.headline_metric for row in collections if row.headline_metric}
    if not chosen:
        return {}
    recent = {"collection__in": newest.keys() & chosen.keys(), "index__gt": F("collection__newest_link__index") - SPARK}
    links = Link.objects.filter(**recent, deleted_at=None).order_by("collection", "index")
    placed = list(links.values_list("collection", "version"))
    metrics = VersionMetric.objects.filter(version__in={version for _, version in placed}, key__in=set(chosen.values()))
    values = {(version, key): value for version, key, value in metrics.values_list("version", "key", "value")}
    course: dict[int, list[float]] = {}
    for pk, version in placed:
        if (version, chosen[pk]) in values:
            course.setdefault(pk, []).append(values[version, chosen[pk]])
    return {
        pk: Headline(chosen[pk], values.get((link.version_id, chosen[pk])), tuple(course.get(pk, ())))
        for pk, link in newest.items()
        if pk in chosen
    }


@dataclass(frozen=True)
class CollectionRow:
    """A collection in its registry's table, or as a card; `aliases` are the first, each with its address.

    `menu_label` is what the button of its menu is called; `who` linked the newest version, with a `picture` perhaps.
    """

    collection: Any
    url: str
    star_url: str
    latest_url: str
    aliases: list[tuple[LinkAlias, str]]
    has_more_aliases: bool
    tags: list[str]
    headline: Headline
    menu_label: str
    who: str
    picture: str

    @property
    def link(self) -> Link | None:
        """The newest one."""
        return self.collection.newest_link  # type: ignore[no-any-return]

    @property
    def data(self) -> dict[str, Any]:
        """The row as data."""
        link, who = self.link, self.link.created_by if self.link else None
        return {
            "name": self.collection.name,
            "type": self.collection.type,
            "tags": self.tags,
            "latest": link.label if link else None,
            "aliases": [alias.name for alias, _ in self.aliases],
            "metric": self.headline.key or None,
            "value": self.headline.value,
            "versions": self.collection.link_count,
            "last_linked_by": who.username if who else None,
            "last_linked_at": link.created_at.isoformat() if link else None,
            "starred": self.collection.is_starred,
        }


def collection_rows(registry: Registry, collections: list[Collection]) -> list[CollectionRow]:
    """The rows of a page of the shelf, whose registry has its organization at hand: four queries."""
    found, aliases = headlines(collections), first_aliases(registry, collections)
    menu = _("Actions for %(label)s")
    rows = []
    for collection in collections:
        collection.registry = registry
        names, link, some = collection_names(collection), collection.newest_link, aliases.get(collection.pk, [])
        who = link.created_by if link else None
        rows.append(
            CollectionRow(
                collection,
                url=collection_url(collection),
                star_url=address("registries:collection_star", *names),
                latest_url=address("registries:version", *names, link.label) if link else "",
                aliases=[(alias, address("registries:version", *names, alias.link.label)) for alias in some[:ALIASES]],
                has_more_aliases=len(some) > ALIASES,
                tags=[tag.name for tag in collection.tags.all()],
                headline=found.get(collection.pk, Headline()),
                menu_label=menu % {"label": collection.name},
                who=who.display_name if who else "",
                picture=who.avatar_url if who else "",
            )
        )
    return rows
