"""The nearest runs and versions around some of them, with the edges between, in one statement however deep they lie (C20)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from access.models import Container, User
from artifacts.lineage.graph import RUN, VERSION

MOST_NODES = 1000
MOST_EDGES = 5000
FAN = 250  # newest neighbours of one node on one side: a version that a hundred thousand runs used costs no more
CLOSED, LINKED, OPEN = (
    0,
    1,
    2,
)  # the reader sees no more than that it is there; sees it through a link alone; sees its project


@dataclass(frozen=True)
class Walk:
    """What was met: (kind, id) and how far it may be seen; and edges, each from what was there first.

    `is_cut` says that there may be more than was read.
    """

    met: dict[tuple[str, int], int]
    edges: list[tuple[tuple[str, int], tuple[str, int]]]
    is_cut: bool = False

    def only(self, nodes: Collection[tuple[str, int]]) -> Walk:
        """What was met of those."""
        return Walk({node: access for node, access in self.met.items() if node in nodes}, self.edges, self.is_cut)

    def ids(self, kind: str, *access: int) -> list[int]:
        """The ids of the met nodes of a kind that may be seen so far."""
        return [id for (met, id), seen in self.met.items() if met == kind and seen in access]


# The tables of links belong to the layer above. What is visible was settled by the statement of access, under this name.
SEEN = "IN (SELECT id FROM seen)"
LINKED_SOMEWHERE = (
    "EXISTS (SELECT 1 FROM registries_link l WHERE l.version_id = v.id AND l.deleted_at IS NULL AND (SELECT c.registry_id FROM "
    f"registries_collection c WHERE c.id = l.collection_id AND c.deleted_at IS NULL) {SEEN})"
)
VERSION_ACCESS = f"CASE WHEN a.project_id {SEEN} THEN {OPEN} WHEN {LINKED_SOMEWHERE} THEN {LINKED} ELSE {CLOSED} END"
RUN_ACCESS = f"CASE WHEN r.project_id {SEEN} THEN {OPEN} ELSE {CLOSED} END"
VERSIONS = "artifacts_version v JOIN artifacts_artifact a ON a.id = v.artifact_id"
COMMITTED = "v.state = 'committed' AND a.deleted_at IS NULL"
# Edges that may still be gone. Among all that is connected one goes to and fro, so that counting would meet nodes again.
AHEAD = "w.ahead - CASE w.way WHEN 'both' THEN 0 ELSE 1 END"


@dataclass(frozen=True)
class Kind:
    """Nodes of a kind: their tables, which of the rows are nodes, their id and how far they may be seen."""

    tables: str
    where: str
    id: str
    access: str


KINDS = {
    RUN: Kind("projects_run r", "r.deleted_at IS NULL", "r.id", RUN_ACCESS),
    VERSION: Kind(VERSIONS, COMMITTED, "v.id", VERSION_ACCESS),
}


@dataclass(frozen=True)
class Step:
    """A way on from the node `w`: to nodes of `kind`, whose ids are `few`."""

    from_kind: str
    way: str
    kind: str
    few: str

    def select(self) -> str:
        """The nodes it leads to. A node that is closed leads nowhere, nor does anything that was deleted."""
        kind = KINDS[self.kind]
        on = f"w.kind = '{self.from_kind}' AND w.access > {CLOSED} AND w.ahead > 0 AND w.way IN ('{self.way}', 'both')"
        few = self.few.format(on=on)
        if connection.vendor == "sqlite":
            return (
                f"SELECT '{self.kind}' AS kind, {kind.id} AS id, w.way AS way, {kind.access} AS access, {AHEAD} AS ahead "
                f"FROM walk w CROSS JOIN {kind.tables} WHERE {on} AND {kind.where} AND {kind.id} IN ({few})"
            )
        # Each node is looked up by itself: OFFSET 0 keeps the planner, which guesses where it has no statistics yet, from
        # reading a whole table for each of a thousand nodes.
        node = f"SELECT {kind.id}, {kind.access} AS access FROM {kind.tables} WHERE {kind.where} AND {kind.id} = f.id OFFSET 0"
        return (
            f"SELECT '{self.kind}' AS kind, n.id AS id, w.way AS way, n.access AS access, {AHEAD} AS ahead "
            f"FROM ({few}) f CROSS JOIN LATERAL ({node}) n"
        )


NEWEST = f"ORDER BY y.id DESC LIMIT {FAN}"
STEPS = (
    Step(VERSION, "before", RUN, "SELECT y.produced_by_id AS id FROM artifacts_version y WHERE y.id = w.id AND {on}"),
    Step(
        VERSION,
        "after",
        RUN,
        f"SELECT y.run_id AS id FROM artifacts_runinput y WHERE y.version_id = w.id AND {{on}} {NEWEST}",
    ),
    Step(
        RUN,
        "before",
        VERSION,
        f"SELECT y.version_id AS id FROM artifacts_runinput y WHERE y.run_id = w.id AND {{on}} {NEWEST}",
    ),
    Step(
        RUN, "after", VERSION, f"SELECT y.id FROM artifacts_version y WHERE y.produced_by_id = w.id AND {{on}} {NEWEST}"
    ),
)


def walk(user: User, kind: str, ids: Sequence[int], *, direct: bool, reach: int) -> Walk:
    """From the nodes of those ids to the nearest ones: one query. `direct` takes ancestors and descendants alone, at most
    `reach` edges far.

    An id that `user` may not see is there as a closed node, which leads nowhere.
    """
    if not ids:
        return Walk({}, [])
    seen, values = Container.objects.visible_to(user).values("pk").query.sql_with_params()
    ways = ("before", "after") if direct else ("both",)
    starts = " UNION ".join([_start(kind, way, len(ids), reach) for way in ways])
    statement = (
        f"WITH RECURSIVE seen(id) AS ({seen}), walk(kind, id, way, access, ahead) AS ({starts} UNION {_onward()}), near AS "
        f"(SELECT kind, id, access, CAST(SUM(COUNT(*)) OVER () AS bigint) AS walked FROM (SELECT * FROM walk LIMIT {MOST_NODES}) "
        f"nearest GROUP BY kind, id, access) SELECT kind, id, access, walked AS other FROM near "
        f"UNION ALL SELECT * FROM ({_edges()}) edges"
    )
    met: dict[tuple[str, int], int] = {}
    edges = []
    is_cut = False
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *[*ids] * len(ways)])
        for what, id, access, other in cursor.fetchall():
            if what == "made":
                edges.append(((RUN, id), (VERSION, other)))
            elif what == "used":
                edges.append(((VERSION, other), (RUN, id)))
            else:
                met[what, id] = access
                is_cut = other >= MOST_NODES
    return Walk(met, edges, is_cut)


def _start(kind: str, way: str, count: int, reach: int) -> str:
    marks = ", ".join(["%s"] * count)
    if kind == RUN:
        chosen = f"{RUN_ACCESS}, {reach} FROM projects_run r WHERE r.deleted_at IS NULL AND r.id IN ({marks})"
        return f"SELECT 'run', r.id, '{way}', {chosen}"
    chosen = f"{VERSION_ACCESS}, {reach} FROM {VERSIONS} WHERE {COMMITTED} AND v.id IN ({marks})"
    return f"SELECT 'version', v.id, '{way}', {chosen}"


def _onward() -> str:
    """The recursive part. SQLite takes one term for each step, and stops by itself; PostgreSQL takes one term, as it is read."""
    if connection.vendor == "sqlite":
        return " UNION ".join(step.select() for step in STEPS) + f" LIMIT {MOST_NODES}"
    onward = " UNION ALL ".join(step.select() for step in STEPS)
    return f"SELECT n.kind, n.id, n.way, n.access, n.ahead FROM walk w CROSS JOIN LATERAL ({onward}) n"


def _edges() -> str:
    """Those between nodes that were met, each looked for from one of its ends."""
    made = _edge("made", "artifacts_version", run="produced_by_id", version="id", near=VERSION)
    used = _edge("used", "artifacts_runinput", run="run_id", version="version_id", near=RUN)
    return f"{made} UNION ALL {used} LIMIT {MOST_EDGES}"


def _edge(what: str, table: str, *, run: str, version: str, near: str) -> str:
    """The order of the joins is said, since a database would take the edges of all that there are first."""
    here, there, other = (version, run, RUN) if near == VERSION else (run, version, VERSION)
    rows = f"{table} e"
    if connection.vendor == "postgresql":
        rows = f"LATERAL (SELECT e.{run}, e.{version} FROM {table} e WHERE e.{here} = n.id OFFSET 0) e"
    return (
        f"SELECT '{what}' AS kind, e.{run} AS id, 0 AS access, e.{version} AS other FROM near n CROSS JOIN {rows} "
        f"WHERE n.kind = '{near}' AND e.{here} = n.id AND e.{there} + 0 IN (SELECT id FROM near WHERE kind = '{other}')"
    )
