"""Versions that come in parts: logged by several processes together, or on top of an earlier version."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest

from access.models import User
from artifacts.models import Manifest, Version
from artifacts.services import commits, uploads, versions
from artifacts.services.uploads import AnnouncedFile
from common.errors import ConflictError, InvalidInputError, NotFoundError
from projects.models import Project
from storage.models import Upload
from storage.services import fulfil
from tests.cast import Cast
from tests.making import log_version, manifest_of, md5_of, project_of

PATCH, INCREMENTAL = Manifest.Kind.PATCH, Manifest.Kind.INCREMENTAL


@pytest.fixture
def project(cast: Cast) -> Project:
    return project_of(cast.mia, cast.team.namespace)


def part(
    actor: User,
    project: Project,
    files: Mapping[str, bytes],
    *,
    kind: str = PATCH,
    base: Version | None = None,
    brings_manifest: bool = True,
    **draft: Any,
) -> Version:
    """What one process does: announces and brings its files and its part of the manifest."""
    document, digest = manifest_of(files)
    given = versions.Draft(artifact_name="net", type="model", digest=digest, **draft)
    version = versions.create_version(actor=actor, project=project, run=None, draft=given)
    uploads.set_manifest(actor=actor, version=version, kind=kind, base=base)
    announced = [AnnouncedFile(version=version, path=path, md5=md5_of(data)) for path, data in files.items()]
    for upload, data in zip(uploads.announce_files(actor=actor, files=announced), files.values(), strict=True):
        if upload.blob is None:
            fulfil(upload, io.BytesIO(data), size=len(data))
    manifest = uploads.set_manifest(actor=actor, version=version, kind=kind, base=base, md5=md5_of(document))
    assert manifest.upload is not None
    if brings_manifest:
        fulfil(manifest.upload, io.BytesIO(document), size=len(document))
    return version


def commit(actor: User, version: Version) -> Version:
    found = Version.objects.select_related("artifact__project", "same_as__artifact").get(pk=version.pk)
    return commits.commit_version(actor=actor, version=found)


def paths(version: Version) -> list[str]:
    return sorted(version.entries.values_list("path", flat=True))


def test_processes_log_one_version_together(cast: Cast, project: Project) -> None:
    olga, mia = cast.olga, cast.mia
    first = part(mia, project, {"0.txt": b"a", "both.txt": b"early"}, shared_id="g", aliases=["x"], tags=["t"])
    second = part(olga, project, {"1.txt": b"b", "both.txt": b"later"}, shared_id="g", metadata={"k": 1}, tags=["u"])
    again = part(mia, project, {"0.txt": b"a", "both.txt": b"early"}, shared_id="g", metadata={"l": 2}, aliases=["y"])
    assert first == second == again
    done = commit(olga, part(olga, project, {"end.txt": b"c"}, shared_id="g", description="whole"))
    assert (done, done.label, done.file_count, done.size) == (first, "v0", 4, 8)
    assert paths(done) == ["0.txt", "1.txt", "both.txt", "end.txt"]
    assert done.entries.get(path="both.txt").blob.md5 == md5_of(b"later")
    assert {alias.name for alias in done.aliases.all()} == {"latest", "x", "y"}
    assert {tag.name for tag in done.tags.all()} == {"t", "u"}
    assert (done.metadata, done.description) == ({"k": 1, "l": 2}, "whole")
    assert not Upload.objects.filter(subject_id=done.pk).exclude(purpose=Upload.Purpose.RUN_FILE).exists()
    assert commit(mia, done) == done


def test_parts_make_the_same_content_as_a_whole(cast: Cast, project: Project) -> None:
    whole = log_version(cast.mia, project, {"a": b"1", "b": b"2"})
    part(cast.mia, project, {"a": b"1"}, shared_id="g", aliases=["again"])
    assert commit(cast.mia, part(cast.mia, project, {"b": b"2"}, shared_id="g")) == whole
    assert {alias.name for alias in whole.aliases.all()} == {"latest", "again"}


def test_the_same_group_logs_the_next_version_after_the_commit(cast: Cast, project: Project) -> None:
    for index in range(3):
        part(cast.mia, project, {f"{index}": b"x"}, shared_id="g")
        done = commit(cast.mia, part(cast.mia, project, {"end": b"y"}, shared_id="g"))
        assert (done.label, paths(done)) == (f"v{index}", [f"{index}", "end"])
    part(cast.mia, project, {"2": b"x"}, shared_id="g")
    folded = commit(cast.mia, part(cast.mia, project, {"end": b"y"}, shared_id="g"))
    assert folded.label == "v2"
    assert part(cast.mia, project, {"new": b"x"}, shared_id="g").state == Version.State.PENDING


def test_another_group_has_a_version_of_its_own(cast: Cast, project: Project) -> None:
    one, other = (part(cast.mia, project, {"a": name}, shared_id=name.decode()) for name in (b"g", b"h"))
    assert one != other
    assert (commit(cast.mia, other).label, commit(cast.mia, one).label) == ("v0", "v1")


def test_a_process_that_died_before_its_manifest_leaves_nothing(cast: Cast, project: Project) -> None:
    version = part(cast.mia, project, {"lost": b"x"}, shared_id="g", brings_manifest=False)
    with pytest.raises(InvalidInputError, match="not been uploaded"):
        commit(cast.mia, version)
    assert paths(commit(cast.mia, part(cast.mia, project, {"kept": b"y"}, shared_id="g"))) == ["kept"]


def test_an_incremental_version_adds_to_its_base(cast: Cast, project: Project) -> None:
    mia = cast.mia
    first = commit(mia, part(mia, project, {"a": b"1"}, kind=INCREMENTAL))
    base = log_version(mia, project, {"a": b"1", "b": b"2"}, references={"r": "s3://bucket/r"})
    added = commit(mia, part(mia, project, {"b": b"3", "c": b"4"}, kind=INCREMENTAL, base=base))
    assert (first.label, base.label, added.label) == ("v0", "v1", "v2")
    assert paths(added) == ["a", "b", "c", "r"]
    assert added.entries.get(path="b").blob.md5 == md5_of(b"3")
    assert (added.file_count, added.digest) != (base.file_count, base.digest)
    same = log_version(mia, project, {"a": b"1", "b": b"3", "c": b"4"}, references={"r": "s3://bucket/r"})
    assert same == added  # by the digest of the whole


def test_a_base_that_was_deleted_or_is_of_another_artifact_is_refused(cast: Cast, project: Project) -> None:
    mia = cast.mia
    base = log_version(mia, project, {"a": b"1"})
    version = part(mia, project, {"b": b"2"}, kind=INCREMENTAL, base=base)
    versions.delete_version(actor=mia, version=base, delete_aliases=True)
    with pytest.raises(ConflictError, match="deleted meanwhile"):
        commit(mia, version)
    other = log_version(mia, project, {"a": b"1"}, name="other")
    with pytest.raises(InvalidInputError, match="the same artifact"):
        part(mia, project, {"c": b"2"}, kind=INCREMENTAL, base=other)


def test_a_part_with_bytes_that_nobody_brought_is_refused(cast: Cast, project: Project) -> None:
    version = part(cast.mia, project, {"a": b"1"}, shared_id="g")
    document, _ = manifest_of({"secret": b"somebody else's"})
    manifest = uploads.set_manifest(actor=cast.mia, version=version, kind=PATCH, md5=md5_of(document))
    assert manifest.upload is not None
    fulfil(manifest.upload, io.BytesIO(document), size=len(document))
    with pytest.raises(InvalidInputError, match="such as secret"):
        commit(cast.mia, version)


def test_an_outsider_joins_no_group(cast: Cast, project: Project) -> None:
    part(cast.mia, project, {"a": b"1"}, shared_id="g")
    with pytest.raises(NotFoundError):
        part(cast.otto, project, {"b": b"1"}, shared_id="g")
