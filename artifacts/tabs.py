"""What each tab of a version's page shows, by whichever path the version is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.http import QueryDict

from access.models import User
from artifacts import feed, file_tab, usage_tab
from artifacts.comparison import Difference, compare, directions
from artifacts.histories import history_context, history_page
from artifacts.models import VersionMetric
from artifacts.places import Place, reference_filter
from artifacts.snippets import snippets
from artifacts.tree import metadata_tree
from artifacts.undoing import undoable
from projects.curves import AXES, View, chart
from projects.models import Run
from projects.pages import value_rows
from projects.services.history import curves, numeric_keys
from projects.values import display_order

SHOWN_METRICS = 8
CURVES = 12
MAX_METRICS = 1000

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
    base = _base(place, query)
    rows = _differences(place, base)
    return {
        "base": base,
        "differences": rows[:SHOWN_METRICS],
        "is_cut": len(rows) > SHOWN_METRICS,
        "links": list(_links(place, user)),
        "snippets": snippets(place, base_url)[:1],
    }


def metrics(place: Place, user: User, query: QueryDict, base_url: str) -> Context:
    """All values at logging time against a base that the reader chooses, and what their runs logged before and after."""
    base = _base(place, query)
    rows = _differences(place, base)
    only = "differences" in query
    return _runs(place, base, user, View.read(query)) | {
        "base": base,
        "differences": [row for row in rows if row.change != 0] if only else rows,
        "only": only,
        "all": len(rows),
    }


def _runs(place: Place, base: Any, user: User, view: View) -> Context:
    """The summary of the producing run, and its first curves laid over those of the base's run, where they are visible."""
    versions = {place.label: place.version.pk} | ({base.label: _version_id(place, base)} if base else {})
    produced = Run.objects.visible_to(user).filter(outputs__in=versions.values()).annotate(output=F("outputs"))
    runs = {run.output: run for run in produced.defer("config", "client_info", "notes")}  # type: ignore[attr-defined]
    own = runs.get(place.version.pk)
    keys = display_order(numeric_keys(own))[:CURVES] if own else []
    drawn = {label: curves(runs[pk], keys, axis=view.axis) for label, pk in versions.items() if pk in runs and keys}
    lines = {key: {label: of[key] for label, of in drawn.items() if key in of} for key in keys}
    return {
        "view": view,
        "axes": AXES,
        "charts": [chart(f"chart-{i}", key, lines[key], view) for i, key in enumerate(keys) if lines[key]],
        "summary": value_rows(own.summary) if own else None,
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
    return history_context(asked, page, undoable=undoable(user, place.container, page.items))


TABS: dict[str, Callable[[Place, User, QueryDict, str], Context]] = {
    "metrics": metrics,
    "metadata": metadata,
    "usage": usage_tab.usage,
    "files": file_tab.files,
    "history": history,
}


def _base(place: Place, query: QueryDict) -> Any:
    """The row to compare with: `?against=v3` or `@alias`, else the newest other with an alias of its own, else the one before."""
    wanted = query.get("against", "")
    if wanted:
        rows = place.series.rows.prefetch_related(place.series.with_aliases)
        return rows.filter(**reference_filter(wanted)).first()
    others = [row for row in place.neighbours if row.pk != place.row.pk]
    named = [row for row in others if any(alias.name != "latest" for alias in row.aliases.all())]
    older = [row for row in others if row.index < place.row.index]
    return next(iter([*named, *older]), None)


def _version_id(place: Place, row: Any) -> int:
    return int(row.version_id if place.is_link else row.pk)


def _differences(place: Place, base: Any) -> list[Difference]:
    ours = place.version.pk
    theirs = _version_id(place, base) if base else None
    values: dict[int, dict[str, float]] = {ours: {}}
    rows = VersionMetric.objects.filter(version__in=[pk for pk in (ours, theirs) if pk]).order_by("key")
    for version_id, key, value in rows.values_list("version", "key", "value")[: 2 * MAX_METRICS]:
        values.setdefault(version_id, {})[key] = value
    known = {**directions(place.definitions), **place.series.directions}
    return compare(values[ours], values.get(theirs or 0, {}), known)


def _links(place: Place, user: User) -> Any:
    """The links of the version that the reader sees, with what their addresses need (F48)."""
    links = place.version.links.visible_to(user)  # one layer up: by the reverse relation
    if place.is_link:
        links = links.exclude(pk=place.row.pk)
    return links.select_related("collection__registry__organization").order_by("-pk")[:20]
