"""What the met runs and versions are called, and where they lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery

from artifacts.lineage.graph import RUN, VERSION, Graph, Node
from artifacts.lineage.walk import CLOSED, LINKED, OPEN, Walk
from artifacts.models import Version, VersionAlias
from artifacts.services.aliases import LATEST
from common.addresses import address
from projects.models import Run

NodeId = tuple[str, int]


@dataclass(frozen=True)
class Face:
    """What a node shows: `version-7` is `net`, `v3`, of the type `model`; `run-3` is `brave-fox-3` with its job type.

    `aliases` are pairs of a name and whether it is protected; `more` is how many there are besides. `row` holds the facts
    for those who look closer.
    """

    id: str
    kind: str
    name: str
    type: str
    url: str
    label: str = ""
    aliases: tuple[tuple[str, bool], ...] = ()
    more: int = 0
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """`net:v3`, or the run's name."""
        return f"{self.name}:{self.label}" if self.label else self.name


def node_id(node: NodeId) -> str:
    """`run-3`: how a node is named in addresses."""
    return f"{node[0]}-{node[1]}"


def run_faces(walk: Walk) -> dict[str, Face]:
    """The faces of the runs that may be seen: one query."""
    rows = Run.objects.filter(pk__in=walk.ids(RUN, OPEN)).values(
        "pk", "name", "display_name", "job_type", "state", "created_at", "finished_at", "heartbeat_at", "preempting",
        "project__name", "project__namespace__name", "user__username", "user__full_name",
    )  # fmt: skip
    found = {}
    for row in rows:
        names = [row["project__namespace__name"], row["project__name"], row["name"]]
        id = node_id((RUN, row["pk"]))
        found[id] = Face(
            id, RUN, row["display_name"] or row["name"], row["job_type"], address("projects:run", *names), row=row
        )
    return found


def version_rows(walk: Walk) -> list[Mapping[str, Any]]:
    """What is known of the versions that may be seen, with `latest` and one other alias of each: one query."""
    every = VersionAlias.objects.filter(version=OuterRef("pk"))
    names = every.exclude(name=LATEST)
    counted = names.order_by().values("version").annotate(total=Count("pk")).values("total")
    rows = Version.objects.filter(pk__in=walk.ids(VERSION, OPEN, LINKED)).values(
        "pk", "index", "artifact", "artifact__name", "artifact__type", "artifact__project__name", "digest", "size", "file_count",
        "artifact__project__namespace__name", "created_at", "created_by__username", "created_by__full_name",
        is_latest=Exists(every.filter(name=LATEST)),
        alias=Subquery(names.order_by("pk").values("name")[:1]),
        alias_count=Subquery(counted, output_field=IntegerField()),
    )  # fmt: skip
    return list(rows)


def source_face(row: Mapping[str, Any]) -> Face:
    """A version as its project shows it."""
    names = [row[key] for key in SOURCE]
    label = f"v{row['index']}"
    return Face(
        node_id((VERSION, row["pk"])),
        VERSION,
        row["artifact__name"],
        row["artifact__type"],
        address("artifacts:version", *names, label),
        label,
        tuple((name, False) for name in (row["alias"], LATEST if row["is_latest"] else "") if name),
        max(0, (row["alias_count"] or 0) - 1),
        row,
    )


SOURCE = ("artifact__project__namespace__name", "artifact__project__name", "artifact__type", "artifact__name")


def bare_graph(walk: Walk) -> Graph:
    """The graph without names: enough to tell what is near."""
    nodes = [Node(node_id(met), met[0], is_open=access != CLOSED) for met, access in walk.met.items()]
    return Graph.of(nodes, ((node_id(one), node_id(other)) for one, other in walk.edges))


def named_graph(graph: Graph, near: set[str], faces: Mapping[str, Face]) -> Graph:
    """The graph in which those that are near can be gathered by what they are called; what has no face any more is closed."""
    named = {id: _named(graph.nodes[id], faces.get(id)) for id in near}
    return replace(graph, nodes={**graph.nodes, **named})


def _named(node: Node, face: Face | None) -> Node:
    if face is None:
        return replace(node, is_open=False)
    number = int(face.label[1:]) if face.label else int(face.row["pk"])
    return replace(node, group=face.name if node.kind == VERSION else face.type, number=number)
