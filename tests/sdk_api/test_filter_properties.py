"""Every list of scripts, held against plain Python: random filters, orders and page sizes, read in both directions.

The same file runs on PostgreSQL, so both databases agree row by row (F64-F69).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.pagination import Order, paginate
from sdk_api.connections import order_of, page
from sdk_api.filters import collections, containers, versions
from sdk_api.filters import runs as run_filters
from sdk_api.resolvers.collection import VERSION_ORDERS
from sdk_api.resolvers.membership import LINK_ORDERS
from tests.cast import Cast
from tests.plain_filters import ORDER, holds
from tests.sdk_api.filter_worlds import (
    CONTAINERS,
    KEYS,
    LABELS,
    LOOK_ALIKES,
    MOMENTS,
    NAMES,
    NUMBERS,
    PREFIX,
    SCALARS,
    TEXTS,
    World,
    number_at,
    worlds,
)

KINDS = ("registries", "projects", "collections", "artifacts", "versions", "links", "runs")
VOCABULARIES = {
    **dict.fromkeys(("registries", "projects"), containers.VOCABULARY),
    **dict.fromkeys(("collections", "artifacts"), collections.VOCABULARY),
    **dict.fromkeys(("versions", "links"), versions.VOCABULARY),
    "runs": run_filters.VOCABULARY,
}
ORDERS = {"versions": VERSION_ORDERS, "links": LINK_ORDERS}
DATES = ["2026-02-28", "2026-03-01", "2026-03-01 12:00:00", "2026-03-01T12:00:00.000001Z", "2026-03-02T02:00:00+01:00"]
WHOLE = [0, 1, 2, 7, 1000, 2**40]
WRITTEN = {"size": ["1 KB", "1TiB"], "artifact_size": ["1TiB"], "version": ["v3", "7"], "version_index": ["v0"]}
STATES = ["running", "FINISHED", "crashed", "preempted", "COMMITTED", "PENDING"]
PLAIN_TEXTS = [*TEXTS, *NAMES, *STATES, "mia", "model", "abc", "00000000000000000000000000000003"]
CHARACTERS = [
    "a",
    "b",
    "n",
    "i",
    "g",
    "x",
    "0",
    "9",
    "_",
    "-",
    " ",
    "日",
    "本",
    "🦊",
    "ñ",
    "'",
    "%",
    "\\.",
    "\\\\",
    "\\$",
]
CLASSES = [
    ".",
    "\\d",
    "\\w",
    "\\s",
    "\\D",
    "\\W",
    "\\S",
    "[a-n]",
    "[^a-n]",
    "[\\d_]",
    "[^\\w]",
    "[日🦊]",
    "[本-語]",
    "[x\\-\\]]",
]


@st.composite
def parts_of_patterns(draw: st.DrawFn, depth: int = 0) -> str:
    """A piece of a regular expression of the allowed subset."""
    shape = draw(st.sampled_from(["one", "one", "row", "many", "group"])) if depth < 3 else "one"
    if shape == "one":
        return draw(st.sampled_from(CHARACTERS + CLASSES))
    if shape == "row":
        return "".join(draw(st.lists(parts_of_patterns(depth + 1), min_size=1, max_size=3)))
    if shape == "many":
        repeated = draw(
            st.sampled_from(CHARACTERS + CLASSES) | parts_of_patterns(depth + 1).map(lambda one: f"({one})")
        )
        return repeated + draw(st.sampled_from(["*", "+", "?", "*?", "+?", "??"]))
    opening = draw(st.sampled_from(["(", "(?:"]))
    return opening + "|".join(draw(st.lists(parts_of_patterns(depth + 1), min_size=1, max_size=3))) + ")"


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Alternatives, each perhaps bound to an end."""
    branches = draw(st.lists(parts_of_patterns(), min_size=1, max_size=2))
    bound = [draw(st.sampled_from(["", "^"])) + one + draw(st.sampled_from(["", "$"])) for one in branches]
    return "|".join(bound)[:200] if len("|".join(bound)) <= 200 else "a"


def values_of(world: World, kind: str, name: str) -> list[Any]:
    """What a field of that kind may be compared with."""
    if kind == "id":
        meant = world.meant[name]
        return [*meant, *meant.values(), 0]
    if kind == "text":
        more = [*LOOK_ALIKES, "STRASSE", "éA", "FIN", PREFIX + "night"] if name == "name" else []
        return PLAIN_TEXTS + (more if world.fields is CONTAINERS else [])
    pools = {"labels": [*LABELS, "none"], "number": WHOLE + WRITTEN.get(name, []), "date": DATES, "json": SCALARS}
    return pools[kind]


