"""From files to versions and back: announced, brought, committed; read by those who may."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from access.roles import Role
from access.services.roles import grant_role
from artifacts.models import Version
from tests.making import md5_of
from tests.rest_api.conftest import NET, NETS, ROOT, TRAINING, Answer, Ask, World

UPLOADS = f"{TRAINING}/uploads"


def file(path: str, data: bytes) -> dict[str, Any]:
    return {"path": path, "size": len(data), "md5": md5_of(data)}


def bring(address: str, data: bytes) -> int:
    return Client().put(urlsplit(address).path, data, content_type="application/octet-stream").status_code


def begin(ask: Ask, world: World, files: dict[str, bytes], **rest: Any) -> Answer:
    body = {"artifact": "net", "type": "model", "files": [file(path, data) for path, data in files.items()], **rest}
    return ask(world.cast.mia, f"POST {UPLOADS}", body)


def test_a_version_comes_into_being_in_several_requests(world: World, ask: Ask) -> None:
    mia = world.cast.mia
    begun = begin(ask, world, {"one": b"1"}, aliases=["best"], tags=["t"], metadata={"a": [1]}, description="new").json
    assert (begun["state"], begun["version"]) == ("pending", None)
    more = ask(mia, f"POST /uploads/{begun['id']}/files", {"files": [file("two", b"2")]}).json
    assert bring(begun["files"][0]["url"], b"1") == 200
    refused = ask(mia, f"POST /uploads/{begun['id']}/commit")
    assert refused.status == 400
    assert "1 files have not been uploaded, such as two" in refused.message
    missing = [row["path"] for row in ask(mia, f"GET /uploads/{begun['id']}/files").json["items"] if row["url"]]
    assert missing == ["two"]
    assert bring(more["files"][0]["url"], b"2") == 200
    made = ask(mia, f"POST /uploads/{begun['id']}/commit").json
    assert (made["version"], set(made["aliases"]), made["tags"]) == ("v2", {"best", "latest"}, ["t"])
    assert (made["size"], made["file_count"], made["metadata"]) == (2, 2, {"a": [1]})
    assert made["run"] is None and made["created_by"] == "mia"
    assert ask(mia, f"POST /uploads/{begun['id']}/commit").json == made
    assert ask(mia, f"GET /uploads/{begun['id']}").json["version"] == "v2"
    late = ask(mia, f"POST /uploads/{begun['id']}/files", {"files": [file("three", b"3")]})
    assert late.status == 409


def test_a_key_that_may_only_read_is_told_no_address_to_write_to(world: World, ask: Ask) -> None:
    begun = begin(ask, world, {"one": b"1"}).json
    told = [
        ask(world.cast.mia, f"GET /uploads/{begun['id']}/files", scope=scope).json["items"][0]["url"]
        for scope in ("write", "read")
    ]
    assert told[0] and told[1] is None


def test_the_same_files_again_are_the_same_version(world: World, ask: Ask) -> None:
    """C30: what the artifact has already makes no new number, and its bytes need not come again."""
    made = []
    for _ in range(2):
        begun = begin(ask, world, {"x": b"same"}).json
        if begun["files"][0]["url"]:
            bring(begun["files"][0]["url"], b"same")
        made.append(ask(world.cast.mia, f"POST /uploads/{begun['id']}/commit").json)
    assert made[0] == made[1]
    assert begun["files"][0]["url"] is None
    assert Version.objects.committed().filter(artifact__name="net").count() == 3


def test_a_request_that_arrives_twice_begins_one_upload(world: World, ask: Ask) -> None:
    first, second = (begin(ask, world, {"x": b"y"}, request_id="build-7").json for _ in range(2))
    assert first["id"] == second["id"]
    assert Version.objects.filter(state="pending").count() == 1


def test_bytes_of_somebody_else_are_not_to_be_had_by_their_md5(world: World, ask: Ask) -> None:
    """T03: otto does not read `b"0123456789"`, so he has to bring it."""
    otto = world.cast.otto
    assert ask(otto, "POST /projects", {"name": "mine"}).status == 201
    body = {"artifact": "a", "type": "model", "files": [file("f", b"0123456789")]}
    begun = ask(otto, "POST /projects/otto/mine/uploads", body).json
    assert begun["files"][0]["url"]
    assert ask(otto, f"POST /uploads/{begun['id']}/commit").status == 400


def test_files_are_checked_before_they_are_announced(world: World, ask: Ask, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100
    big = ask(world.cast.mia, f"POST {UPLOADS}", {"artifact": "n", "type": "m", "files": [file("f", b"x" * 101)]})
    assert (big.status, big.json["error"]["code"]) == (413, "too_large")
    twice = [file("f", b"1"), file("f", b"2")]
    assert ask(world.cast.mia, f"POST {UPLOADS}", {"artifact": "n", "type": "m", "files": twice}).status == 400
    begun = begin(ask, world, {"f": b"1"}).json
    other = ask(world.cast.mia, f"POST /uploads/{begun['id']}/files", {"files": [file("f", b"2")]})
    assert other.status == 409
    assert bring(begun["files"][0]["url"], b"wrong") == 400


def test_a_file_is_read_whole_and_in_parts(world: World, ask: Ask) -> None:
    listed = ask(world.cast.vera, f"GET {NETS}/versions/v0/files").json["items"]
    assert [(row["path"], row["size"]) for row in listed[:2]] == [("a.txt", 3), ("dir/b c.bin", 10)]
    assert (listed[2]["reference"], listed[2]["url"], listed[2]["md5"]) == ("s3://bucket/r", None, None)
    address = listed[1]["url"].removeprefix("http://testserver" + ROOT)
    whole = ask(world.cast.vera, f"GET {address}")
    assert (whole.status, whole.content) == (200, b"0123456789")
    part = ask(world.cast.vera, f"GET {address}", headers={"Range": "bytes=2-4"})
    assert (part.status, part.content, part.response.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    head = ask(world.cast.vera, f"HEAD {address}")
    assert (head.status, head.content, head.response.headers["Content-Length"]) == (200, b"", "10")
    assert ask(world.cast.vera, f"GET {NETS}/versions/v0/files/r").status == 404
    assert ask(world.cast.vera, f"GET {NETS}/versions/v0/files/../a.txt").status == 404


def test_a_restricted_viewer_has_no_bytes_by_any_request(world: World, ask: Ask) -> None:
    """F32."""
    address = f"{NETS}/versions/v0/files/dir/b%20c.bin"
    listed = ask(world.cast.rita, f"GET {NETS}/versions/v0/files").json["items"]
    assert {row["url"] for row in listed} == {None}
    etag = ask(world.cast.vera, f"HEAD {address}").response.headers["ETag"]
    for method in ("GET", "HEAD"):
        for headers in ({}, {"Range": "bytes=0-0"}, {"If-None-Match": etag}):
            answer = ask(world.cast.rita, f"{method} {address}", headers=headers)
            assert answer.status == 403
            assert "ETag" not in answer.response.headers
            assert b"0123" not in answer.content
    assert ask(world.cast.rita, f"GET {NETS}/versions/v0/files/absent").status == 403
    grant_role(actor=world.cast.olga, container=world.project, principal=world.cast.rita, role=Role.RESTRICTED_VIEWER)
    assert ask(world.cast.rita, f"GET {NET}/versions/v0").status == 200
    assert ask(world.cast.rita, f"GET {NET}/versions/v0/files/a.txt").status == 403
