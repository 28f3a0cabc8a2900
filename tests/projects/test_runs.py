"""Projects and runs are made on first use, once, by those who may."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from common.errors import ForbiddenError, GoneError, InvalidInputError, NotFoundError
from events.models import Event
from projects.models import Project, Run
from projects.services.projects import get_or_create_project, resolve_namespace
from projects.services.runs import RunFields, announce_files, delete_run, get_run, update_run, upsert_run
from tests.cast import Cast

NAMES = ("olga", "mia", "vera", "rita", "adam", "otto")
REFUSALS = {"vera": ForbiddenError, "rita": NotFoundError, "adam": NotFoundError, "otto": NotFoundError}


@pytest.mark.parametrize("name", NAMES)
def test_members_of_the_team_make_its_projects_and_others_are_refused(cast: Cast, name: str) -> None:
    actor: User = getattr(cast, name)
    if name in REFUSALS:
        with pytest.raises(REFUSALS[name]):
            get_or_create_project(actor=actor, namespace=cast.team.namespace, name="new")
        assert not Project.objects.exists()
    else:
        made = get_or_create_project(actor=actor, namespace=cast.team.namespace, name="New")
        assert get_or_create_project(actor=actor, namespace=cast.team.namespace, name="new") == made
        assert (made.organization, made.visibility) == (cast.organization, "team")
        assert Event.objects.filter(type="project:created", object_id=made.pk, actor_id=actor.pk).count() == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_written_by_members_of_its_project_only(cast: Cast, project: Project, run: Run, name: str) -> None:
    actor: User = getattr(cast, name)
    writes: list[Callable[[], object]] = [
        lambda: upsert_run(actor=actor, project=project, name="r1", fields=RunFields(notes="x")),
        lambda: update_run(actor=actor, run=run, fields=RunFields(notes="x")),
        lambda: announce_files(actor=actor, run=run, names=["a.txt"]),
        lambda: delete_run(actor=actor, run=run),
    ]
    for write in writes:
        if name in REFUSALS:
            with pytest.raises(REFUSALS[name]):
                write()
        else:
            write()
    run.refresh_from_db()
    assert run.notes == ("" if name in REFUSALS else "x")
    assert (run.deleted_at is None) == (name in REFUSALS)


def test_somebody_elses_personal_entity_is_invisible(cast: Cast) -> None:
    with pytest.raises(NotFoundError):
        get_or_create_project(actor=cast.olga, namespace=cast.mia.namespace, name="new")
    own = get_or_create_project(actor=cast.mia, namespace=cast.mia.namespace, name="new")
    assert (own.organization, own.visibility) == (None, "restricted")
    assert not Project.objects.visible_to(cast.olga).filter(pk=own.pk).exists()


def test_the_entity_of_an_organization_owns_registries_only(cast: Cast) -> None:
    with pytest.raises(InvalidInputError, match="one of its teams"):
        get_or_create_project(actor=cast.olga, namespace=cast.organization.namespace, name="new")


def test_no_entity_means_the_default_one(cast: Cast) -> None:
    assert resolve_namespace(cast.mia, None) == resolve_namespace(cast.mia, "") == cast.mia.namespace
    assert resolve_namespace(cast.vera, "VISION") == cast.team.namespace
    with pytest.raises(NotFoundError):
        resolve_namespace(cast.otto, "vision")


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_project_and_one_run(cast: Cast) -> None:
    def begin(_: int) -> tuple[int, bool]:
        try:
            project = get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name="race")
            run, inserted = upsert_run(actor=cast.mia, project=project, name="r1", fields=RunFields(config={"a": 1}))
            return run.pk, inserted
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(begin, range(20)))
    assert len({pk for pk, _ in answers}) == 1
    assert sum(inserted for _, inserted in answers) == 1
    assert Event.objects.filter(type="run:created").count() == 1


def test_the_same_request_twice_means_the_same_and_null_leaves(cast: Cast, project: Project) -> None:
    fields = RunFields(config={"lr": 0.1}, tags=["b", "a", "b"], group="g", job_type="train", host="h" * 300)
    run, inserted = upsert_run(actor=cast.mia, project=project, name="r1", fields=fields)
    again, inserted_again = upsert_run(actor=cast.mia, project=project, name="r1", fields=fields)
    assert (run.pk, inserted, inserted_again) == (again.pk, True, False)
    upsert_run(actor=cast.olga, project=project, name="r1", fields=RunFields(notes="n", display_name=""))
    run = Run.objects.get(pk=run.pk)
    assert (run.config, run.tags, run.group, run.job_type, run.notes) == ({"lr": 0.1}, ["b", "a"], "g", "train", "n")
    assert (run.user, len(run.host)) == (cast.mia, 256)


def test_a_run_without_a_name_is_given_one(run: Run) -> None:
    adjective, noun, number = run.display_name.split("-")
    assert adjective
    assert noun
    assert number == "1"


def test_runs_are_counted_only_for_a_name_that_is_needed(cast: Cast, project: Project) -> None:
    def counted(name: str, fields: RunFields) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            upsert_run(actor=cast.mia, project=project, name=name, fields=fields)
        return [query["sql"] for query in queries if "COUNT(" in query["sql"]]

    assert len(counted("r1", RunFields())) == 1
    assert counted("r1", RunFields(notes="resumed")) == []
    assert counted("r2", RunFields(display_name="mine")) == []
    assert len(counted("r3", RunFields(display_name=""))) == 1
    assert Run.objects.get(name="r3").display_name.endswith("-3")


def test_numbers_and_texts_that_no_database_takes_are_mended(cast: Cast, project: Project) -> None:
    config = {"nan": float("nan"), "inf": float("-inf"), "nul": "a\0b", "half": "\ud800", "deep": [{"x": float("inf")}]}
    upsert_run(actor=cast.mia, project=project, name="r1", fields=RunFields(config=config))
    assert Run.objects.get(name="r1").config == {
        "nan": "NaN", "inf": "-Infinity", "nul": "a\N{REPLACEMENT CHARACTER}b", "half": "?", "deep": [{"x": "Infinity"}],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["", "a/b", " a", "x" * 129, "a:b", "a\nb"])
def test_ids_that_would_break_addresses_are_refused(cast: Cast, project: Project, name: str) -> None:
    with pytest.raises(InvalidInputError):
        upsert_run(actor=cast.mia, project=project, name=name, fields=RunFields())
    assert not Run.objects.exists()


def test_too_deep_a_config_and_too_long_a_tag_are_refused(cast: Cast, project: Project) -> None:
    deep: dict[str, object] = {}
    for _ in range(100):
        deep = {"d": deep}
    for fields in (RunFields(config=deep), RunFields(tags=["x" * 129]), RunFields(display_name="x" * 300)):
        with pytest.raises(InvalidInputError):
            upsert_run(actor=cast.mia, project=project, name="r1", fields=fields)
    assert not Run.objects.exists()


def test_a_deleted_run_is_gone_for_good(cast: Cast, project: Project, run: Run) -> None:
    delete_run(actor=cast.mia, run=run)
    delete_run(actor=cast.mia, run=run)
    assert Event.objects.filter(type="run:deleted").count() == 1
    assert not Run.objects.visible_to(cast.mia).exists()
    for again in (
        lambda: get_run(cast.mia, project, "r1"),
        lambda: upsert_run(actor=cast.mia, project=project, name="r1", fields=RunFields()),
        lambda: announce_files(actor=cast.mia, run=run, names=["a"]),
    ):
        with pytest.raises(GoneError):
            again()
    with pytest.raises(NotFoundError):
        get_run(cast.otto, project, "r1")


def test_a_silent_run_has_crashed_or_was_preempted(run: Run) -> None:
    assert run.current_state == "running"
    run.heartbeat_at = timezone.now() - timedelta(minutes=6)
    assert run.current_state == "crashed"
    run.preempting = True
    assert run.current_state == "preempted"
    run.state = "finished"
    assert run.current_state == "finished"


def test_announcing_a_file_again_gives_the_same_upload(cast: Cast, run: Run) -> None:
    first = announce_files(actor=cast.mia, run=run, names=["b/x.png", "a", "b/x.png"])
    again = announce_files(actor=cast.olga, run=run, names=["a", "c"])
    assert [file.name for file in first] == ["b/x.png", "a"]
    assert again[0].upload_id == first[1].upload_id
    assert [file.name for file in again] == ["a", "c"]
    assert run.files.count() == 3


@pytest.mark.parametrize("name", ["", "../x", "/etc/passwd", "a//b", "a/./b", "a\\b", "a\0b", "x" * 1025])
def test_file_names_that_could_harm_a_downloader_are_refused(cast: Cast, run: Run, name: str) -> None:
    with pytest.raises(InvalidInputError):
        announce_files(actor=cast.mia, run=run, names=["fine", name])
    assert not run.files.exists()


def test_an_id_that_cannot_be_is_called_an_id(cast: Cast, project: Project) -> None:
    for name, told in (("x" * 129, "The id of a run has at most 128"), ("a/b", "The id of a run holds none of")):
        with pytest.raises(InvalidInputError, match=told):
            upsert_run(actor=cast.mia, project=project, name=name, fields=RunFields())
