"""verify_storage: what is missing, damaged, orphaned or foreign, and whom it belongs to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from storage.services import receive
from storage.stores import store
from tests.cast import Cast
from tests.making import log_version, project_of

FILES = {name: name.encode() * 1000 for name in ("gone", "short", "flipped", "sound")}


def path_of(data: bytes) -> Path:
    return store()._path(hashlib.sha256(data).hexdigest())


def verified(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    status = 0
    try:
        call_command("verify_storage", "--json", *options)
    except SystemExit as ended:
        status = int(str(ended.code))
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_fault_is_found_and_named(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    log_version(cast.mia, project_of(cast.mia, cast.team.namespace), FILES)
    assert verified(capsys) == (0, [{"ok": True, "blobs": 6, "bytes": pytest.approx(20_000, abs=3000)}])

    path_of(FILES["gone"]).unlink()
    path_of(FILES["short"]).write_bytes(b"short")
    path_of(FILES["flipped"]).write_bytes(FILES["flipped"][:-1] + b"?")
    orphan = receive(io.BytesIO(b"orphan"), size=6)
    orphan.delete()
    os.utime(path_of(b"orphan"), (time.time() - 90_000,) * 2)
    foreign = path_of(FILES["sound"]).with_name("notes.txt")
    foreign.write_text("mine")

    status, (*findings, summary) = verified(capsys)
    faults = {finding["fault"]: finding for finding in findings}
    assert status == 1
    assert summary == summary | {"ok": False, "missing": 1, "damaged": 2, "orphaned": 1, "foreign": 1}
    assert faults["missing"]["holders"] == ["vision/training/net:v0 gone"]
    assert faults["orphaned"]["name"] == hashlib.sha256(b"orphan").hexdigest()
    assert faults["foreign"]["name"] == str(foreign)
    assert {holder for finding in findings if finding["fault"] == "damaged" for holder in finding["holders"]} == {
        "vision/training/net:v0 short",
        "vision/training/net:v0 flipped",
    }

    status, (*_, quick) = verified(capsys, "--quick")
    assert (status, quick["damaged"]) == (1, 1)  # a flipped byte has the right size


def test_what_nothing_refers_to_may_be_without_bytes(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    """As a collection leaves it that was killed between the bytes and the row."""
    path = store()._path(receive(io.BytesIO(b"half gone"), size=9).sha256)
    path.unlink()

    assert verified(capsys)[0] == 0


def test_a_person_can_read_it(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"weights"})
    path_of(b"weights").unlink()
    capsys.readouterr()

    with pytest.raises(SystemExit):
        call_command("verify_storage")

    said = capsys.readouterr().out
    assert "missing: " in said
    assert "It belongs to vision/training/net:v0 a." in said
    assert "3 blobs of" in said
