"""What a collection frees, what it leaves, and that uploads beside it lose nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from access.services.organizations import delete_organization
from artifacts.models import ManifestEntry, Version
from artifacts.services.commits import commit_version
from artifacts.services.versions import delete_version
from common.errors import NotFoundError
from operations.housekeeping import free_storage
from projects.services.runs import RunFields, announce_files, delete_run, upsert_run
from storage.collecting import collect
from storage.models import Blob, Upload
from storage.services import fulfil, receive
from storage.stores import store
from tests.cast import Cast
from tests.making import begin_version, log_version, project_of
from tests.servers import ROOT, Template, environment, manage

WEEK = timedelta(days=7)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def freed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    capsys.readouterr()
    call_command("collect_blobs", "--json", *options)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def age(days: float, **names: Any) -> None:
    """Make everything older."""
    past = timezone.now() - timedelta(days=days)
    Blob.objects.update(touched_at=past)
    Upload.objects.update(created_at=past)
    Version.objects.exclude(deleted_at=None).update(deleted_at=past)
    Version.objects.update(created_at=past)


def test_a_deleted_version_keeps_its_bytes_for_its_grace(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    log_version(cast.mia, project, {"shared": b"shared", "first": b"one" * 1000})
    version = log_version(cast.mia, project, {"shared": b"shared", "second": b"two" * 1000})
    delete_version(actor=cast.mia, version=version, delete_aliases=True)
    age(6.9)

    assert freed(capsys)["blobs"] == 2  # the manifests as they were sent, of which only a clean copy is kept
    assert store().exists(sha256(b"two" * 1000))

    age(7.1)
    rehearsed = freed(capsys, "--dry-run")
    assert store().exists(sha256(b"two" * 1000))
    done = freed(capsys)
    assert rehearsed == done | {"dry_run": True}
    assert (done["versions"], done["blobs"]) == (1, 2)  # its own file and its manifest
    assert not store().exists(sha256(b"two" * 1000))
    assert store().exists(sha256(b"shared"))
    assert freed(capsys)["blobs"] == 0

    version.refresh_from_db()
    assert (version.state, version.index, version.purged_at is None) == (Version.State.DELETED, 1, False)


def test_files_of_deleted_runs_and_organizations_go(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    run, _ = upsert_run(actor=cast.mia, project=project, name="r", fields=RunFields())
    (file,) = announce_files(actor=cast.mia, run=run, names=["output.log"])
    fulfil(file.upload, io.BytesIO(b"log"), size=3)
    log_version(cast.mia, project, {"a": b"weights"})
    assert free_storage().blobs == 0  # all is young

    delete_run(actor=cast.mia, run=run)
    assert (free_storage(grace=-WEEK).run_files, store().exists(sha256(b"log"))) == (1, False)

    delete_organization(actor=cast.olga, organization=cast.organization)
    assert free_storage(grace=WEEK).versions == 0
    assert free_storage(grace=-WEEK).versions == 1
    assert (list(store().walk()), Blob.objects.count()) == ([], 0)


def test_an_upload_in_flight_keeps_its_bytes_whatever_is_asked(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    version = begin_version(cast.mia, project, {"a": b"weights"})
    age(6.9)

    assert free_storage(grace=-WEEK).blobs == 0
    assert commit_version(actor=cast.mia, version=version).label == "v0"

    silent = begin_version(cast.mia, project, {"a": b"others"}, name="silent")
    age(8)
    assert free_storage(grace=WEEK * 2).uploads == 1  # a week of silence, and it is given up
    with pytest.raises(NotFoundError):
        commit_version(actor=cast.mia, version=silent)


def test_one_that_still_sends_files_is_not_idle(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    version = begin_version(cast.mia, project, {"a": b"weights"})
    age(8)
    Blob.objects.filter(pk=sha256(b"weights")).update(touched_at=timezone.now())  # as when a PUT ends

    assert free_storage().uploads == 0
    assert commit_version(actor=cast.mia, version=version).label == "v0"


@pytest.mark.django_db
def test_bytes_without_a_row_go_after_a_day_and_temporary_files_too() -> None:
    blob = receive(io.BytesIO(b"orphan"), size=6)
    Blob.objects.all().delete()
    assert free_storage().blobs == 0

    path = store()._path(blob.sha256)
    os.utime(path, (time.time() - 90_000,) * 2)
    file, temporary = store().create_temporary()
    file.close()
    os.utime(temporary, (time.time() - 90_000,) * 2)
    assert (free_storage(dry_run=True).orphans, path.exists(), temporary.exists()) == (1, True, True)
    found = free_storage()
    assert (found.orphans, found.blobs, found.bytes, found.temporary) == (1, 1, 6, 1)
    assert (path.exists(), temporary.exists(), Blob.objects.exists()) == (False, False, False)


@pytest.mark.django_db
def test_bytes_that_were_collected_while_they_arrived_are_published_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The collection strikes between the rename and the row, where nothing speaks for the bytes yet."""
    at_rest = type(store()).publish
    strikes = iter([True])

    def publish(self: Any, temporary: Path, name: str) -> None:
        at_rest(self, temporary, name)
        if next(strikes, False):
            collect(untouched_since=timezone.now() + WEEK)
            assert not self.exists(name)

    monkeypatch.setattr(type(store()), "publish", publish)
    blob = receive(io.BytesIO(b"again and again"), size=15)
    with store().open(blob.sha256) as file:
        assert file.read() == b"again and again"


