"""The filters and orders of scripts: held against plain Python over random rows, and refused with the way out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from artifacts.models import Tag
from common.errors import InvalidInputError
from projects.models import Project, Run
from registries.models import Collection
from sdk_api.filters.collections import filter_collections
from sdk_api.filters.containers import filter_projects, filter_registries
from sdk_api.filters.runs import filter_runs, order_runs
from sdk_api.filters.versions import filter_versions
from tests.cast import Cast
from tests.making import project_of
from tests.plain_filters import holds
from tests.sdk_api.conftest import Ask, World, wire_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = ["night", "Night", "a_b", "a%b", "it's", "finished", "running", "x\\y", "日本"]
KEYS = ["lr", "train/loss", "a.b", "it's", "日"]
SCALARS: list[Any] = [*WORDS, 0, 1, -1, 0.5, 2**40, True, None]
PATTERNS = ["^n", "night|run", "[a-n]+$", "a.b", "\\w_\\w", "本$"]
STATES = ["running", "finished", "failed", "crashed", "killed"]


def document(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {key: random.choice(SCALARS) for key in random.sample(KEYS, random.randint(0, 4))}
    if random.random() < 0.3:
        found["nested"] = {key: random.choice(SCALARS) for key in random.sample(KEYS, 2)} | {"depth": random.random()}
    if random.random() < 0.3:
        found["lr"] = random.sample(SCALARS, 2)
    return found


@pytest.fixture
def runs(cast: Cast) -> tuple[Project, dict[str, dict[str, Any]]]:
    """Thirty runs that have, or lack, everything; and what each is to plain Python."""
    random, project = Random(8), project_of(cast.mia, cast.team.namespace)
    made = [
        Run(
            project=project,
            name=f"r{index}",
            display_name=random.choice(WORDS),
            state=random.choice(STATES),
            heartbeat_at=NOON if index % 3 else datetime.now(UTC),
            notes=random.choice(["", *WORDS]),
            tags=random.sample(WORDS, random.randint(0, 3)),
            config=document(random),
            summary=document(random) | ({"loss": random.choice([0.5, 1, -2.0, 1e-7])} if index % 4 else {}),
            created_at=NOON + timedelta(hours=random.randint(-40, 40)),
        )
        for index in range(30)
    ]
    Run.objects.bulk_create(made)
    return project, {run.name: plain(run) for run in made}


def plain(run: Run) -> dict[str, Any]:
    return {
        "tag": run.tags,
        "display_name": run.display_name,
        "description": run.notes,
        "state": str(run.current_state),
        "created_at": run.created_at,
        "config": run.config,
        "summary_metrics": run.summary,
    }


def leaf(random: Random) -> dict[str, Any]:
    field = random.choice(["tag", "display_name", "description", "state", "created_at", "config", "summary_metrics"])
    if field == "created_at":
        return {field: {random.choice(["$gt", "$lte", "$eq"]): random.choice(["2026-03-01", "2026-03-02 01:00:00"])}}
    values: list[Any] = STATES if field == "state" else [*WORDS, *STATES]
    name, words = field, ["$eq", "$ne", "$in", "$nin", "$regex", "$contains", "$exists"]
    if field in ("config", "summary_metrics"):
        parts = random.choice([[random.choice(KEYS)], ["nested", random.choice(KEYS)], ["loss"]])
        name, values = ".".join([field, *(f'"{part}"' for part in parts)]), [*SCALARS, 0.5, -2.0]
    word = random.choice([*words, *([] if field == "tag" else ["$gt", "$lte"])])
    return {name: {word: operand(random, word, values)}}


def operand(random: Random, word: str, values: list[Any]) -> Any:
    if word in ("$in", "$nin"):
        return random.sample(values, 2)
    if word == "$regex":
        return random.choice(PATTERNS)
    if word == "$exists":
        return random.random() < 0.5
    if word in ("$gt", "$lte"):
        return random.choice([value for value in values if value is not None and not isinstance(value, bool)])
    return random.choice(values)


def tree(random: Random, depth: int = 0) -> dict[str, Any]:
    word = random.choice(["", "$and", "$or", "$nor", "$not"]) if depth < 3 else ""
    if word == "$not":
        return {word: tree(random, depth + 1)}
    if word:
        return {word: [tree(random, depth + 1) for _ in range(random.randint(1, 3))]}
    return leaf(random)


@pytest.mark.parametrize("count", [150, pytest.param(3000, marks=pytest.mark.slow)])
def test_the_database_selects_the_runs_that_plain_python_does(
    count: int, runs: tuple[Project, dict[str, dict[str, Any]]]
) -> None:
    project, rows = runs
    random, sizes = Random(count), set()
    for _ in range(count):
        written = tree(random)
        found = set(
            filter_runs(Run.objects.filter(project=project), json.dumps(written)).values_list("name", flat=True)
        )
        assert found == {name for name, row in rows.items() if holds(row, written)}, written
        sizes.add(len(found))
    assert len(sizes) > 10  # neither all nor none each time


def paged(ask: Ask, cast: Cast, order: str, size: int) -> Iterator[str]:
    document = """query R($o: String, $after: String, $first: Int) { project(name: "training", entityName: "vision") {
        runs(order: $o, after: $after, first: $first) { edges { node { name } } pageInfo { hasNextPage endCursor } } } }"""
    after = None
    while True:
        page = ask(cast.mia, document, o=order, after=after, first=size).data["project"]["runs"]
        yield from (edge["node"]["name"] for edge in page["edges"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return


@pytest.mark.parametrize(
    "name", ["summary_metrics.loss", "config.lr.value", "created_at", "summary_metrics.nested.depth"]
)
def test_pages_of_runs_follow_the_order_in_both_directions(name: str, runs: Any, ask: Ask, cast: Cast) -> None:
    _, rows = runs
    key = {
        "summary_metrics.loss": lambda row: row["summary_metrics"].get("loss"),
        "config.lr.value": lambda row: row["config"].get("lr"),
        "created_at": lambda row: row["created_at"].timestamp(),
        "summary_metrics.nested.depth": lambda row: row["summary_metrics"].get("nested", {}).get("depth"),
    }[name]
    numbers = {run: key(row) for run, row in rows.items()}
    known = [value for value in numbers.values() if isinstance(value, int | float) and not isinstance(value, bool)]
    assert known
    for sign in "+-":
        found = [*paged(ask, cast, f"{sign}{name}", 7)]
        assert sorted(found) == sorted(rows)
        assert [numbers[run] for run in found[: len(known)]] == sorted(known, reverse=sign == "-")
        assert found == [*paged(ask, cast, f"{sign}{name}", 100)]


@pytest.mark.parametrize(
    ("order", "told"),
    [("summary_metrics.日", ["r0", "r3", "r1", "r2"]), ("-summary_metrics.日", ["r2", "r3", "r1", "r0"]),
     ("+state", ["r0", "r1", "r2", "r3"])],
)  # fmt: skip
def test_no_run_is_lost_between_pages_of_large_numbers_or_of_silent_runs(
    order: str, told: list[str], ask: Ask, cast: Cast
) -> None:
    """Integers that are one float, one beyond any float, and a run that is stored as running and has crashed."""
    project, now = project_of(cast.mia, cast.team.namespace), datetime.now(UTC)
    numbers, states = (-1, 2**53, 10**400, 2**53 + 1), ("running", "failed", "finished", "running")
    for index, (number, state) in enumerate(zip(numbers, states, strict=True)):
        beats = {"heartbeat_at": NOON if index == 0 else now, "created_at": NOON - timedelta(hours=index % 3)}
        Run.objects.create(project=project, name=f"r{index}", summary={"日": number}, state=state, **beats)
    assert [*paged(ask, cast, order, 1)] == told


def test_configs_are_named_with_the_wrapping_of_the_sdk_and_metrics_with_dots(runs: Any) -> None:
    project, _ = runs
    Run.objects.filter(name="r1").update(config={"opt": {"lr": 7, "value": 3}, "x.y": 1}, summary={"p": {"q": 2}})

    def named(**written: Any) -> list[str]:
        found = filter_runs(Run.objects.filter(project=project), json.dumps(written))
        return list(found.values_list("name", flat=True))

    for written in (
        {"config.opt.lr.value": 7},
        {"config.opt.value": 3},
        {"config.x.y": 1},
        {"summary_metrics.p.q": 2},
        {"summaryMetrics.p.q": {"$exists": True}},
        {"id": wire_id(Run.objects.get(name="r1")), "name": "r1"},
    ):
        assert named(**written) == ["r1"], written
    assert "r1" not in named(**{"config.x.y": None})
    assert len(named(**{"config.nothing": None})) == 30


REGISTRY_FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "wandb-registry-shelf"}, ["Shelf"]),
    ({"name": {"$in": ["wandb-registry-model", "wandb-registry-none"]}}, ["model"]),
    ({"name": {"$ne": "wandb-registry-Shelf"}}, ["dataset", "model"]),
    ({"name": {"$regex": "^(model|S)"}}, ["Shelf", "model"]),
    ({"name": {"$regex": "^wandb-registry-model$"}}, ["model"]),
    ({"name": {"$contains": "wandb-registry-HEL"}}, ["Shelf"]),
    ({"name": {"$gt": "wandb-registry-dataset"}}, ["model"]),
    ({"description": {"$contains": "tidy"}}, ["Shelf"]),
    ({"$nor": [{"description": {"$exists": True}}, {"name": "wandb-registry-model"}]}, ["dataset"]),
    ({"created_at": {"$lt": "2020-01-01"}}, []),
    ({"updated_at": {"$gte": "2020-01-01 10:00:00"}, "name": {"$not": {"$regex": "e"}}}, []),
]


def test_registries_are_found_by_every_field(cast: Cast) -> None:
    cast.registry.description = "a tidy place"
    cast.registry.save()
    rows = type(cast.registry).objects.filter(organization=cast.organization)
    cases = [
        *REGISTRY_FILTERS,
        ({"id": cast.registry.pk}, ["Shelf"]),
        ({"project_id": wire_id(cast.registry)}, ["Shelf"]),
        ({"entity_id": cast.registry.namespace_id, "name": "wandb-registry-shelf"}, ["Shelf"]),
    ]
    for written, names in cases:
        found = filter_registries(rows, json.dumps(written)).values_list("name", flat=True)
        assert sorted(found) == names, written


def test_projects_are_found_by_their_plain_names(world: World) -> None:
    rows = Project.objects.all()
    assert filter_projects(rows, '{"name": "TRAINING"}').get() == world.project
    assert not filter_projects(rows, '{"name": {"$regex": "^wandb-registry-"}}').exists()


def test_collections_of_either_kind_are_found_by_every_field(world: World) -> None:
    night = Tag.objects.create(name="night")
    nets, source = world.collection, world.versions[0].artifact
    for row in (nets, source):
        row.tags.add(night)
        row.description = "card"
        row.save()
    for row, name in ((nets, "nets"), (source, source.name)):
        for written in (
            {"id": row.pk},
            {"artifact_collection_id": wire_id(row)},
            {"collection_name": name},
            {"name": {"$regex": name[:2]}, "type": row.type},
            {"tags": {"$in": ["night", "day"]}},
            {"$not": {"tag": "day"}},
            {"description": "card"},
            {"created_at": {"$gt": "2020-01-01"}, "updated_at": {"$gt": "2020-01-01"}},
        ):
            assert filter_collections(type(row).objects.all(), json.dumps(written)).get() == row, written
        assert not filter_collections(type(row).objects.all(), '{"tag": {"$exists": false}}').exists()
    assert filter_collections(Collection.objects.all(), '{"name": "NETS"}').exists()  # as look-ups are


def test_versions_are_found_by_every_field_at_the_source_and_by_links(world: World) -> None:
    first, second = world.versions
    for version, metadata in ((first, {"acc": 0.5, "deep": {"a": [1, "x"]}}), (second, {"acc": 0.9})):
        version.metadata = metadata
        version.save()
    first.tags.add(Tag.objects.create(name="night"))
    for written, expected in (
        ({"id": wire_id(first)}, {0}),
        ({"version": 1}, {1}),
        ({"version_index": {"$lt": "v1"}}, {0}),
        ({"tag": "night"}, {0}),
        ({"alias": "latest"}, {1}),
        ({"aliases": {"$nin": ["latest"]}}, {0}),
        ({"metadata.acc": {"$gt": 0.6}}, {1}),
        ({"metadata.deep.a": {"$contains": "x"}}, {0}),
        ({"artifact_metadata.acc": {"$exists": True}}, {0, 1}),
        ({"created_at": {"$gt": "2020-01-01"}, "updated_at": {"$gt": "2020-01-01"}}, {0, 1}),
        ({"linked_at": {"$lt": "2020-01-01"}}, set()),
        ({"artifact_size": {"$gte": first.size}, "state": "COMMITTED"}, {0, 1}),
        ({"state": {"$ne": "COMMITTED"}}, set()),
        ({"digest": second.digest}, {1}),
    ):
        text = json.dumps(written)
        here = filter_versions(type(first).objects.filter(artifact=first.artifact), text)
        linked = filter_versions(type(world.links[0]).objects.all(), text)
        assert {row.index for row in here} == {row.index for row in linked} == expected, written


def test_runs_are_found_by_what_the_sdk_names(cast: Cast, world: World) -> None:
    def found(**written: Any) -> bool:
        return filter_runs(Run.objects.filter(project=world.project), json.dumps(written)).exists()

    begun = Run.objects.get(pk=world.run.pk).created_at
    Run.objects.update(heartbeat_at=begun + timedelta(seconds=90), finished_at=None)
    assert found(duration={"$gt": 89.5, "$lte": 90})
    Run.objects.update(finished_at=begun + timedelta(seconds=3))
    assert found(duration=3)
    Run.objects.update(config={"sizes": [5, 6], "pair": ["a", True]})
    assert found(**{"config.sizes": 6, "config.pair": "a", "config.pair.value": True})
    assert found(**{"config.sizes": {"$in": [1, 5], "$nin": [7]}})
    assert not found(**{"config.sizes": {"$ne": 5}})
    assert found(duration={"$in": [1, 3]}, sweep=None)
    assert found(duration={"$lt": 1e300, "$ne": None}, entity="Vision", **{"$not": {"sweep": {"$exists": True}}})
    assert not found(duration={"$gt": 3})
    assert not found(entity={"$in": ["olga"]})
    with pytest.raises(InvalidInputError, match="Sweeps are not served"):
        found(sweep="abc")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('{"descripton": "a"}', "Did you mean notes?"),
        ('{"nmae": "a"}', "Did you mean name?"),
        ('{"name": {"$regexp": "a"}}', "Did you mean $regex?"),
        ('{"name": {"$regex": "a{2}"}}', "write it out"),
        ('{"created_at": {"$gt": "yesterday"}}', "2026-01-31"),
        ('{"id": "nonsense"}', "not the id of a Run"),
        ("[1]", "A filter is an object"),
        ("{", "not JSON"),
    ],
)
def test_a_filter_that_cannot_be_read_says_what_is_wrong(
    written: str, told: str, ask: Ask, cast: Cast, world: World
) -> None:
    document = 'query R($f: JSONString) { project(name: "training", entityName: "vision") { runCount(filters: $f) } }'
    answer = ask(cast.mia, document, f=written)
    assert answer.status == 400
    assert told in answer.message


def test_an_order_that_there_is_not_says_which_there_are(runs: Any) -> None:
    with pytest.raises(Exception, match="Did you mean created_at"):
        order_runs(Run.objects.all(), "+creted_at")
    with pytest.raises(Exception, match="1 to 200 characters"):
        order_runs(Run.objects.all(), '-config."a\\b"')
