"""Where an import ends: projects of a team and registries of its organization, written through the services as one person."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from access.models import Namespace, User
from artifacts.models import Version
from common import names
from common.batches import batched
from common.errors import DomainError
from projects.models import Project, Run
from projects.services.lifecycle import set_state
from projects.services.projects import get_or_create_project
from projects.services.runs import MAX_FILES, RunFields, announce_files, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from registries.models import Collection, Link, LinkAlias, Registry
from registries.services.collections import create_collection
from registries.services.links import link_version
from storage.services import fulfil

LINES = 5000
NOT_IN_A_TAG = re.compile(r"[^-\w]+")
MOST_TAGS = 50
LEFT_OUT = "left out"
FilesByPath = Iterable[tuple[str, Path]]


@dataclass(kw_only=True)
class Arrivals(ABC):
    """Into projects of `namespace` (a team's) as `actor`; `say` tells of progress, `tally` counts what was brought."""

    actor: User
    namespace: Namespace
    say: Callable[[str], object]
    tally: Counter[str] = field(default_factory=Counter)
    unreadable: tuple[type[Exception], ...] = ()

    @abstractmethod
    def everything(self) -> None:
        """Bring all of it."""

    def attempt(self, what: str, bring: Callable[..., str], *args: Any) -> None:
        """Count what `bring` answers; what cannot be read or is refused is told and passed over."""
        refusals: tuple[type[Exception], ...] = (DomainError, OSError, *self.unreadable)
        try:
            self.tally[bring(*args)] += 1
        except refusals as error:
            self.tally[LEFT_OUT] += 1
            self.say(f"Left out: {what}: {error}")

    def project(self, name: str) -> Project:
        """The project of that name, as far as a project may bear it."""
        return get_or_create_project(actor=self.actor, namespace=self.namespace, name=project_name(name))


@dataclass(frozen=True, kw_only=True)
class ArrivingRun:
    """What a run logged elsewhere: `lines` of history, files, times, and the state (of `Run.State`) that it came to."""

    lines: Iterable[dict[str, Any]]
    files: FilesByPath
    summary: dict[str, Any]
    state: str
    created_at: datetime
    finished_at: datetime | None


def bring_run(actor: User, project: Project, name: str, fields: RunFields) -> tuple[Run, bool]:
    """The run of that id, and whether it has arrived whole before."""
    run, _ = upsert_run(actor=actor, project=project, name=name, fields=fields)
    return run, run.finished_at is not None


def fill_run(actor: User, run: Run, arriving: ArrivingRun) -> None:
    """Bring what a run logged; a second time writes the same lines and files over themselves."""
    first = 0
    for part in batched(arriving.lines, LINES):
        append(actor=actor, run=run, batch=StreamBatch(history=Piece(first, [json.dumps(row) for row in part])))
        first += len(part)
    for files in batched(arriving.files, MAX_FILES):
        announced = announce_files(actor=actor, run=run, names=[name for name, _ in files])
        for file, (_, path) in zip(announced, files, strict=True):
            with path.open("rb") as stream:
                fulfil(file.upload, stream, size=path.stat().st_size)
    if arriving.state == Run.State.KILLED:
        set_state(actor=actor, run=run, state=arriving.state)
    ended = arriving.state not in {Run.State.RUNNING, Run.State.CRASHED}  # of these nobody said that they ended
    code = int(arriving.state != Run.State.FINISHED)
    append(actor=actor, run=run, batch=StreamBatch(summary=arriving.summary, complete=ended, exit_code=code))
    last = arriving.finished_at or arriving.created_at
    times = {"created_at": arriving.created_at, "heartbeat_at": last} | ({"finished_at": last} if ended else {})
    Run.objects.filter(pk=run.pk).update(**times)


def bring_collection(
    actor: User, registry: Registry, name: str, *, type: str, description: str, tags: Iterable[str]
) -> Collection:
    """The collection of that name; card and tags are given to a new one."""
    name = collection_name(name)
    known = Collection.objects.filter(registry=registry, name_key=names.fold(name), deleted_at=None).first()
    if known is not None:
        known.registry = registry
        return known
    return create_collection(actor=actor, registry=registry, name=name, type=type, description=description, tags=tags)


def link(actor: User, collection: Collection, version: Version, *, index: int, aliases: Iterable[str]) -> None:
    """Link a version under its former number, if that is not passed yet; an alias that is given here stays where it is.

    A version that was linked here before, and taken out by somebody since, stays out.
    """
    taken = set(LinkAlias.objects.filter(collection=collection).values_list("name", flat=True))
    free = [alias for alias in aliases if alias not in taken]
    if not free and Link.objects.filter(collection=collection, version=version).exists():
        return
    Collection.objects.filter(pk=collection.pk, next_index__lt=index).update(next_index=index)
    link_version(
        actor=actor, registry=collection.registry, collection_name=collection.name, version=version, aliases=free
    )


def project_name(name: str) -> str:
    """`name` as a project may bear it."""
    return names.container_name(_clean(names.FORBIDDEN_IN_CONTAINER, name), "project")


def collection_name(name: str) -> str:
    """`name` as an artifact or a collection may bear it."""
    return names.collection_name(_clean(re.compile("[/:]"), name))


def _clean(forbidden: re.Pattern[str], name: str) -> str:
    return forbidden.sub("-", names.CONTROL.sub("", name)).strip("- .")[: names.MAX_NAME].strip() or "unnamed"


def tags(labels: Iterable[str]) -> list[str]:
    """Labels as tags may be, and as many as fit."""
    said = (NOT_IN_A_TAG.sub(" ", text).strip()[: names.MAX_NAME].strip() for text in labels)
    return [*dict.fromkeys(filter(None, said))][:MOST_TAGS]
