"""Unfinished uploads of killed servers go, those of living ones stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import call_command

from storage.stores import LocalStore, store

DAY = timedelta(days=1)
WRITER = """
import sys, time
from pathlib import Path
from storage.stores import LocalStore
file, path = LocalStore(Path(sys.argv[1])).create_temporary()
file.write(b"half")
file.flush()
print(path, flush=True)
time.sleep(600)
"""


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def test_what_a_killed_writer_left_goes_and_a_living_ones_stays(settings: Any) -> None:
    root = Path(unquote(urlsplit(settings.STORAGE_URL).path))
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None
        path = Path(writer.stdout.readline().strip())
        age(path, 2 * 86400)
        assert store().sweep(older_than=DAY) == 0
        assert path.exists()
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()

    assert path.read_bytes() == b"half"
    assert store().sweep(older_than=DAY) == 1
    assert not path.exists()
    assert store().sweep(older_than=DAY) == 0


def test_a_young_leftover_and_published_bytes_stay(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file, old = store().create_temporary()
    file.close()
    age(old, 86400 + 60)
    file, young = store().create_temporary()
    file.close()
    file, temporary = store().create_temporary()
    file.close()
    store().publish(temporary, "ab" * 32)

    call_command("sweep_uploads")

    assert (old.exists(), young.exists(), store().exists("ab" * 32)) == (False, True, True)
    assert "Removed 1 " in capsys.readouterr().out


def test_there_may_be_nothing_yet(tmp_path: Path) -> None:
    assert LocalStore(tmp_path / "none").sweep(older_than=DAY) == 0
