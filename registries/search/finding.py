"""What a search finds: of each kind the best, exact names before beginnings before parts (C22), and only what one may see.

Registries and projects are few; their ids are read first, so that all else is looked up within them. Versions are found
through the labels that they carry, never by reading all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from access.models import OrganizationMembership, User
from artifacts.models import Artifact, Tag, Version
from artifacts.reading import named_by
from common.addresses import address
from common.filtering import Node, Operator
from common.filtering.completing import written
from common.filtering.queries import EVERYTHING, NOTHING, Source, condition
from common.names import fold
from projects.models import Project, Run
from registries.models import Collection, Link, LinkAlias, Registry
from registries.queries import collection_names, collection_url, registry_url
from registries.search import language
from registries.search.language import Query, labelled, labels_asked, number_comparisons, part_for, rank_of

MOST = 100  # hits of one kind; beyond, one asks more closely
SHOWN = 5  # of each kind where all are shown
LABELS = 2000  # that are looked at for versions, the newest; tags, aliases and numbers are labels
NUMBERED = 10_000  # versions that are looked through by comparing their numbers, the newest
RUNS = 10_000  # that are looked through by name, the newest
ON_SHELVES = ("registries", "collections", "versions", "aliases", "tags")
KINDS = (*ON_SHELVES, "artifacts", "projects", "runs", "people", "pages")
LINK_COLUMNS = (
    "index",
    "version_id",
    "created_at",
    *(
        f"collection__{name}"
        for name in ("name", "registry__name", "registry__is_core", "registry__organization__name")
    ),
)


@dataclass(frozen=True)
class Label:
    """A tag or alias that a hit carries."""

    name: str
    is_alias: bool = False
    is_protected: bool = False


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, where it lies, and what its kind shows besides."""

    kind: str
    name: str
    url: str
    where: str = ""
    type: str = ""
    version: str = ""
    labels: tuple[Label, ...] = ()
    visibility: str = ""
    state: str = ""
    moment: datetime | None = None
    picture: str = ""


@dataclass(frozen=True)
class Group:
    """The hits of one kind; `is_cut` where there are more than MOST."""

    kind: str
    hits: list[Hit] = field(default_factory=list)
    is_cut: bool = False

    @property
    def count(self) -> str:
        """`12`, or `100+`."""
        return f"{len(self.hits)}{'+' if self.is_cut else ''}"


def search(user: User, query: Query, organization: int | None = None) -> dict[str, Group]:
    """The groups by kind, of one organization (its id) or of all: nine queries. Kinds that have no such fields are empty.

    So is that of pages, which `destinations` finds.
    """
    finder = _Finder(user, query, organization)
    groups = finder.named() if query.reference else finder.everything()
    hidden = () if settings.REGISTRY_UI else ON_SHELVES
    return {kind: cut(kind, [] if kind in hidden else groups.get(kind, [])) for kind in KINDS}


def cut(kind: str, hits: list[Hit]) -> Group:
    """The first MOST of them."""
    return Group(kind, hits[:MOST], len(hits) > MOST)


