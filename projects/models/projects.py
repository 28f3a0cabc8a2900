"""Project: a container of runs and artifacts, in the namespace of a person or a team."""

from __future__ import annotations

from access.models import Container


class Project(Container):
    """Made on first use, private to its team (or to its one owner)."""

    def __str__(self) -> str:
        return self.name
