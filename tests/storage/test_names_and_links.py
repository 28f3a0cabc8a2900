"""What a client calls its files never becomes a path of this server, and nothing of theirs is unpacked or followed."""

from __future__ import annotations

import base64
import io
import json
import re
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client

from artifacts.manifest import digest_of, parse
from artifacts.models import Version
from artifacts.services import uploads, versions
from artifacts.services.commits import commit_version
from artifacts.services.uploads import AnnouncedFile
from common.errors import InvalidInputError
from projects.services.runs import RunFields, announce_files, upsert_run
from storage.services import fulfil
from storage.signing import download_url
from tests.cast import Cast
from tests.making import bring_manifest, log_version, md5_of, project_of

pytestmark = pytest.mark.django_db
CLIMBING = [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "C:\\x",
    "..\\x",
    "..%2fx",
    "%252e%252e%252fx",
    "file:///etc/passwd",
    "a\0b",
]
STRANGE = ["-rf", "~root", "$(id)", "..hidden", "incoming", "con", ".git/config", "a;b|c", "\u202egnp.exe", "🎉" * 60]


def stored(settings: Any) -> list[Path]:
    root = Path(unquote(urlsplit(settings.STORAGE_URL).path))
    return [path for path in root.rglob("*") if not path.is_dir()]


def archives() -> dict[str, bytes]:
    """A tar with a climbing file, a symbolic and a hard link out of it, and a zip with a climbing file."""
    tar, packed = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, kind in (("../../evil", tarfile.REGTYPE), ("soft", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "" if kind == tarfile.REGTYPE else "/etc/passwd"
            archive.addfile(member)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil", "x")
    return {"x.tar": tar.getvalue(), "x.zip": packed.getvalue()}


def log_line(cast: Cast, data: bytes, **line: Any) -> Version:
    """A version with one file `f`, whose line in the manifest says more than the SDK would."""
    contents = {"f": {"digest": base64.b64encode(bytes.fromhex(md5_of(data))).decode(), "size": len(data), **line}}
    document = json.dumps({"version": 1, "contents": contents}).encode()
    draft = versions.Draft(artifact_name="net", type="model", digest=digest_of(parse(document)[1]))
    project = project_of(cast.mia, cast.team.namespace)
    version = versions.create_version(actor=cast.mia, project=project, run=None, draft=draft)
    announced = AnnouncedFile(version=version, path="f", md5=md5_of(data))
    (upload,) = uploads.announce_files(actor=cast.mia, files=[announced])
    fulfil(upload, io.BytesIO(data), size=len(data))
    bring_manifest(cast.mia, version, document)
    return commit_version(actor=cast.mia, version=version)


def test_an_archive_is_stored_as_it_is_and_never_unpacked(cast: Cast, settings: Any) -> None:
    """T03: nothing of it reaches the disk but its own bytes, so nothing in it can escape."""
    files = archives()
    log_version(cast.mia, project_of(cast.mia, cast.team.namespace), files)

    kept = sorted(path.read_bytes() for path in stored(settings))
    assert len(kept) == len(files) + 2  # the manifest, as it came and as it is given
    assert all(data in kept for data in files.values())


@pytest.mark.parametrize("path", CLIMBING)
def test_no_entry_can_climb_out_of_the_folder_it_is_downloaded_to(path: str, cast: Cast) -> None:
    """T01, T03: neither the manifest nor an announced file takes it; what the SDK or an archive unpacks stays inside."""
    line = {"digest": base64.b64encode(b"0123456789abcdef").decode(), "size": 1}
    with pytest.raises(InvalidInputError):
        parse(json.dumps({"version": 1, "contents": {path: line}}).encode())
    draft = versions.Draft(artifact_name="net", type="model", digest="0" * 32)
    project = project_of(cast.mia, cast.team.namespace)
    version = versions.create_version(actor=cast.mia, project=project, run=None, draft=draft)
    with pytest.raises(InvalidInputError):
        uploads.announce_files(actor=cast.mia, files=[AnnouncedFile(version=version, path=path, md5="0" * 32)])


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "..\\x", "a\0b", "", ".", "a//b"])
def test_no_file_of_a_run_can_climb_either(name: str, cast: Cast) -> None:
    """T01, T03."""
    run, _ = upsert_run(actor=cast.mia, project=project_of(cast.mia, cast.team.namespace), name="r", fields=RunFields())
    with pytest.raises(InvalidInputError):
        announce_files(actor=cast.mia, run=run, names=[name])


@pytest.mark.parametrize(
    "line",
    [
        {"local_path": "/etc/passwd"},
        {"type": "symlink", "target": "/etc/passwd", "mode": 0o120777},
        {"extra": {"symlink": "/etc/passwd", "linkname": "../../x", "hardlink": True}},
    ],
    ids=["local path", "link", "link in extra"],
)
def test_a_line_that_calls_itself_a_link_is_the_plain_bytes_that_came(
    line: dict[str, Any], cast: Cast, settings: Any
) -> None:
    """T04: there are no links; a line is followed nowhere, and each stored file is a plain one of its own."""
    version = log_line(cast, b"plain", **line)
    entry = version.entries.get()
    url = download_url(
        "", sha256=entry.blob_id or "", purpose="version-file", container=version.artifact.project_id,
        principal=cast.mia.pk, name="f",
    )  # fmt: skip

    response: Any = Client().get(url)

    assert b"".join(response.streaming_content) == b"plain"
    for path in stored(settings):
        kept = path.lstat()
        assert stat.S_ISREG(kept.st_mode) and kept.st_nlink == 1


def test_a_reference_to_a_file_of_the_server_is_never_opened(cast: Cast, settings: Any) -> None:
    """T04: `file:` references stay words in the manifest."""
    secret = Path(settings.MEDIA_ROOT).parent / "secret"
    secret.write_text("of the server")
    version = log_version(
        cast.mia, project_of(cast.mia, cast.team.namespace), {"f": b"f"}, references={"r": secret.as_uri()}
    )

    entry = version.entries.get(path="r")

    assert (entry.blob_id, entry.reference_uri) == (None, secret.as_uri())
    assert all(b"of the server" not in path.read_bytes() for path in stored(settings))


def test_no_user_text_becomes_a_path(cast: Cast, settings: Any) -> None:
    """T01, T04: whatever files are called, each lies under the SHA-256 of its bytes."""
    log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {name: name.encode() for name in STRANGE})

    root = Path(unquote(urlsplit(settings.STORAGE_URL).path))
    found = [str(path.relative_to(root)) for path in stored(settings)]
    assert len(found) == len(STRANGE) + 2  # the manifest, as it came and as it is given
    assert [path for path in found if not re.fullmatch(r"([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}", path)] == []
