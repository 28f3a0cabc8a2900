"""Random rows of all that scripts can list, each with what it is to plain Python, and how its list may be ordered."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import models

from access.models import Container
from artifacts.models import Artifact, Tag, Version, VersionAlias
from projects.models import Project, Run
from registries.models import Collection, Link, LinkAlias, Registry
from sdk_api.filters.collections import filter_collections
from sdk_api.filters.containers import filter_projects, filter_registries
from sdk_api.filters.runs import filter_runs
from sdk_api.filters.versions import filter_versions
from sdk_api.ids import encode
from tests.cast import Cast
from tests.making import project_of
from tests.plain_filters import Config, Name, Written, is_number
from tests.sdk_api.conftest import wire_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PREFIX = "wandb-registry-"
# Of letters that have two cases only those of ASCII: beyond, a part of a text is found in both cases by keys of names alone.
NAMES = [
    "night",
    "Nightly",
    "day",
    "a_b",
    "axb",
    "it's",
    "日本",
    "日本語",
    "🦊",
    "x.y",
    "x-y",
    "0",
    "10",
    "9",
    "zoo 1",
    "ñu",
]
LOOK_ALIKES = ["Straße", "STRASSEN", "Éa", "éb", "ﬁn"]
TEXTS = ["", "night", "Night", "a_b", "a%b", "x\\y", "it's", 'say "hi"', "0", "日本", "🦊\n🦊 fox", "ñu", "$.a", "null"]
LABELS = ["night", "Night", "day", "a_b", "日本", "x-1"]
KEYS = ["lr", "a b", "train/loss", "it's", "a.b", "日", "[0]", "value"]
NUMBERS = [0, 1, -1, 1.0, 0.5, -0.25, 1e-7, 1e300, 2**53, 2**53 + 1, 10**15]
SCALARS = [*TEXTS, *NUMBERS, True, False, None]
HELD = [*SCALARS, 10**400]  # JSON holds numbers with which nothing can be compared
MOMENTS = [NOON + timedelta(hours=hours) for hours in (-30, -12, 0, 13)] + [NOON + timedelta(microseconds=1)]
LARGEST = sys.float_info.max
Key = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class World:
    """One list: its rows, what filters them, and by primary key what each is.

    `orders` are read off a plain row, `documents` are the fields within which a number may give the order. `fields` are
    all names to filter by, with the kind of each; `meant` what a written value of a field means.
    """

    rows: models.QuerySet[Any]
    narrowed: Callable[[Any, str], Any]
    plain: dict[int, dict[str, Any]]
    fields: Mapping[str, str]
    orders: Mapping[str, Key]
    documents: tuple[str, ...] = ()
    meant: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)

    def reads(self, name: str, value: Any) -> Any:
        """What `value` means to the field `name`."""
        if isinstance(value, str) and name in ("version", "version_index"):
            return int(value.removeprefix("v"))
        if isinstance(value, str) and name in ("size", "artifact_size"):
            return {"1 KB": 1000, "1TiB": 2**40}[value]
        if isinstance(value, str) and name == "name":
            return value.removeprefix(PREFIX)
        return self.meant.get(name, {}).get(value, value) if isinstance(value, str | int) else value


def spread(**fields: Any) -> dict[str, Any]:
    """`a__b=1` as the field and its other name."""
    return {name: value for names, value in fields.items() for name in names.split("__")}


def kinds(**fields: str) -> dict[str, str]:
    return spread(**fields)


def document(random: Random, depth: int = 0) -> dict[str, Any]:
    """Some of the keys, with anything under them."""
    found: dict[str, Any] = {}
    for key in random.sample(KEYS, random.randint(0, 6)):
        is_nested = depth < 2 and random.random() < 0.3
        found[key] = document(random, depth + 1) if is_nested else random.choice([*HELD, random.sample(HELD, 3)])
    return found


def in_order(*names: str, **others: str) -> dict[str, Key]:
    """Orders by fields of the same name, or another."""
    fields = {**{name: name for name in names}, **others}
    return {written: (lambda row, name=name: row[name]) for written, name in fields.items()}


def number_at(row: dict[str, Any], name: str, parts: list[str]) -> float | None:
    """The number of a document by which a list is ordered."""
    numbers = [float(min(value, LARGEST)) for value in row[name].places(parts) if is_number(value)]
    return numbers[0] if numbers else None


CONTAINERS = kinds(
    id__project_id="id", entity_id="id", name="text", description="text", created_at="date", updated_at="date"
)
COLLECTIONS = kinds(
    id__artifact_collection_id__collection_id="id",
    name__collection_name__artifact_collection_name="text",
    tag__tags="labels",
    type="text",
    description="text",
    created_at="date",
    updated_at="date",
)
VERSIONS = kinds(
    id__artifact_id="id",
    version__version_index="number",
    tag__tags="labels",
    alias__aliases="labels",
    metadata__artifact_metadata="json",
    created_at__artifact_created_at="date",
    updated_at="date",
    linked_at__acm_created_at="date",
    size__artifact_size="number",
    description="text",
    digest="text",
    state="text",
)
RUNS = kinds(
    name="text",
    display_name__displayName="text",
    state="text",
    tags__tag="labels",
    config="json",
    summary_metrics__summaryMetrics__summary="json",
    created_at__createdAt="date",
    heartbeat_at__heartbeatAt__updated_at__updatedAt="date",
    group__groupName__group_name="text",
    job_type__jobType="text",
    username__user="text",
    entity="text",
    duration="number",
    notes__description="text",
    commit="text",
    host="text",
    id="id",
)
NEWEST = in_order("name", "created_at", "updated_at")


def containers(random: Random, model: Any, rows: list[Any]) -> World:
    """Registries or projects: `rows` with random names, texts and times."""
    names = random.sample([*NAMES, *LOOK_ALIKES], len(rows))
    for row, name in zip(rows, names, strict=True):
        described = {"name": name, "name_key": Name(name).casefold(), "description": random.choice(TEXTS)}
        times = {"created_at": random.choice(MOMENTS), "updated_at": random.choice(MOMENTS)}
        Container.objects.filter(pk=row.pk).update(**described, **times)
    queryset = model.objects.filter(pk__in=[row.pk for row in rows])
    prefix = PREFIX if model is Registry else ""
    plain = {
        row.pk: spread(
            id__project_id=row.pk,
            entity_id=row.namespace_id,
            name=Name(row.name, prefix),
            description=row.description,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in queryset
    }
    meant = {key: {wire_id(row): row.pk for row in rows} for key in ("id", "project_id")}
    meant["entity_id"] = {encode("Entity", row.namespace_id): row.namespace_id for row in rows}
    narrowed = filter_registries if model is Registry else filter_projects
    return World(queryset, narrowed, plain, CONTAINERS, NEWEST, meant=meant)


def collections(random: Random, model: Any, parent: dict[str, Any], tags: list[Tag]) -> World:
    """Collections of a registry, or artifacts of a project."""
    is_linked = model is Collection
    for name in random.sample([*NAMES, *LOOK_ALIKES] if is_linked else NAMES, 14):
        row = model.objects.create(
            **parent,
            **({"name_key": Name(name).casefold()} if is_linked else {}),
            name=name,
            type=random.choice(["model", "dataset", "日本"]),
            description=random.choice(TEXTS),
            created_at=random.choice(MOMENTS),
            updated_at=random.choice(MOMENTS),
        )
        row.tags.set(random.sample(tags, random.randint(0, 3)))
    queryset = model.objects.filter(**parent)
    plain = {
        row.pk: spread(
            id__artifact_collection_id__collection_id=row.pk,
            name__collection_name__artifact_collection_name=Name(row.name) if is_linked else row.name,
            tag__tags=[tag.name for tag in row.tags.all()],
            type=row.type,
            description=row.description,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in queryset
    }
    ids = {wire_id(row): row.pk for row in queryset}
    meant = dict.fromkeys(("id", "artifact_collection_id", "collection_id"), ids)
    return World(queryset, filter_collections, plain, COLLECTIONS, NEWEST, meant=meant)


def versions(random: Random, artifact: Artifact, tags: list[Tag]) -> World:
    """Versions of one artifact."""
    for index in range(20):
        version = Version.objects.create(
            artifact=artifact,
            index=index,
            state=Version.State.COMMITTED,
            digest=f"{index:032x}",
            size=random.choice([0, 1, 1000, 2**40]),
            description=random.choice(TEXTS),
            metadata=document(random),
            created_at=random.choice(MOMENTS),
            updated_at=random.choice(MOMENTS),
        )
        version.tags.set(random.sample(tags, random.randint(0, 3)))
    for name in LABELS:
        VersionAlias.objects.create(artifact=artifact, version=random.choice(artifact.versions.all()), name=name)
    queryset = artifact.versions.all()
    orders = in_order(
        "created_at", "updated_at", "version", "version_index", "artifact_size", "size", createdAt="created_at"
    )
    return World(queryset, filter_versions, plain_versions(queryset), VERSIONS, orders, meant=version_ids(queryset))


def links(random: Random, cast: Cast, artifact: Artifact) -> World:
    """The same versions, in another order, in a collection."""
    collection = Collection.objects.create(registry=cast.registry, name="linked", name_key="linked", type="model")
    for index, version in enumerate(random.sample([*artifact.versions.all()], 20)):
        link = Link.objects.create(
            collection=collection, version=version, index=index, created_at=random.choice(MOMENTS)
        )
        if index < len(LABELS):
            LinkAlias.objects.create(collection=collection, link=link, name=LABELS[index])
    queryset = Link.objects.filter(collection=collection).select_related("version")
    orders = in_order("linked_at", "acm_created_at", "created_at", "artifact_created_at", "updated_at", "version")
    orders |= in_order("artifact_size", "version_index")
    return World(queryset, filter_versions, plain_versions(queryset), VERSIONS, orders, meant=version_ids(queryset))


def plain_versions(queryset: models.QuerySet[Any]) -> dict[int, dict[str, Any]]:
    """What the fields of versions or links are."""
    return {
        row.pk: spread(
            id__artifact_id=version.pk,
            version__version_index=row.index,
            tag__tags=[tag.name for tag in version.tags.all()],
            alias__aliases=[alias.name for alias in row.aliases.all()],
            metadata__artifact_metadata=version.metadata,
            created_at__artifact_created_at=version.created_at,
            updated_at=version.updated_at,
            linked_at__acm_created_at=row.created_at,
            size__artifact_size=version.size,
            description=version.description,
            digest=version.digest,
            state="COMMITTED",
        )
        for row in queryset
        for version in [getattr(row, "version", row)]
    }


def version_ids(queryset: models.QuerySet[Any]) -> dict[str, dict[Any, Any]]:
    """What their ids mean."""
    ids = {wire_id(version): version.pk for version in (getattr(row, "version", row) for row in queryset)}
    return {"id": ids, "artifact_id": ids}


def runs(random: Random, cast: Cast, project: Project) -> World:
    """Runs of one project; some are silent for so long that they count as crashed or preempted."""
    now = datetime.now(UTC)
    made = [
        Run(
            project=project,
            name=name,
            display_name=random.choice(TEXTS),
            state=random.choice(Run.State.values),
            preempting=random.random() < 0.3,
            heartbeat_at=random.choice([*MOMENTS, now]),
            user=random.choice([cast.mia, cast.olga, None]),
            notes=random.choice(TEXTS),
            group=random.choice(TEXTS),
            job_type=random.choice(TEXTS),
            commit=random.choice(["", "abc", "abcdef"]),
            host=random.choice(TEXTS),
            tags=random.sample(LABELS, random.randint(0, 3)),
            config=document(random),
            summary=document(random) | ({"loss": random.choice([*NUMBERS, 10**400])} if random.random() < 0.7 else {}),
            created_at=random.choice(MOMENTS),
            finished_at=random.choice([*MOMENTS, None]),
        )
        for name in NAMES
    ]
    Run.objects.bulk_create(made)
    queryset = Run.objects.filter(project=project)
    plain = {
        row.pk: spread(
            name=row.name,
            display_name__displayName=row.display_name,
            state=str(row.current_state),
            tags__tag=row.tags,
            config=Config(row.config),
            summary_metrics__summaryMetrics__summary=Written(row.summary),
            created_at__createdAt=row.created_at,
            heartbeat_at__heartbeatAt__updated_at__updatedAt=row.heartbeat_at,
            group__groupName__group_name=row.group,
            job_type__jobType=row.job_type,
            username__user=row.user.username if row.user else None,
            entity=Name(project.namespace.name),
            duration=((row.finished_at or row.heartbeat_at) - row.created_at).total_seconds(),
            notes__description=row.notes,
            commit=row.commit,
            host=row.host,
            id=row.pk,
        )
        for row in queryset.select_related("user")
    }
    orders = in_order("created_at", "createdAt", "heartbeat_at", "heartbeatAt", "name", "display_name", "displayName")
    orders |= in_order("state", "updated_at")
    meant = {
        "id": {wire_id(row): row.pk for row in queryset},
        "state": {state.upper(): state for state in Run.State.values},
    }
    documents = ("config", "summary_metrics", "summaryMetrics")
    return World(queryset, filter_runs, plain, RUNS, orders, documents, meant)


def worlds(cast: Cast, random: Random) -> dict[str, World]:
    """Everything, small."""
    project = project_of(cast.mia, cast.team.namespace)
    tags = [Tag.objects.create(name=name) for name in LABELS]
    made: dict[str, Any] = {"visibility": "team", "kind": "project", "namespace": cast.team.namespace}
    projects = [Project.objects.create(name=f"p{index}", name_key=f"p{index}", **made) for index in range(12)]
    made |= {"kind": "registry", "namespace": cast.registry.namespace, "organization": cast.organization}
    shelves = [Registry.objects.create(name=f"r{index}", name_key=f"r{index}", **made) for index in range(12)]
    artifact = Artifact.objects.create(project=projects[0], name="versions", type="model")
    return {
        "registries": containers(random, Registry, shelves),
        "projects": containers(random, Project, projects),
        "collections": collections(random, Collection, {"registry": shelves[0]}, tags),
        "artifacts": collections(random, Artifact, {"project": projects[1]}, tags),
        "versions": versions(random, artifact, tags),
        "links": links(random, cast, artifact),
        "runs": runs(random, cast, project),
    }
