"""The tabs of a run's page: what each shows, ready for its template."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from access.models import Namespace, User
from access.policy import can
from access.roles import Action
from common.data import PageData
from common.formatting import python_text
from common.pagination import Page, whole
from common.sheets.names import is_sheet
from projects import console as console_lines
from projects import queries, run_table, values
from projects.curves import AXES, View, chart
from projects.edges import edges
from projects.models import HistoryChunk, Project, Run
from projects.services import history

Context = dict[str, Any]
CHARTS = 24
MAX_VALUES = 500
MAX_TEXT = 300


def project_crumbs(project: Project) -> list[tuple[str, str]]:
    """From the entity to the project."""
    entity = project.namespace.name
    return [
        (entity, reverse("projects:entity", args=[entity])),
        (project.name, reverse("projects:project", args=[entity, project.name])),
    ]


def first_run(base: str, namespace: Namespace | None, project: str) -> str:
    """Shell lines that log a first run when they are pasted; only the key is to be filled in."""
    entity = f', entity="{namespace.name}"' if namespace and namespace.kind != Namespace.Kind.ORGANIZATION else ""
    return (
        f"export WANDB_BASE_URL={base}\nexport WANDB_API_KEY='<your key>'\npip install wandb\npython3 - <<'END'\nimport wandb\n\n"
        f"with wandb.init(project={python_text(project)}{entity}) as run:\n    for step in range(10):\n"
        f'        run.log({{"loss": 1 / (step + 1)}})\nEND'
    )


def first_artifact(project: Project) -> str:
    """Python that logs an artifact to `project` when it is pasted."""
    return (
        f'import wandb\n\nwith wandb.init(project={python_text(project.name)}, entity="{project.namespace.name}") as run:\n'
        f'    run.log_artifact("model.pt", name="my-model", type="model")'
    )


def run_url(project: Project, run: Run, tab: str = "") -> str:
    """The page of a run, or one of its tabs."""
    address = [project.namespace.name, project.name, run.name]
    return reverse("projects:run_tab", args=[*address, tab]) if tab else reverse("projects:run", args=address)


def list_data(page: Page[Project], title: str) -> PageData:
    """A page of projects as data."""
    rows = [
        {
            "project": project.name,
            "entity": project.namespace.name,
            "visibility": project.visibility,
            "description": project.description,
            "runs": project.run_count,
            "artifacts": project.artifact_count,  # type: ignore[attr-defined]
            "last_active_at": project.last_active_at.isoformat(),  # type: ignore[attr-defined]
        }
        for project in page.items
    ]
    return PageData("projects", {"title": title, "next": page.next, "previous": page.previous}, rows)


def artifacts_data(project: Project, page: Page[Any]) -> PageData:
    """A page of a project's artifacts as data."""
    rows = [
        {
            "artifact": artifact.name,
            "type": artifact.type,
            "latest": None if artifact.latest is None else f"v{artifact.latest}",
            "versions": artifact.version_count,
            "updated_at": artifact.updated_at.isoformat(),
        }
        for artifact in page.items
    ]
    return PageData("artifacts", {"project": project.name, "next": page.next, "previous": page.previous}, rows)


def runs_context(project: Project, selection: run_table.Selection) -> Context:
    """The runs that `selection` asks for: two queries."""
    runs = Run.objects.filter(project=project, deleted_at=None)
    available = run_table.available_columns(runs)
    columns = run_table.chosen_columns(available, list(selection.columns))
    return {
        "project": project,
        "selection": selection,
        "columns": columns,
        "name_head": run_table.head_of("name", selection),
        "created_head": run_table.head_of("created", selection),
        "column_heads": [(column, run_table.head_of(column.name, selection, column.key)) for column in columns],
        "available": available,
        "shown_names": [column.name for column in columns],
        "page": run_table.run_page(runs, columns, selection),
        "states": Run.State.choices,
        "total": project.run_count,
        "crumbs": [*project_crumbs(project)[:-1], (project.name, "")],
    }


