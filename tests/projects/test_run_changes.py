"""What people change on runs in the browser: deleting one or many, writing on one; renamed projects."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.models import User
from artifacts.models import Version
from common.errors import ConflictError, InvalidInputError, NotFoundError
from events.models import Event
from projects.models import Project, Run
from projects.services.projects import create_project, edit_project, get_or_create_project
from projects.services.runs import delete_runs
from registries.models import Link
from registries.services.links import add_aliases, link_version
from registries.services.protection import protect_alias
from tests.cast import Cast
from tests.making import log_version

SignIn = Callable[[User], Client]
PROJECT = "/vision/detection/"


@pytest.fixture
def outputs(cast: Cast, project: Project, run: Run) -> list[Version]:
    """Two versions that `r1` logged, the first one linked, and one of nobody's."""
    made = [log_version(cast.mia, project, {"a": data}, run=run) for data in (b"1", b"2")]
    log_version(cast.mia, project, {"a": b"3"})
    link_version(actor=cast.mia, registry=cast.registry, collection_name="nets", version=made[0])
    return made


def test_a_run_goes_without_what_it_logged_unless_that_is_asked_for(
    cast: Cast, project: Project, run: Run, outputs: list[Version], signed_in: SignIn
) -> None:
    mia = signed_in(cast.mia)
    address = f"{PROJECT}delete-runs/?run=r1"
    page = mia.get(address).content.decode()
    assert "Keep all 2 versions" in page and "1 link in a registry" in page
    assert mia.post(address, {"artifacts": "keep"}).status_code == 302
    assert Version.objects.committed().count() == 3
    Run.objects.update(deleted_at=None)
    Project.objects.filter(pk=project.pk).update(run_count=1)
    assert mia.post(address, {"artifacts": "delete"}).status_code == 302
    assert [version.index for version in Version.objects.committed()] == [2]
    assert not Link.objects.filter(deleted_at=None).exists()
    kinds = list(Event.objects.order_by("pk").values_list("type", flat=True))
    assert kinds[-4:].count("version:deleted") == 2 and kinds[-1] == "run:deleted"
    assert mia.get(address).status_code == 404
    delete_runs(actor=cast.mia, runs=[run], with_outputs=True)  # a second time changes nothing
    assert Event.objects.count() == len(kinds)


def test_a_protected_alias_keeps_the_run_and_all_its_versions(
    cast: Cast, project: Project, run: Run, outputs: list[Version], signed_in: SignIn
) -> None:
    protect_alias(actor=cast.adam, registry=cast.registry, name="golden")
    add_aliases(actor=cast.adam, link=Link.objects.get(), names=["golden"])
    refused = signed_in(cast.mia).post(f"{PROJECT}delete-runs/?run=r1", {"artifacts": "delete"})
    assert refused.status_code == 409 and "protected" in refused.content.decode()
    with pytest.raises(ConflictError):
        delete_runs(actor=cast.olga, runs=[run], with_outputs=True)
    assert Run.objects.get().deleted_at is None and Version.objects.committed().count() == 3


def test_many_go_at_once_but_not_more_than_a_hundred(
    cast: Cast, project: Project, make_run: Callable[..., Run], signed_in: SignIn
) -> None:
    runs = [make_run(f"r{n}") for n in range(3)]
    address = f"{PROJECT}delete-runs/?run=r0&run=r2&run=gone"
    assert signed_in(cast.vera).post(address).status_code == 403
    assert signed_in(cast.otto).post(address).status_code == 404
    assert "Delete 2 runs" in signed_in(cast.mia).get(address).content.decode()
    assert signed_in(cast.mia).post(address).status_code == 302
    assert list(Run.objects.filter(deleted_at=None).values_list("name", flat=True)) == ["r1"]
    with pytest.raises(InvalidInputError):
        delete_runs(actor=cast.mia, runs=runs * 34)


def test_name_notes_and_tags_of_a_run_are_edited(cast: Cast, run: Run, signed_in: SignIn) -> None:
    mia, address = signed_in(cast.mia), f"{PROJECT}runs/r1/edit/"
    given = {"display_name": "best so far", "tags": "ok, night ,ok,", "description": "# Why\r\n<script>x</script>"}
    assert "Preview" in mia.get(address).content.decode()
    assert mia.post(address, given).status_code == 302
    run.refresh_from_db()
    assert (run.display_name, run.tags, run.notes) == ("best so far", ["ok", "night"], "# Why\n<script>x</script>")
    page = mia.get(f"{PROJECT}runs/r1/").content.decode()
    assert "<h1>best so far</h1>" in page and "<script>x" not in page
    assert mia.post(address, given | {"display_name": "x" * 257}).status_code == 400
    assert mia.post(address, given | {"tags": "x" * 129}).status_code == 400
    assert signed_in(cast.vera).get(address).status_code == 403
    run.refresh_from_db()
    assert run.display_name == "best so far"


