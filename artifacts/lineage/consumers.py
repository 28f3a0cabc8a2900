"""The runs that used a version, for its Usage tab (F78)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from access.models import User
from artifacts.models import RunInput, Version
from projects.models import Project

MOST = 50


def consumers_of(user: User, version: Version) -> tuple[list[RunInput], int]:
    """The newest uses by runs that `user` sees, and how many of the newest uses are hidden: one query."""
    uses = list(_uses(user).filter(version=version).order_by("-pk")[:MOST])
    visible = [use for use in uses if use.is_visible]
    return visible, len(uses) - len(visible)


def _uses(user: User) -> Any:
    projects = Project.objects.visible_to(user).filter(pk=OuterRef("run__project"))
    rows = RunInput.objects.filter(run__deleted_at=None).select_related("run__project__namespace", "run__user")
    return rows.defer("run__config", "run__summary", "run__history_keys").annotate(is_visible=Exists(projects))
