"""What each tab of a version's page shows, by whichever path the version is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import QueryDict

from access.models import User
from artifacts import feed, file_tab, usage_tab
from artifacts.histories import history_context, history_page
from artifacts.lineage.consumers import count_consumers
from artifacts.metrics_tab import base_of, differences, metrics
from artifacts.places import Place
from artifacts.snippets import snippets
from artifacts.tree import metadata_tree
from artifacts.undoing import undoable

SHOWN_METRICS = 8

Context = dict[str, Any]


def head(place: Place, tab: str) -> Context:
    """What every tab shows: name, chips, switcher. Four queries with finding the place, the shell's apart."""
    return {
        "place": place,
        "tab": tab,
        "tags": [tag.name for tag in place.version.tags.all()],
        "run": place.version.produced_by if place.project else None,
        "crumbs": place.crumbs,
    }


def overview(place: Place, user: User, query: QueryDict, base_url: str) -> Context:
    """Description, facts, and the first metrics against a base."""
    base = base_of(place, query)
    rows = differences(place, base)
    return {
        "base": base,
        "differences": rows[:SHOWN_METRICS],
        "is_cut": len(rows) > SHOWN_METRICS,
        "links": list(_links(place, user)),
        "consumers": count_consumers(user, place.version),
        "snippets": snippets(place, base_url)[:1],
    }


def metadata(place: Place, user: User, query: QueryDict, base_url: str) -> Context:
    """What was written about the version, and the configuration of its run where the reader may see that."""
    words = query.get("q", "").strip()
    run = place.version.produced_by if place.project else None
    return {
        "q": words,
        "metadata": metadata_tree(place.version.metadata, words),
        "config": metadata_tree(run.config, words) if run else None,
    }


def history(place: Place, user: User, query: QueryDict, base_url: str) -> Context:
    """What happened to the version, newest first."""
    events = feed.version_events(user, place.version.pk, place.row.pk if place.is_link else None)
    asked, page = history_page(events, query)
    left = undoable(user, place.container, page.items)
    names = [] if place.series.protected is None else place.series.protected
    return history_context(asked, page, undoable=left, guarded={(place.container.pk, name) for name in names})


TABS: dict[str, Callable[[Place, User, QueryDict, str], Context]] = {
    "metrics": metrics,
    "metadata": metadata,
    "usage": usage_tab.usage,
    "files": file_tab.files,
    "history": history,
}


def _links(place: Place, user: User) -> Any:
    """The links of the version that the reader sees, with what their addresses need (F48)."""
    links = place.version.links.visible_to(user)  # one layer up: by the reverse relation
    if place.is_link:
        links = links.exclude(pk=place.row.pk)
    return links.select_related("collection__registry__organization").order_by("-pk")[:20]
