"""The demo: seeded once, through the services, and private to its owner."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import Invitation, User
from access.services import keys
from artifacts.models import ManifestEntry, RunInput, Version, VersionMetric
from events.models import Event
from operations.demo import story
from operations.demo.clock import dated
from operations.demo.credentials import FILE, Credentials, keep
from operations.demo.training import Model, Settings, evaluate, train
from projects.models import Project, Run
from registries.models import Link, LinkAlias, Registry
from storage.stores import store
from tests.cast import person
from tests.servers import ROOT

SEED_SECONDS = 15  # of computing, so that a busy machine does not count


@pytest.fixture
def demo(db: None, settings: Any, tmp_path: Path) -> Callable[[], str]:
    """`demo()`: what the command prints, over a folder of this test."""
    settings.ENV = type("Environment", (), {"data": tmp_path / "demo"})

    def run() -> str:
        out = StringIO()
        call_command("demo", "--no-serve", "--port", "8123", stdout=out)
        return out.getvalue()

    return run


def counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.managed}


def test_the_demo_is_seeded_once_and_soon_and_keeps_its_credentials(demo: Callable[[], str], tmp_path: Path) -> None:
    began = time.process_time()
    first = demo()
    assert time.process_time() - began < SEED_SECONDS
    before = counts()
    assert demo() == first
    assert counts() == before
    kept = keep(tmp_path / "demo")
    for told in ("http://localhost:8123", kept.password, f"export WANDB_API_KEY={kept.api_key}"):
        assert told in first
    nora = User.objects.get(username=story.SIGN_IN)
    assert nora.check_password(kept.password)
    key = keys.authenticate(kept.api_key)
    assert key is not None
    assert key.user == nora


def test_the_demo_tells_the_whole_story_and_its_pages_answer(
    demo: Callable[[], str], signed_in: Callable[[User], Client]
) -> None:
    demo()
    family = Link.objects.alive().filter(collection__name=story.METERS.name)
    assert sorted(family.values_list("index", flat=True)) == list(range(8))
    accuracy = VersionMetric.objects.filter(version__links__in=family, key="accuracy").values_list("value", flat=True)
    assert len(set(accuracy)) == 8
    assert max(accuracy) - min(accuracy) > 0.2
    aliases = dict(LinkAlias.objects.filter(collection__name=story.METERS.name).values_list("name", "link__index"))
    assert aliases == {"latest": 7, "staging": 7, "production": 6, "rollback": 4}
    assert Event.objects.filter(type="alias:moved", after__alias="production").count() == 3
    assert {(link.collection.registry.name, str(link)) for link in Link.objects.protected()} == {
        ("model", "meter-reader:v6"), ("model", "leak-detector:v2"), ("Edge builds", "meter-reader-int8:v2"),
    }  # fmt: skip
    assert dict(Registry.objects.exclude(owner=None).values_list("name", "owner__username")) == {
        "Evaluation": "ines", "Edge builds": "tomas",
    }  # fmt: skip
    assert list(User.objects.exclude(service_of=None).values_list("full_name", "api_keys__name")) == [
        ("camera-builds", "build server")
    ]
    assert [invitation.team.name for invitation in Invitation.objects.open()] == [story.RESEARCH]
    assert set(Registry.objects.values_list("name", "visibility")) == {
        ("model", "organization"), ("dataset", "organization"), ("Evaluation", "organization"), ("Edge builds", "restricted"),
    }  # fmt: skip
    assert {run.current_state for run in Run.objects.all()} == {"finished", "failed", "crashed"}
    check_lineage()
    check_files_and_dates()
    check_pages(signed_in)


def check_lineage() -> None:
    """A diamond below the newest model beside a cluster and something private, and two levels above it."""
    model = Version.objects.get(artifact__name="meter-reader", index=7)
    parents = Version.objects.filter(uses__run=model.produced_by)
    split = ["meter-digits-holdout:v1", "meter-digits-train:v1"]
    nights = [f"meter-digits-nights:v{night}" for night in range(7)]
    assert sorted(map(str, parents)) == sorted(["meter-digits-corrections:v0", *split, *nights])
    assert not Version.objects.visible_to(User.objects.get(username=story.SIGN_IN)).filter(
        artifact__name="meter-digits-corrections"
    )
    grandparents = Version.objects.filter(uses__run__outputs__in=parents).distinct()
    assert list(map(str, grandparents)) == ["meter-digits-raw:v1"]
    users = RunInput.objects.filter(version=model).values_list("run__job_type", flat=True)
    assert sorted(users) == ["evaluate", "quantize"]


def check_files_and_dates() -> None:
    """All bytes are there, and events are in the order in which they happened, none in the future."""
    now = timezone.now()
    blobs = [entry.blob for entry in ManifestEntry.objects.select_related("blob") if entry.blob]
    assert all(store().exists(blob.sha256) for blob in blobs)
    assert not Event.objects.filter(created_at__gt=now).exists()
    assert Event.objects.filter(created_at__lt=now - timedelta(days=50)).exists()
    moments = list(Event.objects.filter(actor__isnull=False).order_by("pk").values_list("created_at", flat=True))
    assert moments == sorted(moments)
    acted = Event.objects.filter(actor__service_of=None).values("actor")
    assert not User.objects.filter(pk__in=acted, last_login=None).exists()


def test_the_demo_leaves_another_database_alone(demo: Callable[[], str]) -> None:
    person("somebody")
    with pytest.raises(CommandError, match="VITRINE_DATA"):
        demo()
    assert User.objects.count() == 1


def check_pages(signed_in: Callable[[User], Client]) -> None:
    """Every seeded page answers whoever may see it."""
    nora, priya, sam = (User.objects.get(username=name) for name in (story.SIGN_IN, "priya", "sam"))
    for somebody in (nora, sam):
        browser = signed_in(somebody)
        for address in addresses(somebody):
            assert browser.get(address).status_code == 200, (somebody, address)
    builds = reverse("registries:registry", args=[story.ORGANIZATION, story.BUILDS])
    assert signed_in(priya).get(builds).status_code == 404


def addresses(user: User) -> Iterator[str]:
    """The landing page, all registries, collections, projects and runs, and the newest version of each collection."""
    yield reverse("registries:landing", args=[story.ORGANIZATION])
    for registry in Registry.objects.visible_to(user):
        shelf = [story.ORGANIZATION, registry.name]
        yield reverse("registries:registry", args=shelf)
        for collection in registry.collections.all():
            yield reverse("registries:collection", args=[*shelf, collection.name])
            yield reverse("registries:version", args=[*shelf, collection.name, "@latest"])
    for run in Run.objects.visible_to(user).select_related("project__namespace"):
        yield reverse("projects:run", args=[run.project.namespace.name, run.project.name, run.name])
    for project in Project.objects.visible_to(user).select_related("namespace"):
        yield reverse("projects:project", args=[project.namespace.name, project.name])


def test_credentials_are_random_and_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    kept = keep(folder)
    assert keep(folder) == kept != Credentials()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    (folder / FILE).write_text("{")
    with pytest.raises(OSError, match="delete it"):
        keep(folder)


@pytest.mark.parametrize("given", [{}, {"VITRINE_ALLOWED_HOSTS": "registry.example.org"}])
def test_the_environment_wins_over_what_the_demo_fills_in(tmp_path: Path, given: dict[str, str]) -> None:
    """In a process of its own, since settings are read once: production's rules hold."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VITRINE_", "DJANGO_"))}
    code = (
        "from operations.demo.__main__ import prepare; prepare(); from django.conf import settings; "
        "print(settings.DEBUG, settings.ALLOWED_HOSTS, settings.ENV.data)"
    )
    env = clean | {"VITRINE_DATA": str(tmp_path / "d"), "DATABASE_URL": ""} | given
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    hosts = given["VITRINE_ALLOWED_HOSTS"].split() if given else ["localhost", "127.0.0.1", "[::1]"]
    assert done.stdout.strip() == f"False {hosts} {tmp_path / 'd'}"


