"""Which versions the producing runs used, beside each other; what the reader may not see has no name (C20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from access.models import User
from artifacts.comparing.subjects import Subject
from artifacts.models import RunInput, Version
from projects.edges import Edge, addresses
from projects.models import Project

MOST = 500


@dataclass(frozen=True)
class Row:
    """An artifact with the versions of it that each run used, as (label, address)."""

    name: str
    type: str
    cells: list[list[tuple[str, str]]]
    differing: list[bool]

    @property
    def pairs(self) -> list[tuple[list[tuple[str, str]], bool]]:
        """Each cell with whether it differs."""
        return list(zip(self.cells, self.differing, strict=True))

    @property
    def differs(self) -> bool:
        """Whether any run used other versions of it than the base's."""
        return any(self.differing)


@dataclass(frozen=True)
class Inputs:
    """`hidden` is how many inputs of each run the reader may not see; `has_run`: any of the versions was made by one."""

    rows: list[Row]
    hidden: list[int]
    has_run: bool
    is_cut: bool

    @property
    def has_hidden(self) -> bool:
        """Whether there is any that may not be seen."""
        return any(self.hidden)

    @property
    def differing(self) -> int:
        """How many artifacts were used differently."""
        return sum(row.differs for row in self.rows)


def compare_inputs(user: User, subjects: Sequence[Subject], base: int) -> Inputs:
    """The inputs of the runs that made `subjects`: two queries at most."""
    makers = [subject.version.produced_by_id for subject in subjects]
    projects = Project.objects.visible_to(user).filter(pk=OuterRef("version__artifact__project"))
    uses = RunInput.objects.filter(run__in={pk for pk in makers if pk}).annotate(is_visible=Exists(projects))
    uses = uses.select_related("version__artifact__project__namespace")
    found: list[Any] = list(uses.defer("version__metadata", "version__description").order_by("pk")[: MOST + 1])
    used = {use.version_id: use.version for use in found if _is_alive(use.version)}
    visible = {use.version.artifact.project_id for use in found if use.is_visible}
    seen = addresses([*used.values()], user, visible)
    rows: dict[tuple[str, str, str], list[list[tuple[str, str]]]] = {}
    hidden = [0] * len(subjects)
    for use in found[:MOST]:
        edge = seen.get(use.version_id)
        for index in (index for index, maker in enumerate(makers) if maker == use.run_id):
            if edge is None:
                hidden[index] += 1
            else:
                cells = rows.setdefault(_series_of(edge), [[] for _ in subjects])
                cells[index].append((f"v{edge.index}", edge.url))
    ordered = sorted(rows.items())
    return Inputs(
        [Row(name, kind, cells, _differing(cells, makers, base)) for (name, kind, _), cells in ordered],
        hidden,
        any(makers),
        len(found) > MOST,
    )


def _is_alive(version: Version) -> bool:
    return version.state == Version.State.COMMITTED and version.artifact.deleted_at is None


def _series_of(edge: Edge) -> tuple[str, str, str]:
    """Name, type, and the address of all versions of it, which tells namesakes apart."""
    return edge.name, edge.type, edge.url.rstrip("/").rpartition("/")[0]


def _differing(cells: list[list[tuple[str, str]]], makers: Sequence[int | None], base: int) -> list[bool]:
    """Where other versions were used than by the base's run; versions that no run made have nothing to differ in."""
    used = [{label for label, _ in cell} for cell in cells]
    return [
        maker is not None and makers[base] is not None and one != used[base]
        for maker, one in zip(makers, used, strict=True)
    ]
