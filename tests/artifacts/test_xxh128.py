"""Files whose digests are XXH128, alone and beside those of MD5: covered, counted as the same, and never by a forgery."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
import xxhash
from django.core.management import call_command

from access.models import User
from artifacts.comparing.entries import diff_files
from artifacts.manifest import Algorithm, Entry, digest_of
from artifacts.models import Manifest, Version
from artifacts.services import commits, uploads, versions
from artifacts.services.assembly import assemble_manifest
from artifacts.services.intake import log_manifest
from artifacts.services.uploads import AnnouncedFile
from artifacts.services.versions import Draft
from common.errors import InvalidInputError
from projects.models import Project
from storage.models import Blob
from storage.services import fulfil
from tests.cast import Cast
from tests.making import bring_manifest, log_version, md5_of, project_of

pytestmark = pytest.mark.django_db
A, B = b"a" * 10, b"b" * 20


@pytest.fixture
def project(cast: Cast) -> Project:
    return project_of(cast.mia, cast.team.namespace)


def entry(path: str, data: bytes, algorithm: Algorithm) -> Entry:
    fast = algorithm is Algorithm.XXH128
    raw = xxhash.xxh128_digest(data) if fast else bytes.fromhex(md5_of(data))
    return Entry(path, base64.b64encode(raw).decode(), len(data), extra={"alg": "XXH128"} if fast else {})


def lines(files: Mapping[str, bytes], algorithm: Algorithm = Algorithm.XXH128) -> list[Entry]:
    return [entry(path, data, algorithm) for path, data in files.items()]


def document_of(entries: list[Entry]) -> bytes:
    contents = {line.path: {"digest": line.digest, "size": line.size, "extra": line.extra} for line in entries}
    return json.dumps({"version": 1, "contents": contents}).encode()


def draft(entries: list[Entry], algorithm: Algorithm = Algorithm.XXH128) -> Draft:
    return Draft(artifact_name="net", type="model", digest=digest_of(entries, algorithm), algorithm=algorithm)


def begin(
    actor: User,
    project: Project,
    entries: list[Entry],
    brought: Mapping[str, bytes],
    algorithm: Algorithm = Algorithm.XXH128,
) -> Version:
    """A pending version with that manifest, for which the bytes of `brought` were announced and brought."""
    version = versions.create_version(actor=actor, project=project, run=None, draft=draft(entries, algorithm))
    if version.state == Version.State.COMMITTED:
        return version
    announced = [
        AnnouncedFile(version=version, path=path, md5=md5_of(data), xxh128=xxhash.xxh128_hexdigest(data))
        for path, data in brought.items()
    ]
    for upload, data in zip(uploads.announce_files(actor=actor, files=announced), brought.values(), strict=True):
        if upload.blob is None:
            fulfil(upload, io.BytesIO(data), size=len(data))
    bring_manifest(actor, version, document_of(entries))
    return version


def log(actor: User, project: Project, files: Mapping[str, bytes]) -> Version:
    return commits.commit_version(actor=actor, version=begin(actor, project, lines(files), files))


def test_the_same_bytes_under_both_digests_are_stored_once(cast: Cast, project: Project) -> None:
    old = log_version(cast.mia, project, {"a": A, "b": B})
    new = log(cast.mia, project, {"a": A, "b": B})
    assert log(cast.mia, project, {"a": A, "b": B}) == new
    assert (old.label, new.label, new.digest_algorithm) == ("v0", "v1", "xxh128")
    assert old.digest != new.digest
    assert set(old.entries.values_list("blob", flat=True)) == set(new.entries.values_list("blob", flat=True))
    assert not diff_files(old, new).changes


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_version_adds_to_one_of_the_other_algorithm(algorithm: Algorithm, cast: Cast, project: Project) -> None:
    other = Algorithm.MD5 if algorithm is Algorithm.XXH128 else Algorithm.XXH128
    log_version(cast.mia, project, {"a": A}) if other is Algorithm.MD5 else log(cast.mia, project, {"a": A})
    both = [entry("a", A, other), entry("b", B, algorithm)]
    version = begin(cast.mia, project, both, {"b": B}, algorithm)
    done = commits.commit_version(actor=cast.mia, version=version)
    assert (done.label, done.digest_algorithm) == ("v1", algorithm)
    assert [row.blob.size for row in done.entries.order_by("path")] == [10, 20]


@pytest.mark.parametrize("algorithm", Algorithm)
def test_an_incremental_version_has_lines_of_both(algorithm: Algorithm, cast: Cast, project: Project) -> None:
    base = log(cast.mia, project, {"a": A}) if algorithm is Algorithm.MD5 else log_version(cast.mia, project, {"a": A})
    added = lines({"b": B}, algorithm)
    version = versions.create_version(actor=cast.mia, project=project, run=None, draft=draft(added, algorithm))
    uploads.set_manifest(actor=cast.mia, version=version, kind=Manifest.Kind.INCREMENTAL, base=base)
    (upload,) = uploads.announce_files(actor=cast.mia, files=[AnnouncedFile(version=version, path="b", md5=md5_of(B))])
    fulfil(upload, io.BytesIO(B), size=len(B))
    text = document_of(added)
    manifest = uploads.set_manifest(
        actor=cast.mia, version=version, kind=Manifest.Kind.INCREMENTAL, base=base, md5=md5_of(text)
    )
    assert manifest.upload is not None
    fulfil(manifest.upload, io.BytesIO(text), size=len(text))
    done = commits.commit_version(actor=cast.mia, version=version)
    assert list(done.entries.order_by("path").values_list("path", "size")) == [("a", 10), ("b", 20)]
    kept = entry("a", A, Algorithm.XXH128 if algorithm is Algorithm.MD5 else Algorithm.MD5)
    assert done.digest == digest_of([kept, *added], algorithm)


def test_an_xxh128_alone_gives_no_bytes_of_another_artifact(cast: Cast, project: Project) -> None:
    log_version(cast.mia, project, {"a": A}, name="other")
    version = begin(cast.mia, project, lines({"a": A}), {})
    with pytest.raises(InvalidInputError, match="not been uploaded"):
        commits.commit_version(actor=cast.mia, version=version)
    (upload,) = uploads.announce_files(
        actor=cast.mia, files=[AnnouncedFile(version=version, path="a", xxh128=xxhash.xxh128_hexdigest(A))]
    )
    assert upload.blob is None


def test_of_forged_bytes_the_first_count(cast: Cast, project: Project) -> None:
    log(cast.mia, project, {"a": A, "b": B})
    log(cast.mia, project, {"forged": b"c" * 10, "b": B})
    Blob.objects.filter(md5=md5_of(b"c" * 10)).update(xxh128=xxhash.xxh128_hexdigest(A))
    done = commits.commit_version(actor=cast.mia, version=begin(cast.mia, project, lines({"z": A}), {}))
    assert done.entries.get().blob.md5 == md5_of(A)


def test_bytes_without_a_known_xxh128_are_brought_once_more(cast: Cast, project: Project) -> None:
    log_version(cast.mia, project, {"a": A})
    Blob.objects.update(xxh128="")
    log(cast.mia, project, {"a": A})
    assert Blob.objects.get(md5=md5_of(A)).xxh128 == xxhash.xxh128_hexdigest(A)


def test_the_digest_of_the_manifest_must_be_of_the_announced_algorithm(cast: Cast, project: Project) -> None:
    entries = lines({"a": A})
    version = begin(cast.mia, project, entries, {"a": A})
    Version.objects.filter(pk=version.pk).update(digest_algorithm=Algorithm.MD5)
    version.refresh_from_db()
    with pytest.raises(InvalidInputError, match="does not have the digest"):
        commits.commit_version(actor=cast.mia, version=version)


def test_one_that_sends_files_only_goes_on_in_md5(cast: Cast, project: Project) -> None:
    version = begin(cast.mia, project, lines({"a": A}), {"a": A})
    assemble_manifest(actor=cast.mia, version=version)
    done = commits.commit_version(actor=cast.mia, version=version)
    assert (done.digest_algorithm, done.digest) == ("md5", digest_of(lines({"a": A}, Algorithm.MD5)))


def test_a_manifest_of_another_server_is_brought_over(cast: Cast, project: Project) -> None:
    entries = lines({"a": A})
    given = replace(draft(entries), algorithm=Algorithm.MD5)
    done = log_manifest(
        actor=cast.mia,
        project=project,
        run=None,
        draft=given,
        document=document_of(entries),
        fetch=lambda path: io.BytesIO(A),
    )
    assert (done.digest, done.digest_algorithm) == (given.digest, "xxh128")


def test_storage_is_verified_by_both(cast: Cast, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    log(cast.mia, project, {"a": A})
    call_command("verify_storage")
    Blob.objects.filter(md5=md5_of(A)).update(xxh128="0" * 32)
    with pytest.raises(SystemExit):
        call_command("verify_storage")
    assert "XXH128" in capsys.readouterr().out