WORDS = {
    "id": ["$eq", "$ne", "$in", "$nin", "$exists", *ORDER],
    "number": ["$eq", "$ne", "$in", "$nin", "$exists", *ORDER],
    "date": ["$eq", "$ne", "$in", "$nin", "$exists", *ORDER],
    "labels": ["$eq", "$ne", "$in", "$nin", "$exists", "$contains", "$regex"],
    "text": ["$eq", "$ne", "$in", "$nin", "$exists", "$contains", "$regex", *ORDER],
    "json": ["$eq", "$ne", "$in", "$nin", "$exists", "$contains", "$regex", *ORDER],
}


@st.composite
def comparisons(draw: st.DrawFn, kind: str, values: list[Any]) -> dict[str, Any]:
    """One operator that the kind knows, with a value of it."""
    word = draw(st.sampled_from(WORDS[kind]))
    if word in ("$in", "$nin"):
        return {word: draw(st.lists(st.sampled_from([*values, None]), max_size=3))}
    if word == "$exists":
        return {word: draw(st.booleans())}
    if word == "$regex":
        return {word: draw(patterns())}
    if word in ("$eq", "$ne"):
        return {word: draw(st.sampled_from([*values, None]))}
    if word in ORDER and kind == "json":
        values = [value for value in values if value is not None and not isinstance(value, bool)]
    return {word: draw(st.sampled_from([value for value in values if value != "" or word != "$contains"]))}


@st.composite
def leaves(draw: st.DrawFn, world: World) -> dict[str, Any]:
    """A condition on one field, or on what is under a key of it."""
    name = draw(st.sampled_from([*world.fields]))
    kind = world.fields[name]
    values = values_of(world, kind, name)
    if kind == "json":
        name += "." + draw(keys())
    shape = draw(st.sampled_from(["plain", "one", "two", "not"]))
    if shape == "plain":
        return {name: draw(st.sampled_from(values))}
    inner = draw(comparisons(kind, values))
    if shape == "two":
        inner |= draw(comparisons(kind, values))
    return {name: {"$not": inner} if shape == "not" else inner}


@st.composite
def keys(draw: st.DrawFn) -> str:
    """A dotted name within a document, with quotation marks where they are needed and perhaps where not."""
    parts = draw(st.lists(st.sampled_from([*KEYS, "loss"]), min_size=1, max_size=3))
    return ".".join(f'"{part}"' if "." in part or draw(st.booleans()) else part for part in parts)


@st.composite
def filters(draw: st.DrawFn, world: World, depth: int = 0) -> dict[str, Any]:
    """Conditions, joined in every way."""
    word = draw(st.sampled_from(["", "", "$and", "$or", "$nor", "$not"])) if depth < 3 else ""
    if word == "$not":
        return {word: draw(filters(world, depth + 1))}
    if word:
        return {word: draw(st.lists(filters(world, depth + 1), min_size=1, max_size=3))}
    found = draw(st.lists(leaves(world), min_size=1, max_size=2))
    return {name: value for leaf in found for name, value in leaf.items()}


@st.composite
def orders(draw: st.DrawFn, world: World) -> str:
    """An order that the list knows, or none."""
    sign = draw(st.sampled_from(["", "+", "-"]))
    if world.documents and draw(st.booleans()):
        return f"{sign}{draw(st.sampled_from(world.documents))}.{draw(keys())}"
    return draw(st.sampled_from(["", *(sign + name for name in world.orders)]))


def ordered(kind: str, rows: Any, text: str) -> tuple[Any, Order]:
    """The rows and the order as the resolvers ask for them."""
    if kind == "runs":
        return run_filters.order_runs(rows, text)
    default = ("-index",) if kind in ("versions", "links") else ("-pk",)
    return rows, order_of(text, default, **({"fields": ORDERS[kind]} if kind in ORDERS else {}))


