"""What an address asks to be compared, and how. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from artifacts.reading import LABEL
from common.names import fold

FEWEST, MOST = 2, 10
SECTIONS = ("all", "metrics", "histories", "metadata", "files", "inputs")
CHOOSE = "choose"  # not the comparison, but the list to choose from
CHARTS = ("parallel", "bar", "line", "scatter")
KEPT = ("axis", "log", "smooth")  # how curves are looked at: projects.curves.View
MAX_TEXT = 500
MAX_READ = 200  # names of versions read from one address


@dataclass(frozen=True)
class Reference:
    """A version by number or alias; with `registry` and `collection`, one of another collection of the organization."""

    number: int | None = None
    alias: str = ""
    registry: str = ""
    collection: str = ""

    @classmethod
    def parse(cls, text: str) -> Reference | None:
        """From `3`, `v3`, `@alias`, `<registry>/<collection>:v7` or `<registry>/<collection>:alias`; None for anything else."""
        shelf, colon, name = text.rpartition(":")
        registry, _, collection = shelf.partition("/")
        if colon and not (registry and collection and "/" not in collection):
            return None
        label = LABEL.match(name) or LABEL.match(f"v{name}")
        if label:
            return cls(number=int(label[1]), registry=registry, collection=collection)
        alias = name.removeprefix("@")
        if not alias or not (colon or name.startswith("@")):
            return None
        return cls(alias=alias, registry=registry, collection=collection)

    @property
    def is_elsewhere(self) -> bool:
        """Whether it names a collection of its own."""
        return bool(self.collection)

    @property
    def place(self) -> tuple[str, str]:
        """The keys of registry and collection; empty ones for the page's own series."""
        return fold(self.registry), fold(self.collection)

    def __str__(self) -> str:
        name = f"v{self.number}" if self.number is not None else self.alias
        if self.is_elsewhere:
            return f"{self.registry}/{self.collection}:{name}"
        return name if self.number is not None else f"@{name}"


@dataclass(frozen=True)
class Selection:
    """`references` are each there once, in order; `wrong` are texts that name nothing. Empty texts leave it to the page."""

    references: tuple[Reference, ...] = ()
    wrong: tuple[str, ...] = ()
    base: str = ""
    other: str = ""
    section: str = "all"
    only: bool = False
    chart: str = ""
    x: str = ""
    y: str = ""
    file: str = ""
    start: int = 0
    kept: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict) -> Selection:
        """From `?v=3&v=@best&base=v3&only=1&section=files&to=v7&file=config.json`; what is odd but in `v` counts as absent."""
        asked = [text for raw in query.getlist("v")[:MAX_READ] if (text := raw.strip()[:MAX_TEXT])]
        parsed = {text: Reference.parse(text) for text in asked}
        start = query.get("start", "")
        return cls(
            references=tuple(dict.fromkeys(found for found in parsed.values() if found)),
            wrong=tuple(text for text, found in parsed.items() if found is None),
            base=query.get("base", "").strip()[:MAX_TEXT],
            other=query.get("to", "").strip()[:MAX_TEXT],
            section=_one_of(query.get("section", ""), (*SECTIONS, CHOOSE)) or SECTIONS[0],
            only=query.get("only") == "1",
            chart=_one_of(query.get("chart", ""), CHARTS),
            x=query.get("x", "")[:MAX_TEXT],
            y=query.get("y", "")[:MAX_TEXT],
            file=query.get("file", ""),
            start=int(start) if start.isascii() and start.isdecimal() and len(start) < 8 else 0,
            kept={name: text for name in KEPT if (text := query.get(name, ""))},
        )


def _one_of(text: str, known: tuple[str, ...]) -> str:
    return text if text in known else ""


@dataclass(frozen=True)
class Address:
    """The page's own address with `state`: parameters by name, lists for those that come several times."""

    path: str
    state: dict[str, Any]

    def __call__(self, **changes: Any) -> str:
        """The address with some parameters changed; what is None, False or empty is left out."""
        state = {name: value for name, value in {**self.state, **changes}.items() if value}
        return f"{self.path}?{urlencode(state, doseq=True)}" if state else self.path

    def pairs(self) -> list[tuple[str, str]]:
        """What a form sends along, besides the fields of its own."""
        pairs = ((name, value) for name, value in self.state.items() if value)
        return [(name, str(one)) for name, value in pairs for one in (value if isinstance(value, list) else [value])]
