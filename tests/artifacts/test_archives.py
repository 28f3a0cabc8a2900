"""Zip archives that are sent while they are made: of known length, complete, and harmless when they are unpacked."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from access.models import User
from artifacts import zips
from artifacts.archives import Member, archive_size, stream
from artifacts.models import ManifestEntry
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/vision/training/artifacts/model/net/v0/"
LINKED = "/orgs/Acme/registry/Shelf/collections/net/versions/v0/"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def packed(members: dict[str, bytes]) -> bytes:
    return b"".join(stream([Member(name, len(data), [data] if data else []) for name, data in members.items()], NOW))


def foretold(members: dict[str, bytes]) -> int:
    return archive_size((name, len(data)) for name, data in members.items())


@pytest.mark.parametrize("members", [{}, {"a": b""}, {"a/b.txt": b"x" * 5000, "ü/日本.txt": b"y"}])
def test_the_length_is_known_beforehand_and_any_reader_opens_it(members: dict[str, bytes]) -> None:
    data = packed(members)
    assert len(data) == foretold(members)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == members
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())


def test_more_files_than_sixteen_bits_count_are_packed() -> None:
    members = {f"{number}": b"" for number in range(66_000)}
    data = packed(members)
    assert len(data) == foretold(members)
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 66_000


@pytest.mark.parametrize("sizes", [[960], [990], [1001], [400] * 4, [1001, 5, 1200], [10] * 30])
def test_long_numbers_are_counted_where_files_or_archives_are_long(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int]
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)  # instead of two gigabytes
    members = {f"file {number}": b"z" * size for number, size in enumerate(sizes)}
    data = packed(members)
    assert len(data) == foretold(members)
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_a_file_that_is_not_what_it_said_breaks_the_archive_off() -> None:
    with pytest.raises(ValueError, match="3 bytes instead of 4"):
        list(stream([Member("a", 4, [b"abc"])], NOW))


def test_a_version_comes_whole_or_by_folder_with_its_length_and_name(cast: Cast, signed_in: SignIn) -> None:
    files = {"a.txt": b"one", "weights/net.bin": b"\0" * 3000, "weights%/x": b"other", "Weights/y": b"third"}
    shelves.link(cast, shelves.log(cast, files=files))
    client = signed_in(cast.vera)
    for base in (NET, LINKED):
        response = client.get(f"{base}zip/")
        data = b"".join(response)
        assert int(response.headers["Content-Length"]) == len(data)
        assert response.headers["Content-Disposition"] == 'attachment; filename="net-v0.zip"'
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == {**files, "number.txt": b"0"}
        head = client.head(f"{base}zip/")
        assert (head.headers["Content-Length"], head.content) == (response.headers["Content-Length"], b"")
    part = client.get(f"{NET}zip/", {"folder": "weights"})
    assert part.headers["Content-Disposition"] == 'attachment; filename="net-v0-weights.zip"'
    assert zipfile.ZipFile(io.BytesIO(b"".join(part))).namelist() == ["weights/net.bin"]
    for folder in ("weight", "a.txt", "..", "weights/..", "/etc"):
        assert client.get(f"{NET}zip/", {"folder": folder}).status_code == 404, folder


def test_references_are_listed_beside_the_files(cast: Cast, signed_in: SignIn) -> None:
    references = {"far/a.tar": "s3://bucket/a.tar", "far/b\n.tar": "https://example.org/b?x=1"}
    shelves.log(cast, files={"REFERENCES.txt": b"mine"}, references=references)
    response = signed_in(cast.mia).get(f"{NET}zip/")
    data = b"".join(response)
    assert int(response.headers["Content-Length"]) == len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("REFERENCES.txt") == b"mine"
        listed = archive.read("REFERENCES-2.txt").decode().splitlines()
    assert listed[1:] == ["far/a.tar\t?\ts3://bucket/a.tar", "far/b\\x0a.tar\t?\thttps://example.org/b?x=1"]


def test_names_that_would_climb_out_are_never_packed(cast: Cast, signed_in: SignIn, tmp_path: Path) -> None:
    version = shelves.log(cast)
    blob = version.entries.exclude(blob=None)[0].blob
    hostile = ["../up", "/etc/passwd", "a/../../b", "..\\up", "C:\\x", "C:/x", "a\0b", "%2e%2e/x", "a/./b", "x. /y"]
    ManifestEntry.objects.bulk_create(
        ManifestEntry(version=version, path=path, digest="x", blob=blob) for path in hostile if "\0" not in path
    )
    response = signed_in(cast.mia).get(f"{NET}zip/")
    data = b"".join(response)
    assert int(response.headers["Content-Length"]) == len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not set(archive.namelist()) & set(hostile)
        archive.extractall(tmp_path / "inner" / "out")
    assert [path.name for path in (tmp_path / "inner").iterdir()] == ["out"]


def test_only_those_who_may_download_get_a_zip_or_its_length(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    for ask in ("get", "head"):
        answers = {name: getattr(signed_in(getattr(cast, name)), ask)(f"{LINKED}zip/") for name in ("rita", "otto")}
        assert {name: answer.status_code for name, answer in answers.items()} == {"rita": 403, "otto": 404}
    assert "zip/" not in signed_in(cast.rita).get(f"{LINKED}files/").content.decode()
    assert "zip/" in signed_in(cast.vera).get(f"{LINKED}files/").content.decode()


def test_ten_thousand_files_are_packed_in_flat_memory(cast: Cast, signed_in: SignIn) -> None:
    version = shelves.log(cast, files={"big": b"7" * 2_000_000})
    blob = version.entries.get(path="big").blob
    small = version.entries.get(path="number.txt").blob
    ManifestEntry.objects.bulk_create(
        ManifestEntry(
            version=version, path=f"part/{number:05}", digest="x", size=1, blob=blob if number % 100 == 0 else small
        )
        for number in range(10_000)
    )
    response = signed_in(cast.mia).get(f"{NET}zip/")
    tracemalloc.start()
    total = sum(map(len, response))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == int(response.headers["Content-Length"]) > 200_000_000
    assert most < 30_000_000


def test_a_reader_who_leaves_leaves_nothing_behind(cast: Cast, signed_in: SignIn, tmp_path: Path) -> None:
    shelves.log(cast, files={"big": b"7" * 5_000_000})
    before = sorted(tmp_path.rglob("*"))
    response = signed_in(cast.mia).get(f"{NET}zip/")
    next(iter(response))
    response.close()
    assert sorted(tmp_path.rglob("*")) == before


def test_too_many_files_are_refused_with_what_to_do_instead(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MAX_FILES", 2)
    shelves.log(cast)
    response = signed_in(cast.mia).get(f"{NET}zip/")
    assert response.status_code == 413
    assert "wandb artifact get" in response.content.decode()
