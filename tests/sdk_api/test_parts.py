"""A large file brought in parts, as the SDK does from 2 GiB on; here the parts are small."""

from __future__ import annotations

import base64
import os
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.models import F
from django.test import Client

from artifacts.models import Version
from artifacts.services.commits import commit_version
from artifacts.services.uploads import abandon_version
from operations.housekeeping import free_storage
from storage import parts, stores
from storage.models import Blob, Part, Upload
from storage.stores import store
from storage.verifying import verify
from tests.cast import Cast
from tests.making import begin_version, md5_of
from tests.sdk_api.conftest import Answer, Ask, World, wire_id

pytestmark = pytest.mark.django_db
PIECES = [os.urandom(70_000), os.urandom(70_000), os.urandom(12)]
WHOLE = b"".join(PIECES)
ANNOUNCE = """mutation A($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) { files { edges { node {
storagePath uploadUrl uploadMultipartUrls { uploadID uploadUrlParts { partNumber uploadUrl } } } } } } }"""
COMPLETE = """mutation C($input: CompleteMultipartUploadArtifactInput!) {
completeMultipartUploadArtifact(input: $input) { digest } }"""


class Bringing:
    """mia brings `big.bin` of a pending version."""

    def __init__(self, ask: Ask, cast: Cast, world: World) -> None:
        self.ask, self.cast = ask, cast
        self.version = begin_version(cast.mia, world.project, {"small": b"small"}, name="large")
        self.place = self.announce(PIECES)

    def announce(self, pieces: list[bytes], whole: bytes = WHOLE) -> Any:
        answer = self.announced([(number, md5_of(piece)) for number, piece in enumerate(pieces, 1)], whole)
        assert answer.message == ""
        return answer.data["createArtifactFiles"]["files"]["edges"][0]["node"]

    def announced(self, numbered: list[tuple[int, str]], whole: bytes = WHOLE) -> Answer:
        given = {"artifactFiles": [self.spec(numbered, whole)], "storageLayout": "V2"}
        return self.ask(self.cast.mia, ANNOUNCE, input=given)

    def spec(self, numbered: list[tuple[int, str]], whole: bytes = WHOLE) -> dict[str, Any]:
        return {
            "artifactID": wire_id(self.version), "name": "big.bin",
            "md5": base64.b64encode(bytes.fromhex(md5_of(whole))).decode(),
            "uploadPartsInput": [{"partNumber": number, "hexMD5": md5} for number, md5 in numbered],
        }  # fmt: skip

    def address(self, number: int) -> str:
        places = {row["partNumber"]: row["uploadUrl"] for row in self.place["uploadMultipartUrls"]["uploadUrlParts"]}
        return str(places[number])

    def put(self, number: int, data: bytes | None = None) -> Any:
        body = PIECES[number - 1] if data is None else data
        return Client().put(self.address(number), body, content_type="application/octet-stream")

    def put_all(self) -> list[str]:
        answers = [self.put(number) for number in (3, 1, 2, 1)]
        assert [answer.status_code for answer in answers] == [200] * 4
        return [answers[place]["ETag"] for place in (1, 2, 0)]

    def complete(self, etags: list[str], action: str = "Complete", user: Any = None) -> Answer:
        given = {
            "completeMultipartAction": action, "artifactID": wire_id(self.version),
            "storagePath": self.place["storagePath"], "uploadID": self.place["uploadMultipartUrls"]["uploadID"],
            "completedParts": [{"partNumber": number, "hexMD5": etag} for number, etag in enumerate(etags, 1)],
        }  # fmt: skip
        return self.ask(user or self.cast.mia, COMPLETE, input=given)

    @property
    def upload(self) -> Upload:
        return Upload.objects.get(subject_id=self.version.pk, name="big.bin")


@pytest.fixture
def bringing(ask: Ask, cast: Cast, world: World) -> Bringing:
    return Bringing(ask, cast, world)


def in_store() -> set[int]:
    return {file.size for file in store().walk()}


def older(**span: float) -> None:
    Blob.objects.update(touched_at=F("touched_at") - timedelta(**span))
    Upload.objects.update(created_at=F("created_at") - timedelta(**span))
    Version.objects.update(created_at=F("created_at") - timedelta(**span))


def test_parts_come_in_any_order_and_become_one_file(bringing: Bringing) -> None:
    etags = bringing.put_all()
    assert etags == [f'"{md5_of(piece)}"' for piece in PIECES]
    assert {70_000, 12} <= in_store()

    first, again = bringing.complete(etags), bringing.complete(etags)

    assert first.data == again.data == {"completeMultipartUploadArtifact": {"digest": md5_of(WHOLE)}}
    blob = bringing.upload.blob
    assert blob is not None
    with store().open(blob.pk) as file:
        assert file.read() == WHOLE
    assert not Part.objects.exists()
    assert in_store().isdisjoint({70_000, 12}), "the bytes of parts do not wait for a collection"
    assert not list((store().root / "incoming").iterdir())
    committed = commit_version(actor=bringing.cast.mia, version=bringing.version)
    assert committed.state == Version.State.COMMITTED


