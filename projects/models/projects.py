"""Project: a container of runs and artifacts, in the namespace of a person or a team."""

from __future__ import annotations

from django.db import models

from access.models import Container


class Project(Container):
    """Made on first use, private to its team (or to its one owner).

    `run_count` is what counting its undeleted runs gives; services write it in the transaction that changes that.
    """

    run_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
