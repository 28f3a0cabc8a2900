"""T21 somebody else's upload, and T44 requests of an upload that arrive again."""

from __future__ import annotations

import pytest
from django.test import Client

from access.models import User
from artifacts.models import Version
from artifacts.services import uploads
from artifacts.services.commits import commit_version
from artifacts.services.uploads import AnnouncedFile
from common.errors import DomainError, ForbiddenError, NotFoundError
from events.models import Event
from storage.models import Blob, Upload
from storage.signing import upload_url
from tests.cast import Cast
from tests.making import begin_version, md5_of, project_of


@pytest.fixture
def pending(cast: Cast) -> Version:
    """mia's, with its file here and its manifest too."""
    return begin_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"weights"})


def announced(user: User, version: Version, data: bytes) -> Upload:
    (upload,) = uploads.announce_files(actor=user, files=[AnnouncedFile(version=version, path="a", md5=md5_of(data))])
    return upload


def put(user: User, upload: Upload, data: bytes) -> int:
    address = upload_url("", upload, user.pk)
    return Client().put(address, data, content_type="application/octet-stream").status_code


@pytest.mark.parametrize("who", ["otto", "vera", "rita"])
def test_nobody_sends_completes_or_gives_up_an_upload_without_the_role(cast: Cast, pending: Version, who: str) -> None:
    stranger: User = getattr(cast, who)
    upload = announced(cast.mia, pending, b"weights, more of them")
    attempts = (
        lambda: announced(stranger, pending, b"weights"),
        lambda: uploads.set_manifest(actor=stranger, version=pending, md5="0" * 32),
        lambda: commit_version(actor=stranger, version=pending),
        lambda: uploads.abandon_version(actor=stranger, version=pending),
    )
    for attempt in attempts:
        with pytest.raises((ForbiddenError, NotFoundError)):
            attempt()
    assert put(stranger, upload, b"weights, more of them") in (403, 404)

    upload.refresh_from_db()
    assert upload.blob is None
    assert not Blob.objects.filter(md5=md5_of(b"weights, more of them")).exists()
    assert commit_version(actor=cast.mia, version=pending).label == "v0"


def test_requests_that_arrive_again_change_nothing(cast: Cast, pending: Version) -> None:
    upload = announced(cast.mia, pending, b"weights")
    assert [put(cast.mia, upload, b"weights") for _ in range(3)] == [200, 200, 200]

    first = commit_version(actor=cast.mia, version=pending)
    for _ in range(3):
        again = Version.objects.select_related("artifact__project", "same_as").get(pk=pending.pk)
        assert commit_version(actor=cast.mia, version=again) == first
    assert put(cast.mia, upload, b"weights") == 404  # what was announced is in the version now
    for late in (b"weights", b"others"):
        with pytest.raises(DomainError, match="committed"):
            announced(cast.mia, Version.objects.select_related("artifact__project").get(pk=pending.pk), late)

    assert first.artifact.versions.filter(state=Version.State.COMMITTED).count() == 1
    assert Event.objects.filter(type="version:committed").count() == 1
    assert first.entries.get().blob_id == Blob.objects.get(md5=md5_of(b"weights")).pk
