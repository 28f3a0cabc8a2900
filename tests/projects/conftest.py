"""A project of the team `vision`, and a run in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projects.models import Project, Run
from projects.services.projects import get_or_create_project
from projects.services.runs import RunFields, upsert_run
from tests.cast import Cast


@pytest.fixture
def project(cast: Cast) -> Project:
    """Made by mia, a member of the team."""
    return get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name="detection")


@pytest.fixture
def make_run(cast: Cast, project: Project) -> Callable[..., Run]:
    """`make_run("r1", display_name=…)`: a run of mia's."""

    def make(name: str, **fields: Any) -> Run:
        return upsert_run(actor=cast.mia, project=project, name=name, fields=RunFields(**fields))[0]

    return make


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    """`r1`."""
    return make_run("r1")
