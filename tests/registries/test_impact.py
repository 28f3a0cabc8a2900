"""Before it hurts: who used what goes or moves, what is freed, who gains or loses access (F23, F44, F57, F130, F135)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from access.models import User
from artifacts.models import RunInput, Version
from artifacts.services.versions import use_version
from projects.models import Run
from projects.services.runs import RunFields, upsert_run
from registries import impact
from registries.models import Link
from registries.services.links import add_aliases
from registries.services.protection import protect_alias
from storage import parts
from storage.models import Blob, Upload
from tests.cast import Cast
from tests.making import log_version, md5_of, project_of
from tests.registries import shelves

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"
NET = f"{SHELF}collections/net/"


def run(cast: Cast, name: str) -> Run:
    project = project_of(cast.mia, cast.team.namespace)
    return upsert_run(actor=cast.mia, project=project, name=name, fields=RunFields())[0]


@pytest.fixture
def links(cast: Cast) -> list[Link]:
    """v0 and v1 of `net`; mia used v0 through the registry three times: now, 60 and 200 days ago; `prod` is protected on v0."""
    made = [
        shelves.link(cast, shelves.log(cast, number, metrics={"acc": number / 10, "loss": 1.0 - number}))
        for number in range(2)
    ]
    for days in (0, 60, 200):
        edge = use_version(actor=cast.mia, run=run(cast, f"r{days}"), version=made[0].version, container=cast.registry)
        RunInput.objects.filter(pk=edge.pk).update(created_at=timezone.now() - timedelta(days=days))
    protect_alias(actor=cast.adam, registry=cast.registry, name="prod")
    add_aliases(actor=cast.adam, link=made[0], names=["prod"])
    return made


def test_uses_are_counted_by_month_and_quarter_and_named(cast: Cast, links: list[Link]) -> None:
    found = impact.uses_through(cast.registry, [links[0].version_id])
    assert (found.month, found.quarter, found.ever, found.people) == (1, 2, 3, [("mia", 2)])
    assert impact.uses_through(cast.registry, [links[1].version_id]).ever == 0


def test_uses_in_places_that_one_does_not_see_are_not_counted(cast: Cast, links: list[Link]) -> None:
    versions = Version.objects.filter(pk=links[0].version_id)
    assert impact.uses_of(cast.mia, versions).ever == 3
    assert impact.uses_of(cast.otto, versions).ever == 0


def test_only_bytes_that_nothing_else_holds_are_freed(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    first = log_version(cast.mia, project, {"shared": b"s" * 100, "own": b"o" * 10, "twice": b"o" * 10})
    log_version(cast.mia, project, {"shared": b"s" * 100, "other": b"x" * 7})
    only_first = Version.objects.filter(pk=first.pk)
    assert impact.freed(cast.mia, only_first) == impact.Freed(10, False)
    both = Version.objects.filter(artifact=first.artifact)
    assert impact.freed(cast.mia, both).size == 117
    assert Blob.objects.count() > 3  # with the manifests


def test_bytes_that_a_part_of_an_upload_holds_are_not_freed(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    version = log_version(cast.mia, project, {"own": b"o" * 10, "piece": b"p" * 20})
    upload = Upload.objects.create(
        purpose=Upload.Purpose.VERSION_FILE, container=project.container_ptr, owner=cast.mia, subject_id=0, name="large"
    )
    parts.announce(upload, {1: md5_of(b"p" * 20)})
    parts.fulfil_part(upload, 1, io.BytesIO(b"p" * 20), size=20)
    only = Version.objects.filter(pk=version.pk)
    assert impact.freed(cast.mia, only).size == 10
    parts.abort(upload)
    assert impact.freed(cast.mia, only).size == 30


def test_a_stranger_s_copy_does_not_show_in_the_number(cast: Cast) -> None:
    mine = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"secret": b"s" * 50})
    log_version(cast.otto, project_of(cast.otto, cast.otto.namespace), {"guess": b"s" * 50})
    theirs = Version.objects.filter(artifact__project__namespace=cast.otto.namespace)
    assert impact.freed(cast.otto, theirs).size == 50
    assert impact.freed(cast.mia, Version.objects.filter(pk=mine.pk)).size == 50


def test_each_page_that_asks_shows_its_consequences(cast: Cast, links: list[Link], signed_in: SignIn) -> None:
    olga = signed_in(cast.olga)
    for path in (
        f"{NET}versions/v0/unlink/",
        f"{NET}delete/",
        f"{SHELF}settings/delete/",
        f"{NET}versions/v1/move/prod/",
        f"{NET}versions/v0/remove/prod/",
        f"{NET}unlink-versions/?v=0&v=1",
    ):
        page = olga.get(path).content.decode()
        assert "1 run in the last 30 days" in page, path
        assert "2 in 90" in page, path
    page = olga.get(f"{SHELF}settings/delete/").content.decode()
    assert "5 people and service accounts" in page
    assert "vera" in page
    for path in (
        "/vision/training/artifacts/model/net/v1/delete/",
        "/vision/training/settings/delete/",
        "/vision/training/artifacts/model/net/delete-versions/?v=1",
    ):
        assert "Bytes freed" in olga.get(path).content.decode(), path
    assert "gain access" in signed_in(cast.adam).get(f"{SHELF}settings/visibility/").content.decode()


def test_opening_names_who_gains_access(cast: Cast) -> None:
    shelves.link(cast, shelves.log(cast))
    assert impact.affected(cast.registry) == impact.Reached(0, [])
    assert set(impact.visitors(cast.registry).names) == {"olga", "adam", "mia", "vera", "rita"}


def test_a_protected_alias_asks_before_it_moves(cast: Cast, links: list[Link], signed_in: SignIn) -> None:
    adam = signed_in(cast.adam)
    by_htmx = adam.post(f"{NET}versions/v1/labels/", {"alias-add": "prod"}, headers={"HX-Request": "true"})
    assert by_htmx.headers["HX-Redirect"] == f"{NET}versions/v1/move/prod/"
    asked = adam.post(f"{NET}versions/v1/labels/", {"alias-add": "prod"})
    assert asked.headers["Location"] == f"{NET}versions/v1/move/prod/"
    assert links[0].aliases.filter(name="prod").exists()
    page = adam.get(asked.headers["Location"])
    assert {row.key: row.value for row in page.context["differences"]} == {"acc": 0.1, "loss": 0.0}
    assert [row.base for row in page.context["differences"]] == [0.0, 1.0]
    assert "by adam" in page.content.decode()
    done = adam.post(asked.headers["Location"], follow=True).content.decode()
    assert "prod points at v1 now" in done
    assert "/undo/" in done
    assert links[1].aliases.filter(name="prod").exists()
    assert adam.get(asked.headers["Location"]).status_code == 404  # it is there already
    assert adam.post(f"{NET}versions/v0/labels/", {"alias-add": "free"}).headers["Location"] == f"{NET}versions/v0/"


def test_a_protected_alias_asks_before_it_is_taken_away(cast: Cast, links: list[Link], signed_in: SignIn) -> None:
    adam = signed_in(cast.adam)
    asked = adam.post(f"{NET}versions/v0/labels/", {"alias-remove": "prod"})
    assert asked.headers["Location"] == f"{NET}versions/v0/remove/prod/"
    assert links[0].aliases.filter(name="prod").exists()
    assert "whoever asks for it finds nothing" in adam.get(asked.headers["Location"]).content.decode()
    done = adam.post(asked.headers["Location"], follow=True).content.decode()
    assert "prod is taken away" in done
    assert "/undo/" in done
    assert not links[0].aliases.filter(name="prod").exists()
    assert adam.get(asked.headers["Location"]).status_code == 404
    assert adam.post(asked.headers["Location"]).status_code == 302  # it came twice
    assert adam.get(f"{NET}versions/v0/remove/latest/").status_code == 404