class _Finder:
    def __init__(self, user: User, query: Query, organization: int | None) -> None:
        self.user, self.query, self.tree = user, query, query.tree
        self.within = Q(organization=organization) if organization else EVERYTHING
        self.organization = organization
        self.labels: dict[str, dict[str, Label]] = {"tags": {}, "aliases": {}}

    def everything(self) -> dict[str, list[Hit]]:
        registries, shelves = self._containers(Registry, language.REGISTRY_FIELDS)
        projects, places = self._containers(Project, language.PROJECT_FIELDS)
        found = {
            "registries": [_registry(row) for row in registries],
            "collections": self._collections(shelves),
            "versions": self._versions(shelves),
            "artifacts": self._of_projects(_artifacts(places), language.ARTIFACT_FIELDS, "name", _artifact),
            "projects": [_project(row) for row in projects],
            "runs": self._of_projects(_newest_runs(places), language.RUN_FIELDS, "display_name", _run),
            "people": self._people(),
        }
        return found | {kind: self._labels(kind) for kind in ("tags", "aliases")}

    def _condition(self, sources: dict[str, Source]) -> Q | None:
        """None where this kind has not the fields that are asked for."""
        part = part_for(self.tree, sources)
        return None if part is None else condition(part, sources)

    def _containers(self, model: Any, sources: dict[str, Source]) -> tuple[list[Any], list[int]]:
        """Those that fit, best first, and the ids of all that one sees: one query."""
        asked = self._condition(sources)
        fits = Value(False) if asked is None else Case(When(asked, then=Value(True)), default=Value(False))
        rows = list(
            model.objects.visible_to(self.user)
            .filter(self.within)
            .select_related("organization", "namespace")
            .defer("description")
            .annotate(fits=fits)
            .order_by("name_key", "pk")
        )
        chosen = [row for row in rows if row.fits]
        return sorted(chosen, key=lambda row: rank_of(row.name, self.query.words))[: MOST + 1], [row.pk for row in rows]

    def _collections(self, shelves: list[int]) -> list[Hit]:
        asked = self._condition(language.COLLECTION_FIELDS)
        if asked is None:
            return []
        rows = Collection.objects.filter(asked, registry__in=shelves, deleted_at=None)
        tag, more = labels_asked(self.tree, "tag", "tag__name"), {}
        if tag is not None:
            tags = Collection.tags.through.objects.filter(tag, collection=OuterRef("pk"))
            more = {"tag_found": Subquery(tags.order_by("tag__name").values("tag__name")[:1])}
        best = self._best(rows, "name_key", fold(self.query.words), **more)
        found = []
        for row in _light(best.select_related("registry__organization")):
            name = getattr(row, "tag_found", None)
            labels = (self._label("tags", name),) if name else ()
            found.append(Hit("collections", row.name, collection_url(row), _shelf(row), row.type, labels=labels))
        return found

    def _versions(self, shelves: list[int]) -> list[Hit]:
        """Found through their labels, of which the newest are looked at: three queries, none where no label is asked for."""
        part = part_for(self.tree, language.LINK_FIELDS)
        if part is None or labels_asked(part, "tag", "name") is None or not shelves:
            return []
        asked = labelled(part)
        here = {"collection__registry__in": shelves, "collection__deleted_at": None}
        of_link, of_version, numbered = self._aliased(asked, here), self._tagged(asked, here), _numbered(asked, here)
        if not of_link and not of_version and numbered is NOTHING:
            return []
        very = [link for link, found in of_link.items() if any(self._is_very(name) for name, _ in found)]
        tagged = [version for version, names in of_version.items() if any(map(self._is_very, names))]
        # Where no name is very like the words there is no rank: a constant in ORDER BY would mean a column to PostgreSQL.
        rank = (
            [Case(When(Q(pk__in=very) | Q(version__in=tagged), then=Value(0)), default=Value(1))]
            if very or tagged
            else []
        )
        # Plus nothing: or SQLite goes through all versions of all shelves, to see which are among those found.
        shelf = ExpressionWrapper(F("collection__registry") + Value(0), output_field=IntegerField())
        labels = Q(pk__in=of_link) | Q(version__in=of_version) | numbered
        found = Link.objects.alive().annotate(shelf=shelf).filter(labels, condition(asked, language.LINK_FIELDS))
        found = found.filter(shelf__in=shelves, collection__deleted_at=None)
        rows = found.select_related("collection__registry__organization").only(*LINK_COLUMNS).order_by(*rank, "-pk")
        return [
            _link(
                row,
                *(self._label("aliases", *alias) for alias in of_link.get(row.pk, [])),
                *(self._label("tags", name) for name in of_version.get(row.version_id, [])),
            )
            for row in rows[: MOST + 1]
        ]

    def _aliased(self, asked: Node, here: dict[str, Any]) -> dict[int, list[tuple[str, bool]]]:
        """By link, the aliases that are asked for, and whether each is protected."""
        by_alias = labels_asked(asked, "alias", "name") or NOTHING
        aliases: Any = LinkAlias.objects.with_protection().filter(by_alias, link__deleted_at=None, **here)
        newest = aliases.order_by("-link_id").values_list("link_id", "name", "is_protected")
        found: dict[int, list[tuple[str, bool]]] = {}
        for link, name, is_protected in newest[:LABELS]:
            found.setdefault(link, []).append((name, is_protected))
        return found

    def _tagged(self, asked: Node, here: dict[str, Any]) -> dict[int, list[str]]:
        """By version, the tags that are asked for."""
        by_tag, named = (labels_asked(asked, "tag", column) or NOTHING for column in ("tag__name", "name"))
        # The few names first: where none fits, no version is looked at.
        fits = Exists(Tag.objects.filter(named))
        linked = Exists(Link.objects.filter(version=OuterRef("version"), deleted_at=None, **here))
        tags = Version.tags.through.objects.filter(fits, by_tag, linked).order_by("-pk")
        found: dict[int, list[str]] = {}
        for version, name in tags.values_list("version_id", "tag__name")[:LABELS]:
            found.setdefault(version, []).append(name)
        return found

    def _is_very(self, name: str) -> bool:
        return rank_of(name, self.query.words) == 0

    def _of_projects(
        self, seen: QuerySet[Any], sources: dict[str, Source], name: str, hit: Callable[[Any], Hit]
    ) -> list[Hit]:
        asked = self._condition(sources)
        if asked is None:
            return []
        rows = self._best(seen.filter(asked, deleted_at=None), name, self.query.words)
        return [hit(row) for row in _light(rows.select_related("project__namespace"))]

    def _best(self, rows: Any, name: str, words: str, **more: Any) -> Any:
        """Their ids come first, from what an index holds, and only then the rows, with `more` of each."""
        order = (_rank(name, words), name, "pk")
        chosen = rows.model._default_manager.filter(pk__in=rows.order_by(*order).values("pk")[: MOST + 1])
        return chosen.annotate(**more).order_by(*order)

    def _people(self) -> list[Hit]:
        asked = self._condition(language.PERSON_FIELDS)
        if asked is None:
            return []
        shared = OrganizationMembership.objects.filter(organization__deleted_at=None, user=OuterRef("pk"))
        if self.organization:
            shared = shared.filter(organization=self.organization)
        elif not self.user.is_superuser:
            mine = self.user.organization_memberships.values("organization")
            shared = shared.filter(organization__in=mine)
        rows = User.objects.visible_to(self.user).filter(asked, is_active=True, deleted_at=None)
        met = Subquery(shared.order_by("pk").values("organization__name")[:1])
        found = rows.annotate(met=met).filter(met__isnull=False)
        return [_person(row) for row in self._best(found, "username", self.query.words, met=met)]

    def _label(self, kind: str, name: str, is_protected: bool = False) -> Label:
        return self.labels[kind].setdefault(name, Label(name, kind == "aliases", is_protected))

    def _labels(self, kind: str) -> list[Hit]:
        """The labels that were met on the way."""
        word = "alias" if kind == "aliases" else "tag"
        names = sorted(self.labels[kind], key=lambda name: (rank_of(name, self.query.words), name))
        here = f"{reverse('registries:search')}?q={word}:"
        return [
            Hit(kind, name, here + quote(written(name), safe=""), labels=(self.labels[kind][name],)) for name in names
        ]

    def named(self) -> dict[str, list[Hit]]:
        """What `name:v3` or `name:alias` names, in registries and in projects: two queries."""
        name, reference = self.query.reference or ("", "")
        which = named_by(reference, "collection")
        links = Link.objects.visible_to(self.user).filter(which, collection__name_key=fold(name))
        if self.organization:
            links = links.filter(collection__registry__organization=self.organization)
        links = links.select_related("collection__registry__organization").order_by("-pk")
        versions = Version.objects.committed().filter(
            named_by(reference, "artifact"),
            artifact__name=name,
            artifact__project__in=Project.objects.visible_to(self.user).filter(self.within),
        )
        rows = versions.select_related("artifact__project__namespace").defer("metadata", "description").order_by("-pk")
        found = [_link(row) for row in links[: MOST + 1]]
        return {"versions": [*found, *(_version(row) for row in rows[: MOST + 1])]}


