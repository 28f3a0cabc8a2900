"""What of a lineage is drawn around some of its nodes: the near ones, clusters where many hang on one, marks where it goes on.

Pure (F86, F88, F89, C20).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

RUN, VERSION = "run", "version"
BEFORE, AFTER = "before", "after"
SIDES = (BEFORE, AFTER)
CLUSTER = 5  # so many on one level become one
BESIDE = 8  # and above so many boxes beside each other, all of a kind do
MOST_BOXES = 200


@dataclass(frozen=True)
class Node:
    """A run or a version. `group` and `number` order the ones that may be clustered: an artifact and the index in it.

    A closed one is known to be there, and nothing more is known of it.
    """

    id: str
    kind: str
    group: str = ""
    number: int = 0
    is_open: bool = True


@dataclass(frozen=True)
class Graph:
    """Nodes by id, and for each the ids of its neighbours: what it was made from, and what was made of it."""

    nodes: Mapping[str, Node]
    near: Mapping[str, Mapping[str, Sequence[str]]]

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[tuple[str, str]]) -> Graph:
        """The graph of `edges`, each from what was there first, between known nodes."""
        known = {node.id: node for node in nodes}
        near: dict[str, dict[str, list[str]]] = {side: {} for side in SIDES}
        for source, target in dict.fromkeys(edges):
            if source in known and target in known and source != target:
                near[AFTER].setdefault(source, []).append(target)
                near[BEFORE].setdefault(target, []).append(source)
        return cls(known, near)

    def beside(self, node: str, side: str) -> Sequence[str]:
        """The neighbours of `node` on that side."""
        return self.near[side].get(node, ())


@dataclass(frozen=True)
class Wish:
    """What the reader asked for: ancestors and descendants alone, or all that is connected; how many edges far.

    `out` are pulled out of their clusters, `hide` left out with all that hangs on them alone, and from `more` it goes on
    for a step beyond `reach`. Without `clusters` every node is drawn by itself.
    """

    direct: bool = True
    reach: int = 4
    out: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    clusters: bool = True
    most: int = MOST_BOXES

    @property
    def looked_at(self) -> int:
        """How many edges far nodes can matter: one beyond the last that is drawn, for the mark that it goes on."""
        return self.reach + len(self.more) + 1


@dataclass(frozen=True)
class Box:
    """What is drawn: a node, a cluster of `members`, or something closed, which has none.

    `step` counts edges from the start, those to what was there before as negative.

    The closed neighbours of a node on one side are one box, so that not even their number is told.
    """

    id: str
    kind: str
    members: tuple[str, ...]
    step: int
    sides: tuple[str, ...] = SIDES

    @property
    def is_closed(self) -> bool:
        """Whether the reader may know no more than that there is something."""
        return not self.members

    @property
    def is_cluster(self) -> bool:
        """Whether it stands for several nodes."""
        return len(self.members) > 1


@dataclass(frozen=True)
class Mark:
    """`count` neighbours of a box that are not drawn."""

    box: str
    side: str
    count: int


@dataclass(frozen=True)
class Picture:
    """The boxes by id, the nearest first, with edges between them; `is_full` when there were more than may be drawn."""

    boxes: Mapping[str, Box]
    edges: Sequence[tuple[str, str]]
    marks: Sequence[Mark]
    box_of: Mapping[str, str]
    is_full: bool = False

    def beside(self, box: str, side: str) -> list[Box]:
        """The boxes before or after one."""
        here, there = (1, 0) if side == BEFORE else (0, 1)
        return [self.boxes[edge[there]] for edge in self.edges if edge[here] == box]


def reached(graph: Graph, starts: Iterable[str], wish: Wish) -> set[str]:
    """The nodes that may be drawn around `starts`, however they are clustered: those whose names one needs to know."""
    found = {start for start in starts if start in graph.nodes}
    waiting = deque((start, side, 0) for start in found for side in SIDES)
    followed: set[tuple[str, str]] = set()
    while waiting:
        node, side, step = waiting.popleft()
        if (node, side) in followed or not graph.nodes[node].is_open or (step >= wish.reach and node not in wish.more):
            continue
        followed.add((node, side))
        for near in graph.beside(node, side):
            found.add(near)
            waiting.extend((near, each, step + 1) for each in ((side,) if wish.direct else SIDES))
    return found


def draw(graph: Graph, starts: Iterable[str], wish: Wish) -> Picture:
    """The picture around `starts`, breadth first."""
    pen = _Pen(graph, wish)
    for start in starts:
        if start in graph.nodes and graph.nodes[start].is_open and len(pen.boxes) < wish.most:
            pen.put(start, graph.nodes[start].kind, (start,), SIDES)
    while pen.waiting:
        pen.follow(*pen.waiting.popleft())
    return pen.picture()


@dataclass
class _Pen:
    """The state of one drawing."""

    graph: Graph
    wish: Wish
    boxes: dict[str, Box] = field(default_factory=dict)
    box_of: dict[str, str] = field(default_factory=dict)
    closed: list[tuple[str, str]] = field(default_factory=list)
    waiting: deque[tuple[str, str, int, int]] = field(default_factory=deque)
    followed: set[tuple[str, str]] = field(default_factory=set)
    is_full: bool = False

    def put(
        self, id: str, kind: str, members: tuple[str, ...], sides: tuple[str, ...], step: int = 0, far: int = 0
    ) -> None:
        """Draw a box, and go on from it if it is a single node."""
        self.boxes[id] = Box(id, kind, members, step, sides)
        self.box_of.update(dict.fromkeys(members, id))
        if len(members) == 1:
            self.waiting.extend((members[0], side, step, far) for side in sides)

    def follow(self, node: str, side: str, step: int, far: int) -> None:
        """Draw the neighbours of `node` on one side, which is `far` edges from the start."""
        if (node, side) in self.followed or (far >= self.wish.reach and node not in self.wish.more):
            return
        self.followed.add((node, side))
        step, far = step + (1 if side == AFTER else -1), far + 1
        sides = (side,) if self.wish.direct else SIDES
        fresh, hidden = [], set()
        for near in (self.graph.nodes[id] for id in self.graph.beside(node, side) if id not in self.wish.hide):
            if not near.is_open:
                hidden.add(near.kind)
            elif near.id not in self.box_of:
                fresh.append(near)
            elif self.box_of[near.id] == near.id:  # met again on another way, which may lead on where the first did not
                self.waiting.extend((near.id, each, step, far) for each in sides)
        for number, members in enumerate(self._gathered(fresh)):
            if len(self.boxes) >= self.wish.most:
                self.is_full = True
                return
            ids = tuple(member.id for member in members)
            self.put(ids[0] if len(ids) == 1 else f"{node}.{side}.{number}", members[0].kind, ids, sides, step, far)
        for kind in sorted(hidden):
            stub = f"{node}.{side}.{kind}"
            self.boxes[stub] = Box(stub, kind, (), step, sides)
            self.closed.append((node, stub) if side == AFTER else (stub, node))

    def _gathered(self, fresh: list[Node]) -> Iterator[list[Node]]:
        """The neighbours of one side, the many of a kind together: those of one group first, then the rest."""
        fresh = sorted(fresh, key=lambda node: (node.kind, node.group, node.number, node.id))
        if not self.wish.clusters:
            yield from ([node] for node in fresh)
            return
        yield from ([node] for node in fresh if node.id in self.wish.out)
        for _, same in groupby((node for node in fresh if node.id not in self.wish.out), lambda node: node.kind):
            groups = [list(members) for _, members in groupby(same, lambda node: node.group)]
            many = [members for members in groups if len(members) >= CLUSTER]
            rest = [node for members in groups if len(members) < CLUSTER for node in members]
            few = [rest] if len(rest) >= CLUSTER else [[node] for node in rest]
            if len(many) + len(few) > BESIDE:
                many, few = [], [[node for members in groups for node in members]]
            yield from (*many, *few)

    def picture(self) -> Picture:
        """What was drawn, with all edges between it and the marks where it goes on."""
        edges: dict[tuple[str, str], None] = {}
        for node, box in self.box_of.items():
            for after in self.graph.beside(node, AFTER):
                if after in self.box_of:
                    edges[box, self.box_of[after]] = None
        edges.update(dict.fromkeys(self.closed))
        return Picture(self.boxes, list(edges), list(self._marks()), self.box_of, self.is_full)

    def _marks(self) -> Iterator[Mark]:
        for box in self.boxes.values():
            for side in box.sides if len(box.members) == 1 else ():
                beyond = self.graph.beside(box.id, side)
                count = sum(
                    self.graph.nodes[id].is_open and id not in self.box_of and id not in self.wish.hide for id in beyond
                )
                if count:
                    yield Mark(box.id, side, count)