def in_plain_order(world: World, kind: str, found: list[int], text: str) -> list[int]:
    """The primary keys `found` as plain Python sorts their rows."""
    rows, name, is_down = world.plain, text.lstrip("+-"), text.startswith("-")
    if not text:
        if kind in ("versions", "links"):
            return sorted(found, key=lambda pk: -rows[pk]["version"])
        return sorted(found, key=lambda pk: (rows[pk]["created_at"], pk)) if kind == "runs" else sorted(found)[::-1]
    if name in world.orders:
        return sorted(found, key=lambda pk: (world.orders[name](rows[pk]), pk), reverse=is_down)
    document, _, key = name.partition(".")
    parts = [quoted.strip('"') for quoted in json.loads(json.dumps(split(key)))]

    def place(pk: int) -> tuple[bool, float, float, int]:
        number = number_at(rows[pk], document, parts)
        value = (number or 0.0) * (-1 if is_down else 1)
        return number is None, value, -(rows[pk]["created_at"] - MOMENTS[0]).total_seconds(), -pk

    return sorted(found, key=place)


def split(key: str) -> list[str]:
    """The parts of a dotted key."""
    parts, inside = [""], False
    for character in key:
        inside ^= character == '"'
        if character == "." and not inside:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def forwards(rows: Any, order: Order, size: int) -> Iterator[list[int]]:
    """All pages as the SDK walks them."""
    after = None
    while True:
        found = page(rows, order, after=after, first=size)
        yield [edge.node.pk for edge in found.edges]
        after = found.page_info.end_cursor
        if not found.page_info.has_next_page:
            return


def backwards(rows: Any, order: Order, size: int, pages: int) -> Iterator[list[int]]:
    """All pages, from the last one to the first."""
    cursor = ""
    for _ in range(pages - 1):
        cursor = paginate(rows, order=order, cursor=cursor, size=size).next
    found = paginate(rows, order=order, cursor=cursor, size=size)
    yield [row.pk for row in found.items]
    while found.previous:
        found = paginate(rows, order=order, cursor=found.previous, size=size)
        yield [row.pk for row in found.items]


def check(world: World, kind: str, written: dict[str, Any], text: str, size: int) -> None:
    """The list, whole and page by page in both directions, is the plain one."""
    rows, order = ordered(kind, world.narrowed(world.rows, json.dumps(written)), text)
    kept = [pk for pk, row in world.plain.items() if holds(row, written, world.reads)]
    expected = in_plain_order(world, kind, kept, text)
    ahead = [*forwards(rows, order, size)]
    assert [pk for found in ahead for pk in found] == expected, (kind, written, text)
    back = [*backwards(rows, order, size, len(ahead))]
    assert [pk for found in reversed(back) for pk in found] == expected, (kind, written, text)
    assert all(len(found) == size for found in ahead[:-1])


@pytest.fixture
def everything(cast: Cast) -> dict[str, World]:
    """Random rows of each kind."""
    return worlds(cast, Random(64))


def run(everything: dict[str, World], count: int) -> None:
    sizes: set[int] = set()

    @settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def hold_against_python(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(KINDS))
        world = everything[kind]
        written = data.draw(filters(world))
        check(world, kind, written, data.draw(orders(world)), data.draw(st.integers(1, 9)))
        sizes.add(world.narrowed(world.rows, json.dumps(written)).count())

    hold_against_python()
    assert len(sizes) > 5  # neither all nor none each time


def test_every_field_and_order_of_each_list_is_held_against_python(everything: dict[str, World]) -> None:
    for kind, world in everything.items():
        served = {*VOCABULARIES[kind].names()} - {
            "sweep",
            "sweepName",
            "sweep_name",
        }  # of which only none can be asked for
        assert served == {*world.fields} == {*next(iter(world.plain.values()))}
        known = run_filters.ORDERS if kind == "runs" else ORDERS.get(kind, ["name", "created_at", "updated_at"])
        assert {*world.orders} == {*known}


def test_every_list_is_what_plain_python_makes_of_it(everything: dict[str, World]) -> None:
    run(everything, 120)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_many_more_lists_are_too(seed: int, cast: Cast) -> None:
    run(worlds(cast, Random(seed)), 1000)


def test_every_order_is_walked_in_both_directions_with_ties(everything: dict[str, World]) -> None:
    for kind, world in everything.items():
        names = [*world.orders, *(f"{document}.{key}" for document in world.documents for key in ("lr", "loss", "a.b"))]
        for index, name in enumerate(names):
            check(world, kind, {}, ("+-"[index % 2]) + name, 1 + index % 4)
    numbers = [number_at(row, "summary_metrics", ["loss"]) for row in everything["runs"].plain.values()]
    assert len({*numbers}) < len(numbers)
    assert None in numbers
    assert {type(value) for value in NUMBERS} == {int, float}