@pytest.mark.django_db
def test_a_period_is_written_with_its_unit() -> None:
    with pytest.raises(CommandError, match="write 30m, 12h or 7d"):
        call_command("collect_blobs", "--grace", "soon")


WORKER = """
import os, random, sys
import django
django.setup()
from access.models import User
from artifacts.services.versions import delete_version
from projects.models import Project
from storage.stores import store
from tests.making import log_version
mia = User.objects.get(username="mia")
project = Project.objects.get(name="training")
choose = random.Random(int(sys.argv[1]))
for turn in range(int(sys.argv[2])):
    files = {name: name.encode() * 5000 for name in choose.sample("abc", choose.randint(1, 3))}
    files["own"] = f"{sys.argv[1]} {turn}".encode()
    version = log_version(mia, project, files, name=f"net-{sys.argv[1]}")
    for entry in version.entries.all():
        with store().open(entry.blob_id) as file:
            assert len(file.read()) == entry.size
    if turn % 3:
        delete_version(actor=mia, version=version, delete_aliases=True)
print("done")
"""
COLLECTOR = """
import os
import django
django.setup()
parent = os.getppid()
from datetime import timedelta
from operations.housekeeping import free_storage
while os.getppid() == parent:  # which may be killed itself
    free_storage(grace=timedelta(days=-1))
"""


def team_project(env: dict[str, str]) -> None:
    """mia's project `training`, in the database of `env`."""
    ops = [
        {"op": "user", "username": "mia"},
        {"op": "organization", "name": "Acme", "owner": "mia"},
        {"op": "team", "organization": "Acme", "name": "vision", "admin": "mia"},
    ]
    assert manage(env, "provision", "-", stdin="\n".join(map(json.dumps, ops))).returncode == 0
    script = (
        "from access.models import *; from projects.services.projects import *; "
        "get_or_create_project(actor=User.objects.get(username='mia'), "
        "namespace=Namespace.objects.get(name='vision'), name='training')"
    )
    made = manage(env, "shell", "--no-imports", "-c", script)
    assert made.returncode == 0, made.stderr


def start(env: dict[str, str], program: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


@pytest.mark.slow
@pytest.mark.parametrize(("turns", "kills"), [(3, 1), (150, 40)], ids=["quick", "long"])
def test_collections_that_are_killed_take_nothing_from_uploads_beside_them(
    server_template: Template, tmp_path: Path, turns: int, kills: int
) -> None:
    """Three processes log and delete the same bytes; two collect without any grace, and are killed again and again."""
    env = environment(tmp_path / "server", server_template.copy(tmp_path / "server"))
    env |= {"DJANGO_SETTINGS_MODULE": "registry_project.settings", "PYTHONPATH": str(ROOT)}
    team_project(env)
    workers = [start(env, WORKER, str(number), str(turns)) for number in range(3)]
    collectors: list[subprocess.Popen[str]] = []
    try:
        while any(worker.poll() is None for worker in workers):
            for collector in collectors:
                if kills > 0 and collector.poll() is None and random.random() < 0.5:
                    end(collector)
                    kills -= 1
                assert collector.poll() in (None, -signal.SIGKILL), collector.stdout and collector.stdout.read()
            collectors = [collector for collector in collectors if collector.poll() is None]
            while len(collectors) < 2:
                collectors.append(start(env, COLLECTOR))
            time.sleep(1)
        for worker in workers:
            output, _ = worker.communicate()
            assert output.strip() == "done", output
    finally:
        for process in [*workers, *collectors]:
            end(process)

    assert manage(env, "collect_blobs", "--grace", "0").returncode == 0
    checked = manage(env, "verify_storage", "--json")
    assert checked.returncode == 0, checked.stdout
    summary = json.loads(checked.stdout.splitlines()[-1])
    kept = manage(env, "shell", "--no-imports", "-c", _HELD)
    assert summary["blobs"] == int(kept.stdout)  # and nothing but what versions hold is left


_HELD = (
    "from artifacts.models import *; "
    "print(len({*ManifestEntry.objects.values_list('blob', flat=True), *Manifest.objects.values_list('blob', flat=True)}))"
)


def test_a_version_that_was_purged_holds_no_rows(cast: Cast) -> None:
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"1", "b": b"2"})
    delete_version(actor=cast.mia, version=version, delete_aliases=True)
    free_storage(grace=-WEEK)
    assert not ManifestEntry.objects.filter(version=version).exists()