def test_a_file_that_is_here_asks_for_no_parts(bringing: Bringing) -> None:
    bringing.complete(bringing.put_all())

    assert bringing.announce(PIECES) | {"storagePath": ""} == {
        "storagePath": "", "uploadUrl": None, "uploadMultipartUrls": None,
    }  # fmt: skip
    assert bringing.put(1).status_code == 404


def test_what_was_announced_in_parts_may_come_whole(bringing: Bringing) -> None:
    bringing.put(1)
    answer = Client().put(bringing.place["uploadUrl"], WHOLE, content_type="application/octet-stream")

    assert answer.status_code == 200
    assert bringing.complete([]).data["completeMultipartUploadArtifact"]["digest"] == md5_of(WHOLE)


def test_missing_parts_are_named(bringing: Bringing) -> None:
    etag = bringing.put(2)["ETag"]

    answer = bringing.complete([etag])

    assert answer.status == 409
    assert "not arrived: 1, 3 (2 of 3)" in answer.message
    assert bringing.upload.blob is None
    assert Part.objects.exclude(blob=None).count() == 1


@pytest.mark.parametrize("told", [[], ["0" * 32] * 3, ["x"] * 3])
def test_other_parts_than_those_announced_are_refused(bringing: Bringing, told: list[str]) -> None:
    bringing.put_all()

    assert bringing.complete(told).status == 400
    assert bringing.upload.blob is None
    assert Part.objects.exclude(blob=None).count() == 3


def test_bytes_of_another_digest_are_refused(bringing: Bringing) -> None:
    wrong = bringing.put(1, b"other")
    assert (wrong.status_code, "announced" in wrong.json()["errors"][0]["message"]) == (400, True)
    assert Part.objects.filter(blob=None).count() == 3

    bringing.place = bringing.announce(PIECES, whole=b"another whole")
    etags = bringing.put_all()
    answer = bringing.complete(etags)
    assert answer.status == 400
    assert "as announced" in answer.message
    assert in_store().isdisjoint({len(WHOLE)})


def test_announced_anew_what_has_arrived_is_kept(bringing: Bringing) -> None:
    bringing.put_all()
    old = bringing.address(3)
    bringing.place = bringing.announce([PIECES[0], PIECES[1][:5], PIECES[1][5:] + PIECES[2]])

    assert list(Part.objects.order_by("number").values_list("number", "blob__size")) == [
        (1, 70_000),
        (2, None),
        (3, None),
    ]
    assert Client().put(old, PIECES[2], content_type="application/octet-stream").status_code == 400
    etags = [f'"{md5_of(PIECES[0])}"', bringing.put(2, PIECES[1][:5])["ETag"]]
    etags.append(bringing.put(3, PIECES[1][5:] + PIECES[2])["ETag"])
    assert bringing.complete(etags).data["completeMultipartUploadArtifact"]["digest"] == md5_of(WHOLE)


@pytest.mark.parametrize("numbers", [[0], [2], [1, 3], [-1, 1], [1, 1], range(1, parts.MOST + 2)])
def test_numbers_have_no_gaps_and_a_bound(bringing: Bringing, numbers: Any) -> None:
    answer = bringing.announced([(number, "0" * 32) for number in numbers])

    assert answer.status == 400
    assert "from 1 on without gaps, at most 10000" in answer.message or numbers == [1, 1]
    assert Part.objects.count() == 3


