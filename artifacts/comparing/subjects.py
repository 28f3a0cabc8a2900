"""The versions that are compared, each read through its own place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, Value

from access.roles import Action, Role, allows
from artifacts.comparing.selection import Reference
from artifacts.models import Artifact, Version
from artifacts.places import artifact_series
from artifacts.series import HEAVY_RUN_FIELDS, Series
from projects.models import Run

COLOURS = 8


@dataclass(frozen=True)
class Subject:
    """A version as its `row` (itself, or a link) in `series`; `reference` names it from the page that compares.

    `may_read`: whether the reader may have the bytes of its files where it is read (F32).
    """

    reference: str
    row: Any
    series: Series
    may_read: bool
    colour: int

    @property
    def name(self) -> str:
        """As columns and charts call it: `v7`, or `meter-reader:v7` from another collection."""
        return self.reference.rpartition("/")[2]

    @property
    def version(self) -> Version:
        """What is compared."""
        found: Version = self.row.version if self.series.path else self.row
        return found

    @property
    def number(self) -> int | None:
        """Its number in the series of the page, if it is of that."""
        return None if ":" in self.reference else int(self.row.index)

    @property
    def url(self) -> str:
        """Its page."""
        return self.series.url(self.row.label)

    @property
    def aliases(self) -> list[Any]:
        """Its names in its place, each with `is_protected`."""
        return list(self.row.aliases.all())

    @property
    def is_incumbent(self) -> bool:
        """Whether it carries a protected alias."""
        return any(alias.is_protected for alias in self.aliases)

    @property
    def run(self) -> Run | None:
        """The producing run, where the reader may see it."""
        run = self.version.produced_by
        return run if run and run.deleted_at is None and self.row.source_visible else None

    @property
    def is_run_hidden(self) -> bool:
        """Whether there is a run that the reader may not see."""
        return self.version.produced_by_id is not None and self.run is None

    def file_url(self, path: str, page: str = "file") -> str:
        """A file's page, bytes or picture."""
        return self.series.file_url(self.row.label, path, page)


def named(series: Series, references: Iterable[Reference]) -> Q:
    """The condition on rows of `series` that one of the references names."""
    numbers = [reference.number for reference in references if reference.number is not None]
    names = [reference.alias for reference in references if reference.alias]
    found = Q(index__in=numbers)
    return found | Q(pk__in=series.aliases.filter(name__in=names).values(series.alias_row)) if names else found


def with_everything(rows: Any, path: str, *, keys: bool) -> Any:
    """Rows with version, artifact, run and its configuration; with `keys`, also which metrics the run logged."""
    run = f"{path}produced_by"
    left_out = {*HEAVY_RUN_FIELDS} - {"config"} - ({"history_keys"} if keys else set())
    return (
        rows.select_related(*(["version"] if path else []), f"{path}artifact__project", run)
        .defer(f"{path}description", *(f"{run}__{name}" for name in sorted(left_out)))
        .annotate(definitions=F(f"{run}__client_info__m"))
    )


def answers(row: Any, reference: Reference) -> bool:
    """Whether `row`, of the right series and with its aliases at hand, is what `reference` names."""
    if reference.number is not None:
        return bool(row.index == reference.number)
    return any(alias.name == reference.alias for alias in row.aliases.all())


@dataclass(frozen=True)
class Shelf:
    """Rows of one series, each with everything; `name` is `registry/collection`, or nothing for the page's own series."""

    series: Series
    rows: list[Any]
    may_read: bool
    name: str = ""


Found = tuple[list[Subject], list[Reference]]


def find_subjects(
    artifact: Artifact, role: Role | None, references: Sequence[Reference], *, keys: bool = False
) -> Found:
    """The versions of an artifact that are named, in that order and each once, and the names of none: two queries."""
    series = artifact_series(artifact)
    here = [reference for reference in references if not reference.is_elsewhere]
    rows = series.rows.filter(named(series, here)).annotate(source_visible=Value(True))
    found = with_everything(rows.prefetch_related(series.with_aliases), "", keys=keys) if here else []
    return arrange(references, {Reference().place: Shelf(series, list(found), allows(role, Action.DOWNLOAD_FILE))})


def arrange(references: Sequence[Reference], shelves: Mapping[tuple[str, str], Shelf]) -> Found:
    """What the references name, by the place that each says; those that lead to the same version collapse."""
    subjects: dict[tuple[str, int], Subject] = {}
    missing = []
    for reference in references:
        shelf = shelves.get(reference.place)
        row = next((row for row in shelf.rows if answers(row, reference)), None) if shelf else None
        if shelf is None or row is None:
            missing.append(reference)
            continue
        name = f"{shelf.name}:{row.label}" if shelf.name else row.label
        subject = Subject(name, row, shelf.series, shelf.may_read, len(subjects) % COLOURS + 1)
        subjects.setdefault((shelf.name, row.pk), subject)
    return list(subjects.values()), missing
