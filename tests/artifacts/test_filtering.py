"""Filters of versions select in the database what they say: held against plain Python over random rows and filters.

The same file runs on PostgreSQL, so both databases agree row by row.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artifacts.filtering import version_condition, version_vocabulary
from artifacts.models import Artifact, Tag, Version, VersionAlias, VersionMetric
from artifacts.places import artifact_series
from artifacts.series import Series
from common.filtering import read_json, read_text
from registries.models import Collection, Link, LinkAlias
from registries.queries import collection_series
from tests.cast import Cast
from tests.making import project_of
from tests.plain_filters import ORDER, holds

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VOCABULARY = version_vocabulary()
WORDS = ["night", "Night", "day", "a_b", "a%b", "x\\y", "it's", 'say "hi"', "0", "", "日本", "$.a", "v1", "night-2"]
NUMBERS = [0, 1, -1, 0.5, 1.0, 1e-5, 2**40, 10**15, -0.25]
SCALARS = [*WORDS, *NUMBERS, True, False, None]
KEYS = ["lr", "a b", "mAP@50", "it's", "$x", "[0]", "0", "日", "a.b", "%", "__class__", "*", "@"]
PATTERNS = [
    "^n",
    "night|day",
    "[a-n]+$",
    "a.b",
    "^(?:v|0)\\d*$",
    "\\w-\\d",
    "[^a]",
    "x\\\\",
    ".",
    "(a|b|n)*i",
    "本$",
    "\\$",
]
INSTANTS = [(NOON + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S") for hours in (-30, 0, 1, 13)]
DAYS = ["2026-02-28", "2026-03-01", "2026-03-02"]


# -- A world of rows ------------------------------------------------------------------------------------------------------


def document(random: Random, depth: int = 0) -> dict[str, Any]:
    """Some of the keys, with anything under them."""
    found: dict[str, Any] = {}
    for key in random.sample(KEYS, random.randint(0, 6)):
        kinds = [random.choice(SCALARS), random.choice(SCALARS), random.sample(SCALARS, 2)]
        found[key] = random.choice(kinds) if depth or random.random() < 0.7 else document(random, 1)
    return found


def fill(cast: Cast, random: Random) -> Artifact:
    """Forty versions that have, or lack, everything."""
    project = project_of(cast.mia, cast.team.namespace)
    artifact = Artifact.objects.create(project=project, name="net", type="model", next_index=40)
    tags = [Tag.objects.create(name=name) for name in ("night", "Night", "day", "a_b")]
    for index in range(40):
        version = Version.objects.create(
            artifact=artifact,
            index=index,
            state=Version.State.COMMITTED,
            digest=f"{index:032x}",
            size=random.choice([0, 1, 10, 2**40]),
            file_count=index % 3,
            description=random.choice(WORDS),
            metadata=document(random),
            created_by=random.choice([cast.mia, cast.olga, None]),
            created_at=NOON + timedelta(hours=random.randint(-40, 40)),
        )
        version.tags.set(random.sample(tags, random.randint(0, 3)))
        for key in random.sample(["loss", "a.b", "mAP@50"], random.randint(0, 3)):
            value = random.choice([0.5, 1.0, -2.0])
            VersionMetric.objects.create(version=version, key=key, value=value, source="history")
    for name in ("latest", "best", "Best"):
        VersionAlias.objects.create(artifact=artifact, version=random.choice(artifact.versions.all()), name=name)
    return artifact


def linked(cast: Cast, artifact: Artifact) -> Collection:
    """The versions again, through links of another hour and hand."""
    collection = Collection.objects.create(
        registry=cast.registry, name="net", name_key="net", type="model", next_index=40
    )
    for version in artifact.versions.order_by("-index"):
        hand, hour = (cast.adam if version.index % 2 else None), NOON - timedelta(hours=version.index)
        link = Link.objects.create(
            collection=collection, version=version, index=39 - version.index, created_by=hand, created_at=hour
        )
        if version.index == 7:
            LinkAlias.objects.create(collection=collection, link=link, name="best")
    return collection


def plain(row: Any) -> dict[str, Any]:
    """What the fields of a row are, without a query."""
    version: Version = getattr(row, "version", row)
    return {
        "tag": [tag.name for tag in version.tags.all()],
        "alias": [alias.name for alias in row.aliases.all()],
        "metadata": version.metadata,
        "created_at": row.created_at,
        "updated_at": version.updated_at,
        "created_by": row.created_by.username if row.created_by else None,
        "size": version.size,
        "files": version.file_count,
        "version": row.index,
        "description": version.description,
        "digest": version.digest,
        "metrics": {metric.key: metric.value for metric in version.metrics.all()},
    }


# -- Random filters -----------------------------------------------------------------------------------------------------

TEXTS = [*WORDS, "mia", "best", "latest"]
WHOLE = [0, 1, 2, 10, 20, 2**40]
FIELDS: dict[str, list[Any]] = {
    **dict.fromkeys(("tag", "alias", "created_by", "description"), TEXTS),
    **dict.fromkeys(("size", "files", "version"), WHOLE),
    **{f"metrics.{key}": [0.5, 1, 0, -2.0, 1e30] for key in ("loss", "a.b", "none")},
    "created_at": [*INSTANTS, *DAYS],
    "metadata": SCALARS,
}


@st.composite
def operators(draw: st.DrawFn, field: str, values: list[Any]) -> dict[str, Any]:
    """One operator that the field knows, with a value of its kind."""
    in_json, is_text = field == "metadata", values is TEXTS
    words = ["$eq", "$ne", "$in", "$nin"]
    words += [] if field in ("tag", "alias") else ORDER
    words += [] if field == "created_at" else ["$exists"]
    words += ["$contains", "$regex"] if is_text or in_json else []
    word = draw(st.sampled_from(words))
    if word in ("$in", "$nin"):
        return {word: draw(st.lists(st.sampled_from(values), max_size=3))}
    if word == "$exists":
        return {word: draw(st.booleans())}
    if word == "$regex":
        return {word: draw(st.sampled_from(PATTERNS))}
    if word in ORDER and in_json:
        values = [value for value in values if value is not None and not isinstance(value, bool)]
    return {word: draw(st.sampled_from([value for value in values if value or word != "$contains"]))}


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    """A condition on one field."""
    field = draw(st.sampled_from([*FIELDS, "metadata", "metadata", "metadata"]))
    name = field
    if field == "metadata":
        parts = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=2))
        name = ".".join(["metadata", *(f'"{part}"' for part in parts)])
    shape = draw(st.sampled_from(["plain", "one", "two", "not"]))
    if shape == "plain":
        return {name: draw(st.sampled_from(FIELDS[field]))}
    inner = draw(operators(field, FIELDS[field]))
    if shape == "two":
        inner |= draw(operators(field, FIELDS[field]))
    return {name: {"$not": inner} if shape == "not" else inner}


@st.composite
def filters(draw: st.DrawFn, depth: int = 0) -> dict[str, Any]:
    """Conditions, joined in every way."""
    word = draw(st.sampled_from(["", "", "$and", "$or", "$nor", "$not"])) if depth < 3 else ""
    if word == "$not":
        return {word: draw(filters(depth + 1))}
    if word:
        return {word: draw(st.lists(filters(depth + 1), min_size=1, max_size=3))}
    return {name: value for leaf in draw(st.lists(leaves(), min_size=1, max_size=2)) for name, value in leaf.items()}


def found(series: Series, tree: Any) -> set[int]:
    return set(series.rows.filter(version_condition(series, tree)).values_list("index", flat=True))


@pytest.fixture
def world(cast: Cast) -> list[tuple[Series, dict[int, dict[str, Any]]]]:
    """The versions as those of an artifact, and as those of a collection."""
    artifact = Artifact.objects.select_related("project__namespace").get(pk=fill(cast, Random(1125)).pk)
    collection = Collection.objects.select_related("registry__organization").get(pk=linked(cast, artifact).pk)
    both = [artifact_series(artifact), collection_series(collection)]
    return [(series, {row.index: plain(row) for row in series.rows}) for series in both]


def check(world: Any, written: dict[str, Any]) -> None:
    tree = read_json(json.dumps(written), VOCABULARY)
    for series, rows in world:
        assert found(series, tree) == {index for index, row in rows.items() if holds(row, written)}, written


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_the_database_selects_what_plain_python_does(count: int, world: Any) -> None:
    @settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(filters())
    def run(written: dict[str, Any]) -> None:
        check(world, written)

    run()


def test_what_people_write_selects_the_same(world: Any) -> None:
    same: dict[str, dict[str, Any]] = {
        "tag:night": {"tag": "night"},
        "-tag:night": {"tag": {"$ne": "night"}},
        "tag:night alias:best": {"tag": "night", "alias": "best"},
        "tag:night or tag:day files:1": {"$or": [{"tag": "night"}, {"$and": [{"tag": "day"}, {"files": 1}]}]},
        "not (tag:night OR by:mia)": {"$nor": [{"tag": "night"}, {"created_by": {"$contains": "mia"}}]},
        "loss >= 0.5": {"metrics.loss": {"$gte": 0.5}},
        '"a.b" != 1': {"metrics.a.b": {"$ne": 1.0}},
        "mAP@50 < 0": {"metrics.mAP@50": {"$lt": 0}},
        "metadata.lr=0.5": {'metadata."lr"': 0.5},
        'metadata."a b" = true': {'metadata."a b"': True},
        "metadata.lr:NIGHT": {'metadata."lr"': {"$contains": "NIGHT"}},
        "metadata.lr:*": {'metadata."lr"': {"$exists": True}},
        "metadata.lr != *": {'metadata."lr"': {"$exists": False}},
        "created > 2026-03-01T13:00:00": {"created_at": {"$gt": "2026-03-01 13:00:00"}},
        "created:2026-03-01": {"created_at": "2026-03-01"},
        "size >= 1TiB": {"size": {"$gte": 2**40}},
        "version:v7": {"version": 7},
        r'description ~ "^[a-z]+$"': {"description": {"$regex": "^[a-z]+$"}},
        'NIGHT "a%"': {
            "$and": [
                {"$or": [{name: {"$contains": word}} for name in ("alias", "tag", "description")]}
                for word in ("night", "a%")
            ]
        },
    }
    for text, written in same.items():
        tree = read_text(text, VOCABULARY)
        for series, rows in world:
            assert found(series, tree) == {index for index, row in rows.items() if holds(row, written)}, text
