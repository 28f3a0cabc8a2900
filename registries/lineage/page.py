"""What a page of lineage shows: the drawing or the list, and one node looked at closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import QueryDict

from access.models import User
from artifacts.lineage.drawing import MONO, NAME, NARROW, SMALL, Drawing, Shape, fit, lay_out, text_width
from artifacts.lineage.graph import AFTER, BEFORE, VERSION, Box, Graph, Picture, draw, reached
from artifacts.lineage.nodes import Face, bare_graph, named_graph, node_id, run_faces, version_rows
from artifacts.lineage.view import DEPTHS, View
from artifacts.lineage.walk import walk
from common.data import PageData
from projects.models import Run
from registries.lineage.links import Placed, links_of, version_faces

MEMBERS = 100  # of a cluster, listed
LINKS = 5  # of a version, named
COLUMNS = ("step", "kind", "name", "version", "type", "aliases", "members", "url", "id")


@dataclass(frozen=True)
class Start:
    """Where a lineage begins: nodes of one kind by their ids; `collection` is that by which the reader came to them."""

    kind: str
    ids: Sequence[int]
    collection: int | None = None


@dataclass(frozen=True)
class Item:
    """A box with what it shows: one face, those of a cluster's members, or none where it is closed. `url` looks at it."""

    box: Box
    faces: Sequence[Face]
    url: str
    is_start: bool
    is_chosen: bool
    shape: Shape | None = None

    @property
    def face(self) -> Face | None:
        """The one node that it is."""
        return self.faces[0] if len(self.faces) == 1 else None

    @property
    def group(self) -> str:
        """What all members of a cluster have in common: their artifact, or their job type."""
        names = {face.name if face.kind == VERSION else face.type for face in self.faces}
        return names.pop() if len(names) == 1 else ""

    @property
    def span(self) -> str:
        """`v3 … v9`."""
        labels = [face.label for face in self.faces if face.label]
        return f"{labels[0]} … {labels[-1]}" if self.group and labels else ""

    @property
    def type(self) -> str:
        """The type of the version or versions, the job type of the run or runs."""
        types = {face.type for face in self.faces}
        return types.pop() if len(types) == 1 else ""

    # -- As much of the texts as the drawing has room for ------------------------------------------------------------------

    @property
    def short_name(self) -> str:
        """In the box, or below the circle."""
        face = self.face
        return fit(face.name if face else self.group, NAME, NARROW)

    @property
    def short_type(self) -> str:
        """Above it."""
        return fit(self.type, NAME, SMALL)

    @cached_property
    def pill(self) -> tuple[str, float, bool] | None:
        """An alias beside the number: its text, its width and whether it is protected; None without one, or without room."""
        face = self.face
        if not face or not face.aliases:
            return None
        name, is_protected = face.aliases[0]
        others = len(face.aliases) - 1 + face.more
        tail = f" +{others}" if others else ""
        text = (
            fit(name, 110 - len(face.label) * MONO - text_width(tail, SMALL) - (14 if is_protected else 0), SMALL)
            + tail
        )
        return text, round(text_width(text, SMALL) + 12 + (14 if is_protected else 0), 1), is_protected

    @property
    def pill_at(self) -> float:
        """Where it begins, counted from the middle of the box."""
        return round(len(self.face.label if self.face else "") * MONO - 58, 1)

    @property
    def back(self) -> int:
        """How many edges it lies before the start."""
        return -self.box.step


@dataclass(frozen=True)
class Panel:
    """One node, or a cluster, looked at closely, with its neighbours as they are drawn."""

    item: Item
    producers: Sequence[Item] = ()
    before: Sequence[Item] = ()
    after: Sequence[Item] = ()
    links: Sequence[Placed] = ()
    cluster: Item | None = None
    members: Sequence[Face] = ()
    found: int = 0
    out_url: str = ""
    hide_url: str = ""

    @property
    def before_count(self) -> int:
        """How many nodes are drawn before it, those in clusters counted one by one."""
        return sum(len(item.faces) for item in self.before)

    @property
    def after_count(self) -> int:
        """How many nodes are drawn after it."""
        return sum(len(item.faces) for item in self.after)

    @property
    def state(self) -> str:
        """The state of a run as of now."""
        row = self.item.faces[0].row
        return Run(**{name: row[name] for name in ("state", "heartbeat_at", "preempting")}).current_state


