"""How long versions live: their own time to live, else their team's default (F133); linked ones live for good (F134)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from access.models import Namespace
from artifacts.models import Version
from projects.models import Project

INHERIT = -1
"""In an edit: whatever the team's default says. A version stores None for it."""
FOR_GOOD = 0
DAY = 86_400
GENERATED = frozenset({"run_table", "code", "job"})


def is_generated(type: str) -> bool:
    """Whether clients make artifacts of this type by themselves: these have no time to live (F133)."""
    return type in GENERATED or type.startswith("wandb-")


def default_seconds(project: Project) -> int:
    """The default of the project's team in seconds, 0 for none; costs nothing where `namespace__team` is at hand."""
    if project.namespace.kind != Namespace.Kind.TEAM:
        return 0
    return project.namespace.team.default_ttl_seconds or 0


def seconds_of(version: Version, project: Project) -> int:
    """Seconds from its creation to its deletion; 0 for good."""
    if version.ttl_seconds is not None:
        return version.ttl_seconds
    return 0 if is_generated(version.artifact.type) else default_seconds(project)


@dataclass(frozen=True)
class Lifetime:
    """How long a version is kept, for pages: `own` as it is stored, `inherited` what its team's default makes of it."""

    own: int | None
    inherited: int
    born_at: datetime

    @property
    def seconds(self) -> int:
        """From its creation; 0 for good."""
        return self.inherited if self.own is None else self.own

    @property
    def days(self) -> str:
        """The same in days, as short as it can be written."""
        return f"{self.seconds / DAY:.4g}"

    @property
    def count(self) -> int:
        """What the plural goes by: a part of a day is none."""
        return 1 if self.seconds == DAY else 2

    @property
    def is_inherited(self) -> bool:
        """Whether the team says so."""
        return self.own is None and bool(self.inherited)

    @property
    def ends_at(self) -> datetime | None:
        """When it is due; None for never."""
        return self.born_at + timedelta(seconds=self.seconds) if self.seconds else None