def test_a_project_is_made_in_the_browser(cast: Cast, signed_in: SignIn) -> None:
    mia, address = signed_in(cast.mia), "/projects/new/"
    page = mia.get(f"{address}?entity=vision").content.decode()
    assert '<option value="vision" selected>' in page and '<option value="mia">' in page
    given = {"entity": "vision", "name": "ocr", "description": "*Reads* meters", "visibility": "restricted"}
    assert mia.post(address, given)["Location"] == "/vision/ocr/"
    made = Project.objects.get(name="ocr")
    assert (made.visibility, made.description) == ("restricted", "*Reads* meters")
    assert signed_in(cast.vera).get("/vision/ocr/").status_code == 404
    assert mia.get("/vision/ocr/").status_code == 200
    assert mia.post(address, given).status_code == 409
    assert mia.post(address, given | {"name": "a/b"}).status_code == 400
    assert mia.post(address, given | {"entity": "Acme", "name": "x"}).status_code == 400
    assert mia.post(address, {"entity": "mia", "name": "own", "visibility": "team"})["Location"] == "/mia/own/"
    vera = signed_in(cast.vera)
    assert "vision" not in vera.get(address).content.decode().split("<form")[-1]
    assert vera.post(address, given | {"name": "no"}).status_code == 400
    check = mia.get(f"{address}?entity=vision&name=OCR", headers={"HX-Request": "true"}).content.decode()
    assert "already" in check
    assert (
        "can be used" in mia.get(f"{address}?entity=vision&name=new", headers={"HX-Request": "true"}).content.decode()
    )


def test_a_taken_name_is_refused_even_where_it_is_invisible(cast: Cast) -> None:
    secret = create_project(actor=cast.olga, namespace=cast.team.namespace, name="secret", visibility="restricted")
    assert secret.created_by == cast.olga
    with pytest.raises(ConflictError):
        create_project(actor=cast.mia, namespace=cast.team.namespace, name="Secret")
    with pytest.raises(NotFoundError):
        create_project(actor=cast.otto, namespace=cast.team.namespace, name="other")


def test_the_old_address_of_a_renamed_project_leads_on_for_those_who_see_it(
    cast: Cast, project: Project, run: Run, signed_in: SignIn
) -> None:
    edit_project(actor=cast.olga, project=project, name="reading meters")
    mia = signed_in(cast.mia)
    assert mia.get(f"{PROJECT}runs/r1/charts/?smooth=0.5")["Location"] == (
        "/vision/reading%20meters/runs/r1/charts/?smooth=0.5"
    )
    assert mia.get(PROJECT)["Location"] == "/vision/reading%20meters/"
    assert mia.get("/vision/reading meters/runs/none/").status_code == 404
    assert signed_in(cast.otto).get(PROJECT).status_code == 404
    again = get_or_create_project(actor=cast.mia, namespace=cast.team.namespace, name="detection")
    assert again != project  # scripts use the present name (C17)
    assert mia.get(PROJECT).status_code == 200


def test_runs_are_compared_by_an_address(cast: Cast, make_run: Callable[..., Run], signed_in: SignIn) -> None:
    for name, rate in (("a", 0.1), ("b", 0.2)):
        make_run(name, display_name="same", config={"lr": rate, "seed": 1, "opt": "<i>"}, summary={"loss": rate})
    mia, address = signed_in(cast.mia), f"{PROJECT}compare/?run=a&run=b"
    page = mia.get(address).content.decode()
    assert "same (a)" in page and 'title="lr"' in page and 'title="seed"' not in page
    everything = mia.get(f"{address}&all=1").content.decode()
    assert 'title="seed"' in everything and "<i>" not in everything
    rows = mia.get(f"{PROJECT}compare.json?run=a&run=b").json()["rows"]
    assert {"source": "config", "key": "lr", "differs": True, "a": "0.100", "b": "0.200"} in rows
    for few in ("", "?run=a", "?run=a&run=gone", "?" + "&".join(f"run=r{n}" for n in range(200))):
        assert "Choose two to ten runs" in mia.get(f"{PROJECT}compare/{few}").content.decode()
    assert signed_in(cast.otto).get(address).status_code == 404