def _numbered(asked: Node, here: dict[str, Any]) -> Q:
    """The links whose number is asked for; a collection has one of each, but to compare one would look at all of them."""
    number, comparisons = labels_asked(asked, "version", "index"), number_comparisons(asked)
    if number is None or not comparisons:
        return NOTHING
    links = Link.objects.filter(deleted_at=None, **here).order_by("-pk")
    if comparisons - {Operator.EQUAL, Operator.IN}:
        links = links.filter(pk__gte=Coalesce(Subquery(links.values("pk")[NUMBERED - 1 : NUMBERED]), 0))
    # What else is asked comes before the bound: the third version of a named collection may be an old one.
    return Q(pk__in=links.filter(number, condition(asked, language.LINK_FIELDS)).values("pk")[:LABELS])


def _rank(name: str, words: str) -> Case:
    return Case(
        When(**{f"{name}__iexact": words}, then=Value(0)),
        When(**{f"{name}__istartswith": words}, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _artifacts(places: list[int]) -> QuerySet[Artifact]:
    return Artifact.objects.filter(project__in=places)


def _newest_runs(places: list[int]) -> QuerySet[Run]:
    """From the last of them on, if there are so many: a range is cheaper than a list of their ids."""
    runs = Run.objects.filter(project__in=places)
    last = runs.order_by("-pk").values("pk")[RUNS - 1 : RUNS]
    return runs.filter(pk__gte=Coalesce(Subquery(last), 0))


def _light(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Without what can be large."""
    heavy = ("config", "summary", "client_info", "history_keys", "notes", "description", "metric_directions")
    known = {column.name for column in rows.model._meta.fields}
    return rows.defer(*(name for name in heavy if name in known))


def _shelf(collection: Collection) -> str:
    return f"{collection.registry.organization} / {collection.registry.title}"


def _registry(row: Registry) -> Hit:
    where, url = str(row.organization), registry_url(row)
    return Hit("registries", row.title, url, where, visibility=row.visibility, picture=row.icon_url)


def _link(row: Link, *labels: Label) -> Hit:
    collection = row.collection
    url = address("registries:version", *collection_names(collection), row.label)
    where = _shelf(collection)
    return Hit("versions", collection.name, url, where, version=row.label, labels=labels, moment=row.created_at)


def _home(project: Project) -> str:
    return f"{project.namespace.name} / {project.name}"


def _version(row: Version) -> Hit:
    artifact, project = row.artifact, row.artifact.project
    names = [project.namespace.name, project.name, artifact.type, artifact.name, row.label]
    url = address("artifacts:version", *names)
    return Hit("versions", artifact.name, url, _home(project), version=row.label, moment=row.created_at)


def _artifact(row: Artifact) -> Hit:
    url = address("artifacts:artifact", row.project.namespace.name, row.project.name, row.type, row.name)
    return Hit("artifacts", row.name, url, _home(row.project), row.type)


def _project(row: Project) -> Hit:
    url = address("projects:project", row.namespace.name, row.name)
    return Hit("projects", row.name, url, row.namespace.name)


def _run(row: Run) -> Hit:
    url = address("projects:run", row.project.namespace.name, row.project.name, row.name)
    return Hit("runs", str(row), url, _home(row.project), state=row.current_state, moment=row.created_at)


def _person(row: Any) -> Hit:
    url = f"{address('organizations:members', row.met)}?q={quote(row.username, safe='')}"
    return Hit("people", row.display_name, url, row.met, version=row.username)
