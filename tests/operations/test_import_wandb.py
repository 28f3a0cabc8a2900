"""`manage.py import_wandb`: another server, filled by real scripts, arrives here with numbers, aliases and lineage; once."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from artifacts.models import RunInput, Version
from events.models import Event
from projects.models import Project, Run
from projects.services.history import read_lines
from registries.models import Collection, Link, LinkAlias, Registry
from registries.services.links import unlink_version
from tests import sdk_process
from tests.cast import Cast
from tests.servers import Server, Template

pytestmark = pytest.mark.django_db
KEY = "there-" + "t" * 40
FILL = """
import wandb
from pathlib import Path
Path("n.txt").write_text("noted")
for number in range(4):
    with wandb.init(project="digits", name=f"train-{number}", config={"rate": number}, tags=["t"], notes="n") as run:
        for step in range(3):
            run.log({"loss": 1 / (step + 1)})
        if number:
            run.use_artifact("digits-net:best")
        run.save("n.txt")
        net = wandb.Artifact("digits-net", type="model", metadata={"layers": number}, description="d")
        with net.new_file("weights.bin") as file:
            file.write(str(number) * 1000)
        net.add_reference("https://example.org/data.csv", name="data.csv", checksum=False)
        run.log_artifact(net, aliases=["best"] if number < 2 else [], tags=["kept"]).wait()
        run.link_artifact(net, "wandb-registry-Golden Nets/digits", aliases=["prod"] if number == 2 else [])
api = wandb.Api()
api.artifact("vision/digits/digits-net:v0").delete(delete_aliases=True)
api.artifact("wandb-registry-golden nets/digits:v1").unlink()
card = api.artifact_collection("model", "wandb-registry-golden nets/digits")
card.description, card.tags = "a card", ["of digits"]
card.save()
"""


@pytest.fixture
def there(server_template: Template, tmp_path: Path) -> Iterator[Server]:
    """The other server: v0 of four versions is deleted, v1 is no longer linked."""
    server = Server(tmp_path / "there", server_template.copy(tmp_path / "there")).start()
    server.provision(
        {"op": "user", "username": "mia", "api_key": KEY},
        {"op": "organization", "name": "Elsewhere", "owner": "mia"},
        {"op": "team", "organization": "Elsewhere", "name": "vision", "admin": "mia"},
        {"op": "default_entity", "username": "mia", "entity": "vision"},
    )
    make = "import wandb; wandb.Api().create_registry('Golden Nets', visibility='restricted', artifact_types=['model'])"
    for script in (make, FILL):
        done = sdk_process.run(tmp_path, server.url, KEY, script)
        assert done.returncode == 0, done.stderr
    yield server
    server.discard()


def bring(server: Server, monkeypatch: pytest.MonkeyPatch, **options: str) -> str:
    """The last line of the command."""
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    said = StringIO()
    call_command(
        "import_wandb", server.url, **{"username": "olga", "team": "vision", "entity": "vision"} | options, stdout=said
    )
    return said.getvalue().splitlines()[-1]


def state() -> list[Any]:
    """All that an import could double."""
    rows = (Project, Run, Version, RunInput, Registry, Collection, Link, LinkAlias, Event)
    return [list(model.objects.order_by("pk").values()) for model in rows]


@pytest.mark.slow
def test_a_server_arrives_once(there: Server, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    with pytest.raises(CommandError, match="Set WANDB_API_KEY"):
        call_command("import_wandb", there.url, username="olga", team="vision", entity="vision")
    assert bring(there, monkeypatch) == "2 inputs, 2 links, 3 registries, 4 runs, 3 versions"
    runs = {run.display_name: run for run in Run.objects.filter(project__name="digits")}
    one = runs["train-1"]
    assert (one.config["rate"], one.tags, one.notes, one.state, one.summary["loss"]) == (
        1,
        ["t"],
        "n",
        "finished",
        1 / 3,
    )
    assert [row["loss"] for row in read_lines(one, "history")] == [1, 1 / 2, 1 / 3]
    assert "n.txt" in one.files.values_list("name", flat=True)
    versions = {version.index: version for version in Version.objects.committed()}
    assert sorted(versions) == [1, 2, 3]
    first = versions[1]
    assert (first.produced_by, first.metadata, first.description) == (one, {"layers": 1}, "d")
    assert list(first.tags.values_list("name", flat=True)) == ["kept"]
    entries = {entry.path: entry for entry in first.entries.select_related("blob")}
    assert entries["data.csv"].reference_uri == "https://example.org/data.csv"
    assert entries["weights.bin"].blob.size == 1000
    assert dict(first.artifact.aliases.values_list("name", "version__index")) == {"best": 1, "latest": 3}
    assert set(RunInput.objects.values_list("run__display_name", "version__index")) == {("train-2", 1), ("train-3", 1)}
    shelf = Registry.objects.get(name="Golden Nets")
    assert (shelf.visibility, list(shelf.accepted_types.values_list("name", flat=True))) == ("restricted", ["model"])
    digits = Collection.objects.get(registry=shelf)
    assert (digits.description, [tag.name for tag in digits.tags.all()]) == ("a card", ["of digits"])
    links = Link.objects.filter(collection=digits).values_list("index", "version__index")
    assert list(links.order_by("index")) == [(2, 2), (3, 3)]
    assert dict(digits.aliases.values_list("name", "link__index")) == {"prod": 2, "latest": 3}

    before = state()
    again = "2 inputs, 2 links, 3 registries, 4 runs here already, 3 versions here already"
    assert bring(there, monkeypatch) == again
    assert state() == before
    unlink_version(actor=cast.olga, link=Link.objects.select_related("collection__registry").get(index=3))
    before = state()
    assert bring(there, monkeypatch) == again
    assert state() == before
