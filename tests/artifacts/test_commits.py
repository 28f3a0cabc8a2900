"""Logging versions: numbers, aliases, dedupe, and whose bytes a manifest may name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from access.services import organizations, teams
from artifacts.models import Artifact, Manifest, ManifestEntry, Version
from artifacts.reading import find_version, get_version, readable_through
from artifacts.services import aliases, artifacts, uploads, versions
from artifacts.services.commits import commit_version
from artifacts.services.uploads import AnnouncedFile
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from events.models import Event
from storage.models import Blob, Upload
from storage.stores import store
from tests.cast import Cast, person
from tests.making import begin_version, bring_manifest, log_version, manifest_of, md5_of, project_of

pytestmark = pytest.mark.django_db


def names_of(version: Version) -> set[str]:
    return set(version.aliases.values_list("name", flat=True))


def test_versions_are_numbered_from_zero_and_latest_moves(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)

    first = log_version(cast.mia, project, {"a": b"1"}, aliases=["best"])
    second = log_version(cast.mia, project, {"a": b"2"})

    assert (first.label, second.label) == ("v0", "v1")
    assert names_of(first) == {"best"}
    assert names_of(second) == {"latest"}
    assert find_version(first.artifact, "latest") == second
    moved = Event.objects.filter(type="alias:moved").get()
    assert (moved.before, moved.after) == ({"alias": "latest", "version": "v0"}, {"alias": "latest", "version": "v1"})


def test_the_same_content_is_the_same_version_and_gets_the_aliases(cast: Cast) -> None:
    """C30."""
    project = project_of(cast.mia, cast.team.namespace)
    first = log_version(cast.mia, project, {"a": b"1"})
    log_version(cast.mia, project, {"a": b"2"})

    again = log_version(cast.mia, project, {"a": b"1"}, aliases=["latest", "good"])

    assert again == first
    assert names_of(first) == {"latest", "good"}
    assert Version.objects.committed().count() == 2


def test_an_identical_log_that_was_under_way_folds_into_the_first(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    slow = begin_version(cast.mia, project, {"a": b"1"}, client_id="slow")
    first = log_version(cast.mia, project, {"a": b"1"}, client_id="quick")

    committed = commit_version(actor=cast.mia, version=slow)

    assert committed == first
    assert get_version(cast.mia, slow.pk) == first
    slow.refresh_from_db()
    assert commit_version(actor=cast.mia, version=slow) == first
    assert first.artifact.versions.committed().count() == 1


def test_a_repeated_request_means_the_same(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    once = begin_version(cast.mia, project, {"a": b"1"}, client_id="c1")
    twice = begin_version(cast.mia, project, {"a": b"1"}, client_id="c1")
    assert once == twice

    first = commit_version(actor=cast.mia, version=once)
    twice.refresh_from_db()

    assert commit_version(actor=cast.mia, version=twice) == first
    assert Event.objects.filter(type="version:committed").count() == 1


def test_a_manifest_needs_every_file(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    version = begin_version(cast.mia, project, {"a": b"1", "b": b"2"})
    Upload.objects.filter(subject_id=version.pk, name="b").update(blob=None)

    with pytest.raises(InvalidInputError, match="1 files of the manifest have not been uploaded, such as b"):
        commit_version(actor=cast.mia, version=version)

    version.refresh_from_db()
    assert version.state == Version.State.PENDING
    assert version.index is None


def test_a_strangers_digest_gives_no_access_to_the_bytes(cast: Cast) -> None:
    secret = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"secret": b"the weights"})
    stranger = person("stranger")
    project = project_of(stranger, stranger.namespace)
    version = begin_version(stranger, project, {"mine": b"x"})
    (upload,) = uploads.announce_files(
        actor=stranger, files=[AnnouncedFile(version=version, path="stolen", md5=md5_of(b"the weights"))]
    )
    assert upload.blob is None, "the answer would tell that the bytes exist, and hand them over"

    text, digest = manifest_of({"stolen": b"the weights"})
    draft = versions.Draft(artifact_name="forged", type="model", digest=digest)
    forged = versions.create_version(actor=stranger, project=project, run=None, draft=draft)
    bring_manifest(stranger, forged, text)
    with pytest.raises(InvalidInputError, match="have not been uploaded"):
        commit_version(actor=stranger, version=forged)
    assert not ManifestEntry.objects.filter(version=forged).exists()
    assert readable_through(stranger, secret) is None


def test_bytes_that_one_may_read_need_no_upload(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    log_version(cast.mia, project, {"a": b"1", "b": b"2"})
    blobs = Blob.objects.count()

    version = begin_version(cast.mia, project, {"a": b"1", "b": b"3"}, name="other")

    uploaded = Upload.objects.filter(subject_id=version.pk, purpose="version-file")
    assert {upload.name: upload.blob is not None for upload in uploaded} == {"a": True, "b": True}
    assert commit_version(actor=cast.mia, version=version).file_count == 2
    assert Blob.objects.count() == blobs + 3, "one new file, and the manifest as it came and as it is kept"


def test_the_stored_manifest_holds_no_local_paths(cast: Cast) -> None:
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"1"})

    blob = Manifest.objects.get(version=version).blob
    assert blob is not None
    with store().open(blob.sha256) as file:
        assert b"local_path" not in file.read()


def test_references_are_kept_without_bytes(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)

    version = log_version(cast.mia, project, {"a": b"1"}, references={"big": "s3://bucket/big.bin"})

    entry = version.entries.get(path="big")
    assert (entry.reference_uri, entry.blob) == ("s3://bucket/big.bin", None)
    assert version.file_count == 2


def test_viewer_cannot_log_and_outsider_sees_nothing(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)

    with pytest.raises(ForbiddenError):
        log_version(cast.vera, project, {"a": b"1"})
    with pytest.raises(NotFoundError):
        log_version(cast.otto, project, {"a": b"1"})
    assert not Version.objects.exists()


def test_a_name_has_one_type(cast: Cast) -> None:
    """F4."""
    project = project_of(cast.mia, cast.team.namespace)
    log_version(cast.mia, project, {"a": b"1"}, type="model")

    with pytest.raises(ConflictError, match="has the type 'model'"):
        log_version(cast.mia, project, {"a": b"2"}, type="dataset")


@pytest.mark.parametrize("alias", ["v3", "a/b", "a:b", "", "x" * 129])
def test_an_alias_that_cannot_be_is_refused(cast: Cast, alias: str) -> None:
    """F6, C16."""
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"1"})

    with pytest.raises(InvalidInputError):
        aliases.add_aliases(actor=cast.mia, version=version, names=[alias])
    assert names_of(version) == {"latest"}


def test_a_version_with_aliases_is_deleted_only_with_them(cast: Cast) -> None:
    """F130."""
    project = project_of(cast.mia, cast.team.namespace)
    version = log_version(cast.mia, project, {"a": b"1"})
    with pytest.raises(ConflictError, match="latest"):
        versions.delete_version(actor=cast.mia, version=version)

    versions.delete_version(actor=cast.mia, version=version, delete_aliases=True)
    versions.delete_version(actor=cast.mia, version=version, delete_aliases=True)
    again = log_version(cast.mia, project, {"a": b"1"})

    assert again.label == "v1", "a number is never given twice"
    assert Event.objects.filter(type="version:deleted").count() == 1


def test_leaving_a_team_takes_the_bytes_away(cast: Cast) -> None:
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"1"})
    newcomer = person("newcomer")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=newcomer, role="member")
    assert readable_through(newcomer, version) is None
    membership = teams.set_member(actor=cast.olga, team=cast.team, user=newcomer, role="viewer")
    assert readable_through(newcomer, version) is not None

    membership.delete()

    assert readable_through(newcomer, version) is None


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_twenty_numbers(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)

    def log(number: int) -> int | None:
        try:
            return log_version(cast.mia, project, {"a": str(number).encode()}).index
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        numbers = sorted(pool.map(log, range(20)))

    assert numbers == list(range(20))
    assert [alias.name for alias in Version.objects.get(index=19).aliases.all()] == ["latest"]


@pytest.mark.django_db(transaction=True)
def test_twenty_identical_at_once_are_one_version(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)

    def log(_: int) -> str:
        try:
            return log_version(cast.mia, project, {"a": b"same"}).label
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        labels = set(pool.map(log, range(20)))

    assert labels == {"v0"}
    assert Version.objects.committed().count() == 1


def test_what_was_read_before_a_commit_meets_the_committed_version(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    version = begin_version(cast.mia, project, {"a": b"1"})
    early = [Version.objects.select_related("artifact__project").get(pk=version.pk) for _ in range(2)]
    commit_version(actor=cast.mia, version=version)

    again = commit_version(actor=cast.mia, version=early[0])
    assert (again.pk, again.label, again.size) == (version.pk, "v0", 1)
    with pytest.raises(ConflictError):
        uploads.set_manifest(actor=cast.mia, version=early[1], md5="0" * 32)
    assert version.entries.count() == 1


def test_an_alias_is_not_given_to_a_version_that_was_deleted_meanwhile(cast: Cast) -> None:
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"1"})
    early = Version.objects.select_related("artifact__project").get(pk=version.pk)
    versions.delete_version(actor=cast.mia, version=version, delete_aliases=True)
    with pytest.raises(NotFoundError):
        aliases.add_aliases(actor=cast.mia, version=early, names=["best"])


def test_two_edits_of_an_artifact_at_once_both_hold(cast: Cast) -> None:
    artifact = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"1"}).artifact
    early = Artifact.objects.select_related("project").get(pk=artifact.pk)
    artifacts.edit_artifact(actor=cast.mia, artifact=artifact, name="new")
    artifacts.edit_artifact(actor=cast.mia, artifact=early, description="Described.")
    artifact.refresh_from_db()
    assert (artifact.name, artifact.description) == ("new", "Described.")
