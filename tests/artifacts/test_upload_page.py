"""Logging a version from the browser: the plain form, and REST as the page's script uses it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from access.models import User
from access.services import teams
from artifacts.models import Artifact, Manifest, Version
from events.models import Event
from projects.models import Project
from storage.models import Upload
from tests.cast import Cast
from tests.making import md5_of, project_of

SignIn = Callable[[User], Client]
PAGE = "/vision/training/upload/"
BEGIN = "/api/v1/projects/vision/training/uploads"
ABOUT = {"artifact": "scans", "type": "dataset"}


@pytest.fixture
def project(cast: Cast) -> Project:
    """`training`, of mia's team."""
    return project_of(cast.mia, cast.team.namespace)


def given(**rest: Any) -> dict[str, Any]:
    """What the form sends."""
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.bin", bytes(300_000))]
    return {"name": "scans", "type": "dataset", "aliases": "best, best", "tags": "t", "files": files} | rest


def test_a_plain_form_logs_a_version_and_the_same_content_is_the_same_version(
    cast: Cast, project: Project, signed_in: SignIn
) -> None:
    mia = signed_in(cast.mia)
    assert 'enctype="multipart/form-data"' in mia.get(PAGE).content.decode()
    made = mia.post(PAGE, given(metadata='{"n": [1]}', description="# Scans"))
    assert made["Location"] == "/vision/training/artifacts/dataset/scans/v0/"
    version = Version.objects.committed().get()
    assert (version.size, version.file_count, version.metadata) == (300_003, 2, {"n": [1]})
    assert {alias.name for alias in version.aliases.all()} == {"best", "latest"}
    assert list(version.entries.order_by("path").values_list("path", "blob__md5")) == [
        ("a.txt", md5_of(b"one")),
        ("b.bin", md5_of(bytes(300_000))),
    ]
    assert mia.post(PAGE, given())["Location"].endswith("/scans/v0/")
    assert Version.objects.committed().count() == 1
    assert not Upload.objects.exists()
    assert 'value="scans"' in mia.get(f"{PAGE}?artifact=scans").content.decode()


def test_what_cannot_be_logged_is_said_and_leaves_nothing(cast: Cast, project: Project, signed_in: SignIn) -> None:
    mia = signed_in(cast.mia)
    mia.post(PAGE, given())
    before = (Version.objects.count(), Artifact.objects.filter(deleted_at=None).count(), Event.objects.count())
    twice = [SimpleUploadedFile("a", b"1"), SimpleUploadedFile("a", b"2")]
    for wrong, status, said in (
        ({"name": "a/b"}, 400, "holds no"),
        ({"name": "new", "files": []}, 400, "at least one file"),
        ({"name": "new", "files": twice}, 400, "same name"),
        ({"name": "new", "files": [SimpleUploadedFile("x%2fy", b"1")]}, 400, "encoded separators"),
        ({"metadata": "[1]"}, 400, "JSON object"),
        ({"metadata": "{"}, 400, "not JSON"),
        ({"type": "model"}, 409, "has the type"),
        ({"aliases": "v3"}, 400, "version number"),
        ({"tags": "!"}, 400, "tag"),
    ):
        answer = mia.post(PAGE, given(**wrong))
        assert (answer.status_code, said in answer.content.decode()) == (status, True), wrong
    after = (Version.objects.count(), Artifact.objects.filter(deleted_at=None).count(), Event.objects.count())
    assert (before, Upload.objects.exists(), Manifest.objects.count()) == (after, False, 1)


def test_a_form_larger_than_the_bound_is_refused_before_it_is_read(
    cast: Cast, project: Project, signed_in: SignIn
) -> None:
    body = io.BytesIO(b"--x\r\n")
    answer = signed_in(cast.mia).post(
        PAGE, body.read(), content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(257 * 2**20)
    )
    assert answer.status_code == 400


def test_the_form_needs_its_csrf_token(cast: Cast, project: Project) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.mia, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.post(PAGE, given()).status_code == 403
    assert not Version.objects.exists()


def in_page(user: User) -> tuple[Client, dict[str, str]]:
    """A browser that honours CSRF, and the headers that our script sends."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    browser.get(PAGE)
    return browser, {"X-CSRFToken": browser.cookies["csrftoken"].value}


def told(path: str, data: bytes) -> dict[str, Any]:
    return {"path": path, "size": len(data), "md5": md5_of(data)}


def bring(browser: Client, url: str, data: bytes) -> int:
    return browser.put(url[url.index("/storage/") :], data, content_type="application/octet-stream").status_code


def test_the_page_uploads_over_rest_with_session_and_token(cast: Cast, project: Project) -> None:
    browser, token = in_page(cast.mia)
    body = {**ABOUT, "request_id": "1", "files": [told("x/a.txt", b"one"), told("b", b"two")]}
    assert browser.post(BEGIN, body, content_type="application/json").status_code == 403
    begun = browser.post(BEGIN, body, content_type="application/json", headers=token).json()
    again = browser.post(BEGIN, body, content_type="application/json", headers=token).json()
    assert begun["id"] == again["id"]  # a page loaded anew finds its upload again
    assert bring(browser, begun["files"][0]["url"], b"one") == 200
    assert bring(browser, begun["files"][1]["url"], b"not two") == 400
    there = f"/api/v1/uploads/{begun['id']}"
    left = browser.post(f"{there}/files", {"files": body["files"]}, content_type="application/json", headers=token)
    assert [bool(row["url"]) for row in left.json()["files"]] == [False, True]
    assert bring(browser, left.json()["files"][1]["url"], b"two") == 200
    made = browser.post(f"{there}/commit", content_type="application/json", headers=token).json()
    assert made["version"] == "v0"
    assert Event.objects.get(type="version:committed").door == "web"
    assert browser.get("/api/v1/me").status_code == 401  # sessions count for uploads alone


def test_giving_up_leaves_nothing_behind(cast: Cast, project: Project) -> None:
    browser, token = in_page(cast.mia)
    body = {**ABOUT, "files": [told("a", b"1"), told("b", b"2")]}
    begun = browser.post(BEGIN, body, content_type="application/json", headers=token).json()
    assert bring(browser, begun["files"][0]["url"], b"1") == 200
    there = f"/api/v1/uploads/{begun['id']}"
    stranger, strange = in_page(cast.otto)
    assert stranger.delete(there, headers=strange).status_code == 404
    assert browser.delete(there).status_code == 403
    assert browser.delete(there, headers=token).status_code == 204
    assert (Version.objects.count(), Upload.objects.count()) == (0, 0)
    assert not Artifact.objects.filter(deleted_at=None).exists()
    assert browser.delete(there, headers=token).status_code == 404
    assert bring(browser, begun["files"][1]["url"], b"2") == 404


def test_whoever_leaves_the_team_cannot_send_the_rest(cast: Cast, project: Project) -> None:
    """T21, T23: each file and each step asks anew."""
    browser, token = in_page(cast.mia)
    body = {**ABOUT, "files": [told("a", b"1"), told("b", b"2")]}
    begun = browser.post(BEGIN, body, content_type="application/json", headers=token).json()
    assert bring(browser, begun["files"][0]["url"], b"1") == 200
    teams.set_member(actor=cast.olga, team=cast.team, user=cast.mia, role="viewer")
    assert bring(browser, begun["files"][1]["url"], b"2") == 403
    there = f"/api/v1/uploads/{begun['id']}"
    assert browser.post(f"{there}/commit", content_type="application/json", headers=token).status_code == 403
    assert browser.delete(there, headers=token).status_code == 403