def head(run: Run, user: User) -> Context:
    """What all tabs show."""
    return {
        "run": run,
        "project": run.project,
        "may_write": can(user, Action.WRITE_RUN, run.project),
        "crumbs": [*project_crumbs(run.project), (str(run), "")],
    }


def run_data(run: Run, context: Context) -> PageData:
    """A run as data: its facts, config and summary; its table are the versions that it used and produced."""
    facts = {
        "run": run.name,
        "name": run.display_name,
        "state": run.current_state,
        "user": run.user.username if run.user else None,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "tags": run.tags,
        "notes": run.notes,
        "config": run.config,
        "summary": run.summary,
    }
    rows = [
        {"edge": edge, "artifact": item.name, "type": item.type, "version": f"v{item.index}", "url": item.url}
        for edge in ("used", "produced")
        for item in context[edge]
    ]
    return PageData("run", facts, rows, ("edge", "artifact", "type", "version", "url"))


def overview(run: Run, user: User, query: QueryDict) -> Context:
    """Facts, config, summary, inputs and outputs."""
    used, produced = edges(run, user)
    return {
        "used": used,
        "produced": produced,
        "config": value_rows(run.config),
        "summary": value_rows(run.summary),
        "duration": timedelta(seconds=round(((run.finished_at or run.heartbeat_at) - run.created_at).total_seconds())),
    }


def value_rows(mapping: dict[str, Any]) -> Context:
    """`rows`: (key, text) by key, without the client's own `_…`; and how many are not shown."""
    flat = sorted((key, value) for key, value in values.flatten(mapping) if not key.startswith("_"))
    rows = [(key, written(value)) for key, value in flat[:MAX_VALUES]]
    return {"rows": rows, "hidden": len(flat) - len(rows)}


def written(value: Any) -> str:
    """A value as a cell shows it: texts as they are, the rest as JSON; long ones are cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def charts(run: Run, user: User, query: QueryDict) -> Context:
    """A chart of every metric over steps or time."""
    return _curves(run, query, HistoryChunk.Stream.HISTORY, AXES) | {"has_any": bool(history.numeric_keys(run))}


def system(run: Run, user: User, query: QueryDict) -> Context:
    """A chart of every system metric over time."""
    return _curves(run, query, HistoryChunk.Stream.SYSTEM, AXES[1:]) | {"has_any": bool(run.system_lines)}


def _curves(run: Run, query: QueryDict, stream: str, axes: Sequence[str]) -> Context:
    """One page of charts, by key; each with its data for charts.js and its numbers for the table."""
    search, start, view = query.get("q", "").strip(), whole(query, "from"), View.read(query, axes)
    drawn = history.curves(run, axis=view.axis, stream=stream)
    keys = values.display_order(key for key in drawn if search.lower() in key.lower())
    return {
        "charts": [
            chart(f"chart-{i}", key, {str(run): drawn[key]}, view) for i, key in enumerate(keys[start : start + CHARTS])
        ],
        "total": len(keys),
        "search": search,
        "view": view,
        "axes": axes,
        "earlier": max(0, start - CHARTS) if start else None,
        "later": start + CHARTS if len(keys) > start + CHARTS else None,
    }


def console(run: Run, user: User, query: QueryDict) -> Context:
    """Lines of the console, or those that a search finds."""
    return console_lines.context(run, query)


def files(run: Run, user: User, query: QueryDict) -> Context:
    """The files that have arrived."""
    search = query.get("q", "").strip()
    page = queries.file_page(run, search, query.get("cursor", ""))
    return {
        "page": page,
        "tables": [file.name for file in page.items if is_sheet(file.name)],
        "search": search,
        "may_download": can(user, Action.DOWNLOAD_FILE, run.project),
    }


TABS: dict[str, Callable[[Run, User, QueryDict], Context]] = {
    "charts": charts,
    "system": system,
    "console": console,
    "files": files,
}
