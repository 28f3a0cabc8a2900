"""What a project keeps about its runs is what counting them gives, whichever service wrote them."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from projects.models import Project, Run
from projects.services.runs import RunFields, delete_run, delete_runs, update_run, upsert_run
from tests.cast import Cast
from tests.making import project_of


def kept() -> list[int]:
    """How many runs each project keeps, the oldest first; they are also what there is."""
    found = []
    for project in Project.objects.order_by("pk"):
        assert project.run_count == Run.objects.filter(project=project, deleted_at=None).count()
        found.append(project.run_count)
    return found


def test_a_run_counts_once_until_it_is_deleted(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    other = project_of(cast.mia, cast.team.namespace, name="other")
    assert kept() == [0, 0]
    for _ in range(2):
        run, _made = upsert_run(actor=cast.mia, project=project, name="first", fields=RunFields())
        assert kept() == [1, 0]
    update_run(actor=cast.mia, run=run, fields=RunFields(display_name="renamed"))
    more = [upsert_run(actor=cast.mia, project=project, name=name, fields=RunFields())[0] for name in ("a", "b", "c")]
    upsert_run(actor=cast.mia, project=other, name="first", fields=RunFields())
    assert kept() == [4, 1]
    for _ in range(2):
        delete_run(actor=cast.mia, run=run)
        assert kept() == [3, 1]
    delete_runs(actor=cast.mia, runs=[run, *more[:2]])
    assert kept() == [1, 1]


def test_the_migration_counts_what_was_there_before_it(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    project_of(cast.mia, cast.team.namespace, name="empty")
    runs = [upsert_run(actor=cast.mia, project=project, name=name, fields=RunFields())[0] for name in "abc"]
    delete_run(actor=cast.mia, run=runs[0])
    Project.objects.update(run_count=7)
    import_module("projects.migrations.0004_run_count").count(apps, None)
    assert kept() == [2, 0]
