"""How a reader looks at a lineage, as the address says it, and the addresses of other looks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from artifacts.lineage.graph import Wish
from common.errors import InvalidInputError

DEPTHS = (1, 2, 3, 4, 5)
MOST = 50  # nodes that one may pull out, hide or follow
NODE = re.compile(r"(?:run|version)-\d{1,18}\Z")
BOX = re.compile(r"(?:run|version)-\d{1,18}(?:\.(?:before|after)\.\w{1,8})?\Z")


@dataclass(frozen=True)
class View:
    """`?mode=complete&depth=3&view=list&clusters=open&from=all&node=run-3&q=night&out=run-4&hide=run-5&more=run-6`.

    A step of `depth` leads from versions over a run to versions. What names a node that is not drawn has no effect.
    """

    direct: bool = True
    depth: int = 2
    is_list: bool = False
    clusters: bool = True
    everything: bool = False
    node: str = ""
    q: str = ""
    out: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> View:
        """From an address. Raises InvalidInputError."""
        node = query.get("node", "")
        return cls(
            direct=_one_of(query, "mode", ("direct", "complete")) == "direct",
            depth=int(_one_of(query, "depth", ("2", *map(str, DEPTHS)))),
            is_list=_one_of(query, "view", ("graph", "list")) == "list",
            clusters=_one_of(query, "clusters", ("closed", "open")) == "closed",
            everything=_one_of(query, "from", ("newest", "all")) == "all",
            node=node if BOX.match(node) else "",
            q=query.get("q", "").strip()[:128],
            out=_nodes(query.getlist("out")),
            hide=_nodes(query.getlist("hide")),
            more=_nodes(query.getlist("more")),
        )

    def wish(self, kind: str) -> Wish:
        """What is to be drawn around nodes of a kind; every depth ends at versions."""
        return Wish(
            direct=self.direct,
            reach=2 * self.depth - (kind == "run"),
            out=frozenset(self.out),
            hide=frozenset(self.hide),
            more=frozenset(self.more),
            clusters=self.clusters,
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What an address says of it, without what goes without saying."""
        single = {
            "mode": "" if self.direct else "complete",
            "depth": "" if self.depth == 2 else str(self.depth),
            "view": "list" if self.is_list else "",
            "clusters": "" if self.clusters else "open",
            "from": "all" if self.everything else "",
            "node": self.node,
            "q": self.q,
        }
        many = {"out": self.out, "hide": self.hide, "more": self.more}
        return [(name, value) for name, value in single.items() if value] + [
            (name, value) for name, values in many.items() for value in values
        ]

    def url(self, **changes: Any) -> str:
        """The address of a look that differs in `changes`, relative to the page."""
        return f"?{urlencode(replace(self, **changes).pairs)}"

    def adding(self, name: str, node: str) -> str:
        """The address of the look with one more node in `out`, `hide` or `more`."""
        return self.url(**{name: tuple(dict.fromkeys((*getattr(self, name), node)))[-MOST:]})


def _one_of(query: QueryDict, name: str, choices: tuple[str, ...]) -> str:
    """The chosen word, the first one where nothing was chosen. Raises InvalidInputError."""
    chosen = query.get(name) or choices[0]
    if chosen not in choices:
        raise InvalidInputError(
            _("'%(name)s' in this address is one of %(choices)s.")
            % {"name": name, "choices": ", ".join(sorted(set(choices)))}
        )
    return chosen


def _nodes(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for id in ids if NODE.match(id)))[:MOST]