@dataclass(frozen=True)
class Lineage:
    """A lineage as `view` asks for it. `series` says that the reader may choose between the newest version and all."""

    view: View
    start: Start
    graph: Graph
    picture: Picture
    faces: dict[str, Face]
    links: dict[int, list[Placed]]
    is_cut: bool
    series: bool = False

    @cached_property
    def starts(self) -> set[str]:
        """The ids of the nodes that it is about."""
        return {node_id((self.start.kind, id)) for id in self.start.ids}

    @cached_property
    def chosen(self) -> str:
        """The id of the box that is looked at: what the address names, if that is drawn, else the first one of the start."""
        named = self.view.node
        return self.picture.box_of.get(named, named) if self._is_drawn(named) else next(iter(self.picture.boxes), "")

    def _is_drawn(self, id: str) -> bool:
        box = self.picture.boxes.get(id)
        return id in self.picture.box_of or bool(box and not box.is_closed)

    @cached_property
    def drawing(self) -> Drawing:
        """Where everything lies."""
        return lay_out(self.picture)

    @cached_property
    def items(self) -> list[Item]:
        """All boxes in the order in which they are drawn and read: from left to right."""
        return [self.item(shape.box, shape) for shape in self.drawing.shapes]

    @cached_property
    def rows(self) -> list[tuple[Item, list[Item], list[Item]]]:
        """All boxes for the list: from the earliest to the latest, each with what comes before and after it."""
        boxes = sorted(self.picture.boxes.values(), key=lambda box: box.step)
        return [(self.item(box), self.beside(box.id, BEFORE), self.beside(box.id, AFTER)) for box in boxes]

    def item(self, box: Box, shape: Shape | None = None) -> Item:
        """A box with its faces."""
        faces = [self.faces[id] for id in box.members]
        url = self.view.url(node=box.id, q="")
        return Item(box, faces, url, box.id in self.starts, box.id == self.chosen, shape)

    def beside(self, box: str, side: str) -> list[Item]:
        """What is drawn before or after a box."""
        return [self.item(other) for other in self.picture.beside(box, side)]

    @cached_property
    def marks(self) -> list[tuple[Any, str, Face]]:
        """Each mark with the address that goes on from there, and its node."""
        return [
            (more, self.view.adding("more", more.mark.box), self.faces[more.mark.box]) for more in self.drawing.marks
        ]

    @cached_property
    def panel(self) -> Panel | None:
        """What is looked at; None where nothing is drawn."""
        box, named = self.picture.boxes.get(self.chosen), self.view.node
        if box is None:
            return None
        item = self.item(box)
        if box.is_cluster and named not in box.members:
            words = self.view.q.casefold()
            found = [face for face in item.faces if words in f"{face.title} {face.type}".casefold()]
            return Panel(item, cluster=item, members=found[:MEMBERS], found=len(found))
        id = named if box.is_cluster else box.members[0]
        face = self.faces[id]
        looked = Item(box, [face], self.view.url(node=id), id in self.starts, True)
        before, after = self._around(id, BEFORE), self._around(id, AFTER)
        producers: list[Item] = []
        if face.kind == VERSION:
            producers, makers = before, [item.box.id for item in before if not item.box.is_closed]
            before = list({item.box.id: item for maker in makers for item in self.beside(maker, BEFORE)}.values())
        return Panel(
            looked, producers, before, after,
            links=self.links.get(face.row["pk"], [])[:LINKS] if face.kind == VERSION else (),
            cluster=item if box.is_cluster else None,
            out_url=self.view.adding("out", id),
            hide_url=replace(self.view, node="").adding("hide", id),
        )  # fmt: skip

    @property
    def members(self) -> list[tuple[Face, str, str]]:
        """The members of the chosen cluster, each with the address that looks at it and the one that pulls it out."""
        view, panel = replace(self.view, q=""), self.panel
        chosen = panel.members if panel else ()
        return [(face, view.url(node=face.id), replace(view, node=face.id).adding("out", face.id)) for face in chosen]

    def _around(self, id: str, side: str) -> list[Item]:
        """The boxes with which a node has edges: a member of a cluster has not all those of the cluster."""
        near = {self.picture.box_of[other] for other in self.graph.beside(id, side) if other in self.picture.box_of}
        return [
            item for item in self.beside(self.picture.box_of[id], side) if item.box.id in near or item.box.is_closed
        ]

    # -- Other looks -------------------------------------------------------------------------------------------------------

    @cached_property
    def urls(self) -> dict[str, Any]:
        """The addresses of other looks at the same."""
        view = self.view
        return {
            "here": view.url(),
            "direct": view.url(direct=True),
            "complete": view.url(direct=False),
            "depths": [(depth, view.url(depth=depth), depth == view.depth) for depth in DEPTHS],
            "graph": view.url(is_list=False),
            "list": view.url(is_list=True),
            "open": view.url(clusters=False),
            "closed": view.url(clusters=True),
            "newest": view.url(everything=False, node=""),
            "all": view.url(everything=True, node=""),
            "show": view.url(hide=()),
            "together": view.url(out=(), more=()),
        }

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search in a cluster keeps of the address."""
        return replace(self.view, q="", node=self.chosen).pairs

    @property
    def has_clusters(self) -> bool:
        """Whether anything is gathered."""
        return any(box.is_cluster for box in self.picture.boxes.values())

    @property
    def is_short(self) -> bool:
        """Whether there is or may be more."""
        return self.is_cut or self.picture.is_full

    # -- For programs ------------------------------------------------------------------------------------------------------

    def data(self, name: str = "lineage") -> PageData:
        """Nodes as rows, edges as pairs of their ids. What is closed has neither name nor address."""
        facts = {
            "edges": [{"from": a, "to": b} for a, b in self.picture.edges],
            "is_cut": self.is_cut or self.picture.is_full,
        }
        return PageData(name, facts, [self._node(item) for item, _, _ in self.rows], COLUMNS)

    def _node(self, item: Item) -> dict[str, Any]:
        face = item.face
        kind = item.box.kind
        node = {"id": item.box.id, "step": item.box.step, "kind": "no access" if item.box.is_closed else kind}
        if face:
            aliases = [name for name, _ in face.aliases]
            return node | {
                "name": face.name,
                "version": face.label or None,
                "type": face.type,
                "aliases": aliases,
                "url": face.url,
            }
        return node | (
            {"name": item.group or None, "type": item.type or None, "members": [f.title for f in item.faces]}
            if item.faces
            else {}
        )


def around(user: User, start: Start, query: QueryDict, *, series: bool = False) -> Lineage:
    """The lineage around `start`, as `query` asks for it and as `user` may see it: four queries. Raises InvalidInputError."""
    view = View.read(query)
    wish, starts = view.wish(start.kind), [node_id((start.kind, id)) for id in start.ids]
    found = walk(user, start.kind, start.ids, direct=view.direct, reach=wish.looked_at)
    bare = bare_graph(found)
    near = reached(bare, starts, wish)
    shown = found.only({met for met in found.met if node_id(met) in near})
    links = links_of(user, shown)
    faces = run_faces(shown) | version_faces(shown, version_rows(shown), links, start.collection)
    graph = named_graph(bare, near, faces)
    return Lineage(view, start, graph, draw(graph, starts, wish), faces, links, found.is_cut, series)
