"""How long versions live: their own time, their team's, a rule of their artifact; and how deleted ones come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from access.models import User
from access.services import teams
from artifacts.lifetimes import FOR_GOOD, INHERIT
from artifacts.models import Artifact, Version, VersionAlias
from artifacts.services.aliases import add_aliases
from artifacts.services.artifacts import delete_artifact, keep_versions
from artifacts.services.expiring import expire, retain, superseded
from artifacts.services.restoring import restore_version
from artifacts.services.versions import Edit, delete_version, edit_version
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from events.models import Event
from operations.housekeeping import free_storage
from projects.models import Project
from registries.services.links import link_version, unlink_version
from storage.stores import store
from tests.cast import Cast
from tests.making import log_version, project_of

SignIn = Callable[[User], Client]
DAY = 86_400


@pytest.fixture
def project(cast: Cast) -> Project:
    return project_of(cast.mia, cast.team.namespace)


def log(cast: Cast, project: Project, number: int, **options: Any) -> Version:
    return log_version(cast.mia, project, {"weights": f"weights {number}".encode()}, **options)


def keep(cast: Cast, version: Version, seconds: int) -> Version:
    edit = Edit(ttl_seconds=seconds)
    return edit_version(actor=cast.mia, version=version, through=version.artifact.project, edit=edit)


def in_days(days: float) -> int:
    return expire(now=timezone.now() + timedelta(days=days))


def labels() -> list[str]:
    return [version.label for version in Version.objects.committed().order_by("index")]


def test_a_version_goes_when_its_time_is_over_and_not_before(cast: Cast, project: Project) -> None:
    keep(cast, log(cast, project, 0), 3 * DAY)
    log(cast, project, 1, ttl_seconds=5 * DAY)
    log(cast, project, 2)

    assert (in_days(2.9), labels()) == (0, ["v0", "v1", "v2"])
    assert (expire(now=timezone.now() + timedelta(days=3.1), dry_run=True), labels()) == (1, ["v0", "v1", "v2"])
    assert (in_days(3.1), in_days(3.1), labels()) == (1, 0, ["v1", "v2"])
    event = Event.objects.get(type="version:deleted")
    assert (event.actor, event.after, event.before) == (None, {"reason": "ttl"}, {"version": "v0", "aliases": []})
    assert (in_days(5.1), labels()) == (1, ["v2"])
    assert Artifact.objects.get().version_count == 1


def test_a_teams_default_holds_for_all_that_say_nothing(cast: Cast, project: Project) -> None:
    silent, own, forever = (log(cast, project, number) for number in range(3))
    keep(cast, own, 30 * DAY)
    keep(cast, forever, FOR_GOOD)
    log_version(cast.mia, project, {"t": b"table"}, name="run-1-table", type="run_table")
    personal = project_of(cast.mia, cast.mia.namespace, "own")
    log(cast, personal, 9)
    teams.set_lifetimes(actor=cast.olga, team=cast.team, default_seconds=10 * DAY, members_set=True)

    assert in_days(9) == 0
    assert in_days(11) == 1
    silent.refresh_from_db()
    assert silent.state == Version.State.DELETED
    assert Version.objects.committed().count() == 4

    keep(cast, forever, INHERIT)
    assert in_days(11) == 1


def test_linking_ends_it_and_unlinking_does_not_bring_it_back(cast: Cast, project: Project) -> None:
    version = keep(cast, log(cast, project, 0), 3 * DAY)
    teams.set_lifetimes(actor=cast.olga, team=cast.team, default_seconds=DAY, members_set=True)
    link = link_version(actor=cast.mia, registry=cast.registry, collection_name="net", version=version)

    with pytest.raises(ConflictError, match="unlink it before"):
        keep(cast, version, 3 * DAY)
    assert keep(cast, version, FOR_GOOD).ttl_seconds == 0
    assert in_days(30) == 0
    unlink_version(actor=cast.mia, link=link)
    assert in_days(30) == 0
    assert keep(cast, version, 3 * DAY).ttl_seconds == 3 * DAY


def test_who_may_set_it_and_on_what(cast: Cast, project: Project) -> None:
    table = log_version(cast.mia, project, {"t": b"table"}, name="run-1-table", type="run_table")
    with pytest.raises(InvalidInputError, match="made by clients"):
        keep(cast, table, DAY)
    version = log(cast, project, 0)
    for seconds in (-5, 10**12):
        with pytest.raises(InvalidInputError, match="between 1 second and"):
            keep(cast, version, seconds)

    with pytest.raises(ForbiddenError):
        teams.set_lifetimes(actor=cast.mia, team=cast.team, default_seconds=DAY, members_set=True)
    teams.set_lifetimes(actor=cast.olga, team=cast.team, default_seconds=None, members_set=False)
    version.artifact.project = Project.objects.get(pk=project.pk)
    with pytest.raises(ForbiddenError, match="only admins set a time to live"):
        keep(cast, version, DAY)
    edit = Edit(ttl_seconds=DAY)
    through = version.artifact.project
    assert edit_version(actor=cast.olga, version=version, through=through, edit=edit).ttl_seconds == DAY
    assert Event.objects.filter(type="team:edited").count() == 1


def test_a_rule_keeps_the_newest_the_aliased_the_linked_and_what_is_kept_for_good(cast: Cast, project: Project) -> None:
    versions = [log(cast, project, number) for number in range(8)]
    artifact = versions[0].artifact
    add_aliases(actor=cast.mia, version=versions[0], names=["prod"])
    link_version(actor=cast.mia, registry=cast.registry, collection_name="net", version=versions[1])
    keep(cast, versions[2], FOR_GOOD)

    assert retain() == 0
    assert [version.label for version in superseded(artifact, 2).order_by("index")] == ["v3", "v4", "v5"]
    keep_versions(actor=cast.mia, artifact=artifact, keep_last=2)
    assert retain(dry_run=True) == 3
    assert (retain(), retain(), labels()) == (3, 0, ["v0", "v1", "v2", "v6", "v7"])
    assert {event.after["reason"] for event in Event.objects.filter(type="version:deleted")} == {"retention"}

    with pytest.raises(InvalidInputError):
        keep_versions(actor=cast.mia, artifact=artifact, keep_last=0)
    with pytest.raises(ForbiddenError):
        keep_versions(actor=cast.vera, artifact=artifact, keep_last=3)
    assert superseded(artifact, 100).count() == 0


def test_a_deleted_version_comes_back_with_all_but_its_links(cast: Cast, project: Project) -> None:
    log(cast, project, 0, aliases=["best"])
    version = keep(cast, log(cast, project, 1, aliases=["prod"]), DAY)
    delete_version(actor=cast.mia, version=version, delete_aliases=True)
    again = log(cast, project, 2, aliases=["prod"])
    assert again.label == "v2"  # its number is not given again

    with pytest.raises(ForbiddenError):
        restore_version(actor=cast.vera, version=version)
    restored = restore_version(actor=cast.mia, version=version)
    restore_version(actor=cast.mia, version=version)

    assert (restored.label, restored.state, restored.ttl_seconds) == ("v1", Version.State.COMMITTED, FOR_GOOD)
    assert dict(VersionAlias.objects.values_list("name", "version__index")) == {"best": 0, "prod": 2, "latest": 2}
    assert restored.artifact.version_count == Artifact.objects.get().version_count == 3
    assert store().exists(restored.entries.get().blob_id)
    assert in_days(30) == 0
    assert Event.objects.filter(type="version:restored").count() == 1

    delete_version(actor=cast.mia, version=again, delete_aliases=True)
    restore_version(actor=cast.mia, version=again)
    assert dict(VersionAlias.objects.values_list("name", "version__index")) == {"best": 0, "prod": 2, "latest": 2}


def test_what_has_lost_its_files_does_not_come_back(cast: Cast, project: Project) -> None:
    version = log(cast, project, 0)
    delete_version(actor=cast.mia, version=version, delete_aliases=True)
    free_storage(grace=timedelta(days=-1))
    with pytest.raises(NotFoundError, match="files are gone"):
        restore_version(actor=cast.mia, version=version)

    late = log(cast, project, 1)
    delete_version(actor=cast.mia, version=late, delete_aliases=True)
    Version.objects.filter(pk=late.pk).update(deleted_at=timezone.now() - timedelta(days=7.1))
    with pytest.raises(NotFoundError, match="files are gone"):
        restore_version(actor=cast.mia, version=late)


def test_a_deleted_artifact_comes_back_with_its_version_unless_its_name_is_taken(cast: Cast, project: Project) -> None:
    first, second = log(cast, project, 0), log(cast, project, 1)
    delete_artifact(actor=cast.mia, artifact=first.artifact)
    restore_version(actor=cast.mia, version=second)
    assert (labels(), Artifact.objects.get().version_count) == (["v1"], 1)
    assert VersionAlias.objects.get().name == "latest"

    delete_artifact(actor=cast.mia, artifact=Artifact.objects.select_related("project").get())
    log(cast, project, 5)
    with pytest.raises(ConflictError, match="rename that one first"):
        restore_version(actor=cast.mia, version=first)


def test_the_pages_show_and_change_it(cast: Cast, project: Project, signed_in: SignIn) -> None:
    versions = [log(cast, project, number) for number in range(4)]
    mia, home = signed_in(cast.mia), "/vision/training/artifacts/model/net/"

    assert "v0" in mia.post(f"{home}retention/", {"keep_last": "2", "preview": "1"}).content.decode()
    assert mia.post(f"{home}retention/", {"keep_last": "2"}).status_code == 302
    mia.post(f"{home}v2/retention/", {"keep": "days", "days": "1.5"})
    versions[2].refresh_from_db()
    assert versions[2].ttl_seconds == 1.5 * DAY
    assert "1.5 days after creation" in mia.get(f"{home}v2/").content.decode()
    assert mia.post(f"{home}v2/retention/", {"keep": "days", "days": "-1"}).status_code == 400

    call_command("housekeeping", verbosity=0)
    page = mia.get("/vision/training/deleted/?artifact=net").content.decode()
    assert "newer versions replaced it" in page
    rows = mia.get("/vision/training/deleted.json").json()["rows"]
    assert {row["version"] for row in rows} == {"v0", "v1"}
    assert mia.post("/vision/training/deleted/", {"version": versions[0].pk}).headers["Location"] == f"{home}v0/"
    assert labels() == ["v0", "v2", "v3"]
    assert "restored" in mia.get(f"{home}history/").content.decode()


def test_the_command_says_what_it_did(cast: Cast, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    keep(cast, log(cast, project, 0), DAY)
    Version.objects.update(created_at=timezone.now() - timedelta(days=2))
    capsys.readouterr()
    call_command("housekeeping", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["expired"] == 1
    call_command("housekeeping")
    assert "Deleted 1 versions whose time to live is over" in capsys.readouterr().out