def test_dated_moves_what_a_block_writes_and_nothing_else(db: None) -> None:
    earlier, past = person("anna"), timezone.now() - timedelta(days=9)
    with dated(past):
        later = person("bela")
    earlier.refresh_from_db()
    later.refresh_from_db()
    assert later.created_at == past
    assert earlier.created_at > past
    assert Event.objects.get(object_type="user", object_id=later.pk).created_at == past


@pytest.mark.parametrize("family", [story.METERS, story.LEAKS], ids=lambda family: family.name)
def test_training_learns_something(family: Any) -> None:
    from random import Random

    random = Random(1)
    samples = [family.take(random) for _ in range(160)]
    blank = Model.blank(len(family.labels), len(samples[0].features))
    untrained = evaluate(blank, samples[100:])
    rows = list(train(blank, samples[:100], samples[100:], Settings(samples=100, steps=60, rate=0.2), "recall"))
    assert rows[-1]["loss"] < untrained.loss
    assert rows[-1]["accuracy"] > untrained.accuracy


def test_a_namesake_of_the_demo_keeps_password_and_keys(demo: Callable[[], str]) -> None:
    stranger = person(story.SIGN_IN, password="their own secret")

    with pytest.raises(CommandError, match="something else than the demo"):
        demo()

    stranger.refresh_from_db()
    assert stranger.check_password("their own secret")
    assert not stranger.api_keys.exists()
