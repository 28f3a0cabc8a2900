"""Who uses a version: runs for its Usage tab, and how many runs and people for its first (F78)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from access.models import User
from artifacts.models import Download, RunInput, Version
from artifacts.places import count_of
from common.pagination import Page, paginate
from projects.models import Project

LISTED = 50
COUNTED = 100


@dataclass(frozen=True)
class Consumers:
    """How many runs, seen or not, and how many downloading people in containers that the reader sees; both at most 100."""

    runs: int
    people: int

    def __bool__(self) -> bool:
        return bool(self.runs or self.people)

    @property
    def more_runs(self) -> str:
        """A plus where counting stopped."""
        return "+" if self.runs == COUNTED else ""

    @property
    def more_people(self) -> str:
        """The same for people."""
        return "+" if self.people == COUNTED else ""


def uses_of(user: User, version: Version, cursor: str = "") -> Page[Any]:
    """A page of the uses of a version, newest first, each with `is_visible`, whether `user` sees its run: one query."""
    return paginate(_uses(user).filter(version=version), order=("-pk",), cursor=cursor, size=LISTED)


def count_consumers(user: User, version: Version) -> Consumers:
    """One query that stops counting at 100."""
    runs = RunInput.objects.filter(version=version, run__deleted_at=None)
    taken = Download.objects.visible_to(user).filter(version=version)
    people = User.objects.filter(pk__in=taken.values("actor"))
    found = Version.objects.filter(pk=version.pk).values_list(_count(runs), _count(people))
    return Consumers(*found.get())


def _count(rows: QuerySet[Any]) -> Coalesce:
    few = rows.model._default_manager.filter(pk__in=rows.order_by().values("pk")[:COUNTED])
    return count_of(few.annotate(every=Value(1)), "every")


def _uses(user: User) -> Any:
    projects = Project.objects.visible_to(user).filter(pk=OuterRef("run__project"))
    rows = RunInput.objects.filter(run__deleted_at=None).select_related("run__project__namespace", "run__user")
    return rows.defer("run__config", "run__summary", "run__history_keys").annotate(is_visible=Exists(projects))
