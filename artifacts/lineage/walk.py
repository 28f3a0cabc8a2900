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
    """What was met, the nearest first: (kind, id) and how far it may be seen; and edges, each from what was there first."""

    met: dict[tuple[str, int], int]
    edges: list[tuple[tuple[str, int], tuple[str, int]]]

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than was read."""
        return len(self.met) >= MOST_NODES

    def only(self, nodes: Collection[tuple[str, int]]) -> Walk:
        """What was met of those."""
        return Walk({node: access for node, access in self.met.items() if node in nodes}, self.edges)

    def ids(self, kind: str, *access: int) -> list[int]:
        """The ids of the met nodes of a kind that may be seen so far."""
        return [id for (met, id), seen in self.met.items() if met == kind and seen in access]


@dataclass(frozen=True)
class Step:
    """A way on from the node `w`: to the nodes of `kind` in `tables` that fulfil `where`."""

    from_kind: str
    way: str
    kind: str
    id: str
    tables: str
    where: str

    def select(self, glue: str = "") -> str:
        """The nodes it leads to. A node that is closed leads nowhere, nor does anything that was deleted."""
        access = VERSION_ACCESS if self.kind == VERSION else RUN_ACCESS
        return (
            f"SELECT '{self.kind}' AS kind, {self.id} AS id, w.way AS way, {access} AS access FROM {glue}{self.tables} "
            f"WHERE w.kind = '{self.from_kind}' AND w.access > {CLOSED} AND w.way IN ('{self.way}', 'both') AND {self.where}"
        )


# The tables of links belong to the layer above. What is visible was settled by the statement of access, under this name.
LINK = (
    "SELECT 1 FROM registries_link l JOIN registries_collection c ON c.id = l.collection_id WHERE l.version_id = v.id "
    "AND l.deleted_at IS NULL AND c.deleted_at IS NULL AND c.registry_id IN (SELECT id FROM seen)"
)
VERSION_ACCESS = (
    f"CASE WHEN a.project_id IN (SELECT id FROM seen) THEN {OPEN} WHEN EXISTS ({LINK}) THEN {LINKED} ELSE {CLOSED} END"
)
RUN_ACCESS = f"CASE WHEN r.project_id IN (SELECT id FROM seen) THEN {OPEN} ELSE {CLOSED} END"
COMMITTED = "v.state = 'committed' AND a.deleted_at IS NULL"
VERSIONS = "artifacts_version v JOIN artifacts_artifact a ON a.id = v.artifact_id"
USES = "artifacts_runinput x JOIN projects_run r ON r.id = x.run_id"
INPUTS = "artifacts_runinput x JOIN artifacts_version v ON v.id = x.version_id JOIN artifacts_artifact a ON a.id = v.artifact_id"
STEPS = (
    Step(VERSION, "before", RUN, "r.id", "artifacts_version p JOIN projects_run r ON r.id = p.produced_by_id",
         "p.id = w.id AND r.deleted_at IS NULL"),
    Step(VERSION, "after", RUN, "r.id", USES, f"r.deleted_at IS NULL AND x.id IN (SELECT y.id FROM artifacts_runinput y "
         f"WHERE y.version_id = w.id ORDER BY y.id DESC LIMIT {FAN})"),
    Step(RUN, "before", VERSION, "v.id", INPUTS, f"{COMMITTED} AND x.id IN (SELECT y.id FROM artifacts_runinput y "
         f"WHERE y.run_id = w.id ORDER BY y.id DESC LIMIT {FAN})"),
    Step(RUN, "after", VERSION, "v.id", VERSIONS, f"{COMMITTED} AND v.id IN (SELECT y.id FROM artifacts_version y "
         f"WHERE y.produced_by_id = w.id ORDER BY y.id DESC LIMIT {FAN})"),
)  # fmt: skip


# Between nodes that were met. The order of the joins is said, since SQLite would take the edges of all that there are first.
EDGES = (
    "SELECT 'made' AS kind, v.produced_by_id AS id, 0 AS access, v.id AS other FROM near n CROSS JOIN artifacts_version v "
    "WHERE n.kind = 'version' AND v.id = n.id AND v.produced_by_id + 0 IN (SELECT id FROM near WHERE kind = 'run') UNION ALL "
    "SELECT 'used', x.run_id, 0, x.version_id FROM near n CROSS JOIN artifacts_runinput x "
    f"WHERE n.kind = 'run' AND x.run_id = n.id AND x.version_id + 0 IN (SELECT id FROM near WHERE kind = 'version') "
    f"LIMIT {MOST_EDGES}"
)


def walk(user: User, kind: str, ids: Sequence[int], *, direct: bool) -> Walk:
    """From the nodes of those ids to the nearest ones: one query. `direct` takes ancestors and descendants alone.

    An id that `user` may not see is there as a closed node, which leads nowhere.
    """
    if not ids:
        return Walk({}, [])
    seen, values = Container.objects.visible_to(user).values("pk").query.sql_with_params()
    ways = ("before", "after") if direct else ("both",)
    starts = " UNION ".join([_start(kind, way, len(ids)) for way in ways])
    statement = (
        f"WITH RECURSIVE seen(id) AS ({seen}), walk(kind, id, way, access) AS ({starts} UNION {_onward()}), near AS "
        f"(SELECT DISTINCT kind, id, access FROM (SELECT * FROM walk LIMIT {MOST_NODES}) nearest) "
        f"SELECT kind, id, access, NULL AS other FROM near UNION ALL SELECT * FROM ({EDGES}) edges"
    )
    met: dict[tuple[str, int], int] = {}
    edges = []
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *[*ids] * len(ways)])
        for what, id, access, other in cursor.fetchall():
            if what == "made":
                edges.append(((RUN, id), (VERSION, other)))
            elif what == "used":
                edges.append(((VERSION, other), (RUN, id)))
            else:
                met[what, id] = access
    return Walk(met, edges)


def _start(kind: str, way: str, count: int) -> str:
    marks = ", ".join(["%s"] * count)
    if kind == RUN:
        chosen = f"{RUN_ACCESS} FROM projects_run r WHERE r.deleted_at IS NULL AND r.id IN ({marks})"
        return f"SELECT 'run', r.id, '{way}', {chosen}"
    return f"SELECT 'version', v.id, '{way}', {VERSION_ACCESS} FROM {VERSIONS} WHERE {COMMITTED} AND v.id IN ({marks})"


def _onward() -> str:
    """The recursive part. SQLite takes one term for each step, and stops by itself; PostgreSQL takes one term, as it is read."""
    if connection.vendor == "sqlite":
        return " UNION ".join(step.select("walk w CROSS JOIN ") for step in STEPS) + f" LIMIT {MOST_NODES}"
    onward = " UNION ALL ".join(step.select() for step in STEPS)
    return f"SELECT n.kind, n.id, n.way, n.access FROM walk w CROSS JOIN LATERAL ({onward}) n"
