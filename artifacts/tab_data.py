"""The tabs of a version's page as data, for programs: what `…/v3/metrics.json` and `.csv` give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from artifacts.histories import history_data
from artifacts.listing import Node
from artifacts.places import Place
from artifacts.usage_tab import usage_data
from common.data import PageData

Context = dict[str, Any]


def overview_data(place: Place, context: Context) -> PageData:
    """What the version is; sizes in bytes, times ISO 8601 in UTC."""
    version = place.version
    facts = {
        "name": place.full_name,
        "version": place.label,
        "aliases": [alias.name for alias in place.aliases],
        "tags": context["tags"],
        "type": version.artifact.type,
        "description": version.description,
        "digest": version.digest,
        "size": version.size,
        "file_count": version.file_count,
        "created_at": version.created_at.isoformat(),
        "ttl_seconds": place.lifetime.seconds or None,
        "run": context["run"].name if context["run"] else None,
        "source": place.source_url if place.project else None,
    }
    return PageData("version", facts)


def metrics_data(place: Place, context: Context) -> PageData:
    """A row for each metric: its value, the base's, and what the difference says."""
    base = context["base"]
    rows = [
        {
            "metric": row.key,
            "value": row.value,
            "base": row.base,
            "difference": row.change,
            "relative_percent": row.relative,
            "verdict": row.verdict,
            "higher_is_better": row.higher_is_better,
        }
        for row in context["differences"]
    ]
    columns = ("metric", "value", "base", "difference", "relative_percent", "verdict", "higher_is_better")
    facts = {"version": place.label, "against": base.label if base else None}
    return PageData("metrics", facts, rows, columns)


def metadata_data(place: Place, context: Context) -> PageData:
    """All of it as it was logged; the configuration is null where the run is not to be seen."""
    run = context["run"]
    facts = {"version": place.label, "metadata": place.version.metadata, "config": run.config if run else None}
    return PageData("metadata", facts)


def files_data(place: Place, context: Context) -> PageData:
    """What the tree shows, a row for each file; of many files one folder, whose folders end in a slash, and `next`."""
    listing = context["listing"]
    rows = [{"path": path, "size": node.size, "reference": node.reference or None} for path, node in _lines(listing)]
    facts = {"version": place.label, "folder": listing.folder, "next": listing.next}
    return PageData("files", facts, rows, ("path", "size", "reference"))


def _lines(listing: Any) -> Iterator[tuple[str, Node]]:
    waiting: list[Node] = listing.nodes[::-1]
    while waiting:
        node = waiting.pop()
        waiting += node.children[::-1]
        if not node.is_folder:
            yield node.path, node
        elif not node.children:
            yield f"{node.path}/", node


DATA: dict[str, Callable[[Place, Context], PageData]] = {
    "": overview_data,
    "metrics": metrics_data,
    "metadata": metadata_data,
    "usage": usage_data,
    "files": files_data,
    "history": lambda place, context: history_data(context),
}


def data_of(tab: str, place: Place, context: Context) -> Callable[[], PageData] | None:
    """What `render_page` takes to give the tab as data; None for a tab that has none."""
    make = DATA.get(tab)
    return (lambda: make(place, context)) if make else None