def test_of_files_that_are_announced_together_all_are_or_none(bringing: Bringing) -> None:
    before = Upload.objects.count()
    wanted = [bringing.spec([(1, "0" * 32)]) | {"name": "one"}, bringing.spec([(2, "0" * 32)]) | {"name": "two"}]
    assert bringing.ask(bringing.cast.mia, ANNOUNCE, input={"artifactFiles": wanted}).status == 400

    many = [(number, "0" * 32) for number in range(1, parts.MOST // 2 + 2)]
    wanted = [bringing.spec(many) | {"name": name} for name in ("one", "two")]
    answer = bringing.ask(bringing.cast.mia, ANNOUNCE, input={"artifactFiles": wanted})
    assert (answer.status, "in one request" in answer.message) == (400, True)
    assert (Upload.objects.count(), Part.objects.count()) == (before, 3)


def test_the_whole_has_the_bound_of_any_file(bringing: Bringing, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    assert bringing.put(1).status_code == 200
    answer = bringing.put(2)
    assert (answer.status_code, "at most 100000" in answer.content.decode()) == (413, True)
    assert bringing.put(1).status_code == 200, "the same part again is not counted twice"

    settings.MAX_UPLOAD_BYTES = 10**6
    etags = bringing.put_all()
    settings.MAX_UPLOAD_BYTES = 100_000  # as if all of them had come at once
    assert bringing.complete(etags).status == 413
    assert bringing.upload.blob is None


def test_given_up_nothing_stays(bringing: Bringing) -> None:
    bringing.put_all()

    for _ in range(2):
        assert bringing.complete([], action="Abort").data == {"completeMultipartUploadArtifact": {"digest": None}}

    assert not Part.objects.exists()
    assert in_store().isdisjoint({70_000, 12})
    assert bringing.put(1).status_code == 404
    bringing.place = bringing.announce(PIECES)
    assert bringing.complete(bringing.put_all()).status == 200


def test_others_neither_bring_nor_complete(bringing: Bringing) -> None:
    etags = bringing.put_all()
    assert bringing.complete(etags, user=bringing.cast.otto).status == 404
    assert bringing.complete([], action="Abort", user=bringing.cast.otto).status == 404

    bringing.cast.mia.is_active = False
    bringing.cast.mia.save()
    assert bringing.put(1).status_code == 403


def test_an_address_of_a_part_is_good_for_a_week(
    bringing: Bringing, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SIGNED_URL_SECONDS = -1
    assert bringing.put(1).status_code == 200
    whole = Client().put(bringing.place["uploadUrl"], WHOLE, content_type="application/octet-stream")
    assert whole.status_code == 403

    monkeypatch.setattr("storage.signing.PART_SECONDS", -1)
    assert bringing.put(1).status_code == 403


def test_a_part_that_came_keeps_the_upload_alive_and_all_goes_together(bringing: Bringing) -> None:
    older(days=8)
    bringing.put(1)
    free_storage()
    assert 70_000 in in_store()
    assert Version.objects.filter(pk=bringing.version.pk).exists()

    older(days=8)
    told = free_storage(dry_run=True)
    assert (told.uploads, told.blobs) == (1, 3)  # with a small file and a manifest beside it
    free_storage()
    assert not Version.objects.filter(pk=bringing.version.pk).exists()
    assert in_store().isdisjoint({70_000, 5})


def test_an_upload_that_is_abandoned_takes_its_parts_along(bringing: Bringing) -> None:
    bringing.put_all()
    abandon_version(actor=bringing.cast.mia, version=bringing.version)
    assert not Part.objects.exists()
    assert bringing.put(1).status_code == 404


def test_bytes_that_another_upload_waits_with_stay(bringing: Bringing, ask: Ask, cast: Cast, world: World) -> None:
    other = Bringing(ask, cast, world)
    other.place = other.announce([PIECES[0], b"end"], whole=PIECES[0] + b"end")
    assert other.put(1).status_code == 200

    bringing.complete(bringing.put_all())

    etags = [f'"{md5_of(PIECES[0])}"', other.put(2, b"end")["ETag"]]
    assert other.complete(etags).data["completeMultipartUploadArtifact"]["digest"] == md5_of(PIECES[0] + b"end")
    assert list(verify(untouched_since=Blob.objects.latest("touched_at").touched_at)) == []


@pytest.mark.django_db(transaction=True)
def test_of_many_that_complete_one_works_and_all_hear_the_same(bringing: Bringing) -> None:
    etags = bringing.put_all()
    answers: list[Answer] = []

    def complete() -> None:
        try:
            answers.append(bringing.complete(etags))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=complete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {(answer.status, answer.data["completeMultipartUploadArtifact"]["digest"]) for answer in answers} == {
        (200, md5_of(WHOLE))
    }
    assert len(answers) == 6
    assert not Part.objects.exists()


def test_who_asks_again_too_early_hears_so(bringing: Bringing, monkeypatch: pytest.MonkeyPatch) -> None:
    etags = bringing.put_all()
    monkeypatch.setattr(stores, "PATIENCE", 0.1)

    with store().lock(f"upload-{bringing.upload.pk}"):
        answer = bringing.complete(etags)

    assert (answer.status, "just being put together" in answer.message) == (429, True)
    assert bringing.complete(etags).status == 200


def test_of_many_that_want_the_same_lock_one_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the first is gone, with its file, while the second still waits for that and a third makes another."""
    monkeypatch.setattr(stores, "LOOK", 0.001)
    together, most = 0, 0
    guard = threading.Lock()

    def hold() -> None:
        nonlocal together, most
        for _ in range(5):
            with store().lock("tried"):
                with guard:
                    together += 1
                    most = max(most, together)
                time.sleep(0.01)
                with guard:
                    together -= 1

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, together) == (1, 0)
