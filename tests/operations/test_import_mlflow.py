"""`manage.py import_mlflow`: what becomes of experiments, runs and registered models, once and again."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from mlflow import MlflowClient
from mlflow.entities import Run as MlflowRun

from access.roles import Role
from access.services import roles
from artifacts.models import Version
from artifacts.services.versions import delete_version
from events.models import Event
from projects.models import Project, Run
from projects.services.history import read_lines
from registries.models import Collection, Link, LinkAlias, Registry
from registries.services.links import add_aliases, unlink_version
from tests.cast import Cast
from tests.servers import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store of MLflow in a folder, which its client reads and writes as it does a server."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return (tmp_path / "mlruns").as_uri()


def bring(address: str, cast: Cast, **options: str) -> list[str]:
    """The lines of the command."""
    said = StringIO()
    call_command("import_mlflow", address, **{"username": "olga", "team": "vision", **options}, stdout=said)
    return said.getvalue().splitlines()


def train(client: MlflowClient, experiment: str, folder: Path, number: int, **tags: str) -> MlflowRun:
    """A finished run with a curve and a model."""
    run = client.create_run(experiment, run_name=f"train-{number}", tags=tags)
    name = run.info.run_id
    client.log_param(name, "rate", "0.5")
    client.log_param(name, "optimizer", "adam")
    for step in range(4):
        client.log_metric(name, "loss", 1 / (step + 1), step=step, timestamp=1_700_000_000_000 + 1000 * step)
    client.log_metric(name, "accuracy", number / 10)
    (folder / "weights.bin").write_bytes(bytes(1000 + number))
    client.log_artifacts(name, str(folder), "model")
    client.set_terminated(name, "FINISHED")
    return client.get_run(name)


def register(client: MlflowClient, run: MlflowRun, name: str = "fraud net", **tags: str) -> str:
    """A version of a registered model; its number."""
    source = f"{run.info.artifact_uri}/model"
    made = client.create_model_version(name, source, run.info.run_id, tags=tags, await_creation_for=0)
    return str(made.version)


@pytest.fixture
def client(address: str, tmp_path: Path) -> MlflowClient:
    """A store with two runs and three versions, two of which hold the same files."""
    client = MlflowClient(address, address)
    folder = tmp_path / "model"
    folder.mkdir()
    experiment = client.create_experiment("fraud/detection")
    client.create_registered_model("fraud net", tags={"owner": "risk & co", "live": "true"}, description="Finds fraud.")
    first = train(client, experiment, folder, 1, **{"mlflow.note.content": "a note", "why": "nightly"})
    second = train(client, experiment, folder, 2)
    for run in (first, first, second):
        register(client, run, checked="yes")
    client.set_registered_model_alias("fraud net", "champion", "2")
    return client


def state() -> list[Any]:
    """All that an import could double."""
    rows = (Project, Run, Version, Collection, Link, LinkAlias, Event)
    return [list(model.objects.order_by("pk").values()) for model in rows]


def test_everything_arrives_once(client: MlflowClient, address: str, cast: Cast) -> None:
    assert bring(address, cast)[-1] == "2 runs, 3 versions"
    project = Project.objects.get(name="fraud-detection")
    runs = {run.display_name: run for run in project.runs.all()}
    first = runs["train-1"]
    assert (first.state, first.notes, first.tags) == ("finished", "a note", ["why=nightly"])
    assert (first.config["rate"], first.config["optimizer"]) == (0.5, "adam")
    assert first.summary == {"loss": 0.25, "accuracy": 0.1}
    assert [row["loss"] for row in read_lines(first, "history")] == [1, 1 / 2, 1 / 3, 1 / 4]
    assert list(first.files.values_list("name", flat=True)) == ["model/weights.bin"]
    known = client.get_run(first.name).info
    assert first.created_at.timestamp() == pytest.approx(known.start_time / 1000)
    assert first.finished_at is not None
    assert first.finished_at.timestamp() == pytest.approx(known.end_time / 1000)

    collection = Collection.objects.get()
    assert (collection.name, collection.description, collection.registry.name) == ("fraud net", "Finds fraud.", "model")
    assert set(collection.tags.values_list("name", flat=True)) == {"owner risk co", "live"}
    links = Link.objects.filter(collection=collection).order_by("index")
    assert [link.version.metadata["mlflow"]["version"] for link in links] == [1, 2, 3]
    assert [link.version.produced_by for link in links] == [first, first, runs["train-2"]]
    assert dict(links[2].version.metrics.values_list("key", "value")) == {"loss": 0.25, "accuracy": 0.2}
    assert set(links[0].version.entries.values_list("path", flat=True)) == {"weights.bin", "mlflow-version.json"}
    assert list(links[0].version.tags.values_list("name", flat=True)) == ["checked yes"]
    assert dict(LinkAlias.objects.values_list("name", "link__index")) == {"champion": 1, "latest": 2}

    before = state()
    assert bring(address, cast)[-1] == "2 runs here already, 3 versions here already"
    assert state() == before


def test_what_is_new_arrives_and_what_people_did_here_stays(
    client: MlflowClient, address: str, cast: Cast, tmp_path: Path
) -> None:
    bring(address, cast)
    first, second, third = Link.objects.order_by("index")
    add_aliases(actor=cast.olga, link=third, names=["champion"])
    unlink_version(actor=cast.olga, link=first)
    delete_version(actor=cast.olga, version=second.version, delete_aliases=True)
    run = train(client, client.get_experiment_by_name("fraud/detection").experiment_id, tmp_path / "model", 3)
    client.set_registered_model_alias("fraud net", "challenger", register(client, run))
    assert (
        bring(address, cast)[-1]
        == "1 runs, 2 runs here already, 1 versions, 1 versions deleted here, 2 versions here already"
    )
    assert dict(LinkAlias.objects.values_list("name", "link__index")) == {"champion": 2, "challenger": 3, "latest": 3}
    assert list(Link.objects.filter(deleted_at=None).order_by("index").values_list("index", flat=True)) == [2, 3]


def test_a_version_whose_files_are_gone_is_told_and_the_rest_arrives(
    client: MlflowClient, address: str, cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client.create_model_version("fraud net", (tmp_path / "nothing").as_uri(), await_creation_for=0)
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_mlflow", address, username="olga", team="vision", stdout=said)
    assert ended.value.code == 1
    assert re.search(r"Left out: fraud net 4: .+", said.getvalue())
    assert said.getvalue().splitlines()[-1] == "1 left out, 2 runs, 3 versions"


def test_who_may_not_link_is_told_why_and_nothing_is_linked(client: MlflowClient, address: str, cast: Cast) -> None:
    shelf = Registry.objects.get(name="Shelf")
    roles.grant_role(actor=cast.olga, container=shelf, principal=cast.mia, role=Role.VIEWER)
    with pytest.raises(CommandError, match="Your role in the registry 'Shelf' is viewer"):
        bring(address, cast, username="mia", registry="Shelf")
    with pytest.raises(CommandError, match="There is no such registry, or you may not see it"):
        bring(address, cast, username="mia", registry="absent")
    with pytest.raises(CommandError, match="'mia' is no team"):
        bring(address, cast, username="mia", team="mia")
    assert not Link.objects.exists()


@pytest.fixture(scope="session")
def mlflow() -> Path:
    """The program `mlflow`, in an environment of its own that outlives the session."""
    place = ROOT / ".venv" / "mlflow"
    uv = ROOT / ".venv" / "bin" / "uv"
    for command in (
        ["venv", "--allow-existing", place],
        ["pip", "install", "--python", place / "bin/python", "mlflow==3.17.2"],
    ):
        done = subprocess.run([uv, "--quiet", *command], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"mlflow cannot be installed here: {done.stderr[-300:]}")
    return place / "bin" / "mlflow"


@pytest.fixture
def server(mlflow: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a running `mlflow server`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--workers", "1", "--backend-store-uri", f"sqlite:///{tmp_path}/mlflow.db"]
    command = [mlflow, "server", *options, "--artifacts-destination", tmp_path / "artifacts"]
    with (tmp_path / "mlflow.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/health", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            running.terminate()


@pytest.mark.slow
def test_two_hundred_versions_come_from_a_running_server(server: str, cast: Cast, tmp_path: Path) -> None:
    client = MlflowClient(server, server)
    experiment = client.create_experiment("many")
    client.create_registered_model("fraud net")
    folder = tmp_path / "model"
    folder.mkdir()
    runs = [train(client, experiment, folder, number) for number in range(20)]
    for number in range(200):
        register(client, runs[number % 20], number=str(number))
    client.set_registered_model_alias("fraud net", "champion", "77")
    assert bring(server, cast)[-1] == "20 runs, 200 versions"
    links = Link.objects.order_by("index").select_related("version")
    assert [link.version.metadata["mlflow"]["version"] for link in links] == list(range(1, 201))
    assert dict(LinkAlias.objects.values_list("name", "link__index")) == {"champion": 76, "latest": 199}
    before = state()
    assert bring(server, cast)[-1] == "20 runs here already, 200 versions here already"
    assert state() == before
