"""Signed addresses: each allows one thing to one person for a while, and bytes come back in any range."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, RequestFactory

from access.services import roles
from artifacts.models import Version
from artifacts.services import uploads, versions
from artifacts.services.uploads import AnnouncedFile
from storage.models import Upload
from storage.signing import base_url, download_url, open_ticket, upload_url
from tests.cast import Cast
from tests.making import log_version, manifest_of, md5_of, project_of

pytestmark = pytest.mark.django_db
DATA = os.urandom(5000)


@pytest.fixture
def version(cast: Cast) -> Version:
    return log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"dir/weights.bin": DATA})


def address(cast: Cast, version: Version, *, principal: Any = None, name: str = "dir/weights.bin") -> str:
    entry = version.entries.get()
    return download_url(
        "", sha256=entry.blob_id or "", purpose="version-file", container=version.artifact.project_id,
        principal=(principal or cast.mia).pk, name=name,
    )  # fmt: skip


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_whole_file_comes_as_a_download(cast: Cast, version: Version) -> None:
    response = Client().get(address(cast, version))

    assert response.status_code == 200
    assert body(response) == DATA
    assert response["Content-Length"] == "5000"
    assert response["Content-Disposition"] == 'attachment; filename="weights.bin"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=4990-", 4990, 4999), ("bytes=-7", 4993, 4999)],
)
def test_a_range_comes_alone(cast: Cast, version: Version, asked: str, first: int, last: int) -> None:
    response = Client().get(address(cast, version), headers={"Range": asked})

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/5000"
    assert body(response) == DATA[first : last + 1]


def test_a_range_beyond_the_end_is_416(cast: Cast, version: Version) -> None:
    response = Client().get(address(cast, version), headers={"Range": "bytes=5000-"})

    assert (response.status_code, response["Content-Range"]) == (416, "bytes */5000")


def test_if_range_with_another_etag_sends_the_whole(cast: Cast, version: Version) -> None:
    etag = Client().head(address(cast, version))["ETag"]

    matching = Client().get(address(cast, version), headers={"Range": "bytes=0-9", "If-Range": etag})
    other = Client().get(address(cast, version), headers={"Range": "bytes=0-9", "If-Range": '"other"'})

    assert (matching.status_code, body(matching)) == (206, DATA[:10])
    assert (other.status_code, body(other)) == (200, DATA)


def test_head_has_the_headers_and_no_body(cast: Cast, version: Version) -> None:
    response = Client().head(address(cast, version))

    assert (response.status_code, response["Content-Length"], response["Accept-Ranges"]) == (200, "5000", "bytes")
    assert response.content == b""


def test_an_unchanged_file_is_304(cast: Cast, version: Version) -> None:
    etag = Client().head(address(cast, version))["ETag"]

    assert Client().get(address(cast, version), headers={"If-None-Match": etag}).status_code == 304


def test_a_hostile_file_name_stays_a_name(cast: Cast, version: Version) -> None:
    response = Client().get(address(cast, version, name='x"\r\nSet-Cookie: a=b;/../../é.bin'))

    body(response)
    assert response.status_code == 200
    assert "Set-Cookie" not in response
    assert "\n" not in response["Content-Disposition"]


def test_a_changed_expired_or_foreign_address_is_403(cast: Cast, version: Version, settings: Any) -> None:
    good = address(cast, version)
    head, ticket, tail = good.partition("/storage/")[0], *good.removeprefix("/storage/").split("/", 1)
    assert Client().get(f"{head}/storage/{ticket[:-2]}AA/{tail}").status_code == 403
    assert Client().put(good, b"x").status_code == 403
    settings.SIGNED_URL_SECONDS = -1
    assert Client().get(good).status_code == 403


def test_losing_the_role_closes_the_address(cast: Cast, version: Version) -> None:
    good = address(cast, version)
    cast.mia.team_memberships.all().delete()

    assert Client().get(good).status_code == 404


def test_a_restricted_viewer_gets_no_bytes(cast: Cast, version: Version) -> None:
    """T22."""
    from registries.services.links import link_version

    link_version(actor=cast.mia, registry=cast.registry, collection_name="c", version=version)
    sha256 = version.entries.get().blob_id or ""

    def status(principal: Any, **headers: str) -> int:
        url = download_url(
            "", sha256=sha256, purpose="version-file", container=cast.registry.pk, principal=principal.pk, name="x"
        )
        response = Client().get(url, headers=headers)
        body(response)
        return response.status_code

    assert status(cast.vera) == 200
    assert status(cast.rita) == status(cast.rita, Range="bytes=0-0") == 403
    roles.remove_role(actor=cast.olga, container=cast.registry, principal=cast.vera)
    assert status(cast.vera) == 404


def announced(cast: Cast, data: bytes) -> Upload:
    _, digest = manifest_of({"f": data})
    draft = versions.Draft(artifact_name="net", type="model", digest=digest)
    version = versions.create_version(
        actor=cast.mia, project=project_of(cast.mia, cast.team.namespace), run=None, draft=draft
    )
    (upload,) = uploads.announce_files(
        actor=cast.mia, files=[AnnouncedFile(version=version, path="f", md5=md5_of(data))]
    )
    return upload


def put(upload: Upload, data: bytes) -> Any:
    return Client().put(upload_url("", upload, upload.owner_id), data, content_type="application/octet-stream")


def test_a_put_brings_what_was_announced(cast: Cast) -> None:
    upload = announced(cast, b"hello")

    first, again = put(upload, b"hello"), put(upload, b"hello")

    assert (first.status_code, again.status_code) == (200, 200)
    upload.refresh_from_db()
    assert upload.blob is not None
    assert first["ETag"] == f'"{md5_of(b"hello")}"'


def test_a_put_of_other_bytes_is_refused(cast: Cast) -> None:
    upload = announced(cast, b"hello")

    response = put(upload, b"hellO")

    assert response.status_code == 400
    assert "MD5" in response.json()["errors"][0]["message"]
    upload.refresh_from_db()
    assert upload.blob is None


def test_a_put_by_somebody_who_lost_the_role_is_refused(cast: Cast) -> None:
    upload = announced(cast, b"hello")
    cast.mia.is_active = False
    cast.mia.save()

    assert put(upload, b"hello").status_code == 403


def test_addresses_start_at_the_public_address(settings: Any) -> None:
    request = RequestFactory().get("/", headers={"Host": "testserver"})
    assert base_url(request) == "http://testserver"
    settings.BASE_URL = "https://registry.example.org"
    assert base_url(request) == "https://registry.example.org"


def test_a_ticket_says_all_that_it_allows(cast: Cast, version: Version) -> None:
    ticket = open_ticket(address(cast, version).removeprefix("/storage/").split("/")[0])

    assert (ticket.method, ticket.purpose, ticket.container, ticket.principal) == (
        "GET", "version-file", version.artifact.project_id, cast.mia.pk,
    )  # fmt: skip
    assert django_settings.SIGNED_URL_SECONDS == 3600
