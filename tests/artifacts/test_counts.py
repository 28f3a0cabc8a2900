"""What an artifact keeps about its versions is what counting them gives, whichever service wrote them."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from artifacts.models import Artifact, Version
from artifacts.services.artifacts import delete_artifact
from artifacts.services.commits import commit_version
from artifacts.services.restoring import restore_version
from artifacts.services.versions import delete_version
from tests.cast import Cast
from tests.making import begin_version, log_version, project_of
from tests.registries import shelves


def kept() -> list[int]:
    """How many versions each artifact keeps, the oldest first; they are also what there is."""
    found = []
    for artifact in Artifact.objects.order_by("pk"):
        assert artifact.version_count == Version.objects.committed().filter(artifact=artifact).count()
        found.append(artifact.version_count)
    return found


def test_only_a_commit_counts_and_it_counts_once(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace)
    pending = begin_version(cast.mia, project, shelves.FILES)
    assert kept() == [0]
    for _ in range(2):
        commit_version(actor=cast.mia, version=Version.objects.get(pk=pending.pk))
        assert kept() == [1]
    log_version(cast.mia, project, shelves.FILES)
    assert kept() == [1], "the same content again is the same version"
    log_version(cast.mia, project, {"other.txt": b"1"})
    assert kept() == [2]


def test_a_version_that_goes_is_counted_out_once_and_one_logged_again_comes_back(cast: Cast) -> None:
    first, second = shelves.log(cast, 1), shelves.log(cast, 2)
    for _ in range(2):
        delete_version(actor=cast.mia, version=Version.objects.get(pk=second.pk), delete_aliases=True)
        assert kept() == [1]
    shelves.log(cast, 2)
    assert kept() == [2]
    for _ in range(2):
        delete_artifact(actor=cast.mia, artifact=first.artifact)
        assert kept() == [0]
    shelves.log(cast, 3)
    assert kept() == [0, 1]


def test_a_version_that_is_restored_counts_once_again_also_with_its_artifact(cast: Cast) -> None:
    first, second = shelves.log(cast, 1), shelves.log(cast, 2)
    delete_version(actor=cast.mia, version=second, delete_aliases=True)
    for _ in range(2):
        restore_version(actor=cast.mia, version=Version.objects.get(pk=second.pk))
        assert kept() == [2]
    delete_artifact(actor=cast.mia, artifact=first.artifact)
    restore_version(actor=cast.mia, version=Version.objects.get(pk=first.pk))
    assert kept() == [1]


def test_the_migration_counts_what_was_there_before_it(cast: Cast) -> None:
    shelves.fill(cast, 3)
    delete_version(actor=cast.mia, version=shelves.log(cast, 7), delete_aliases=True)
    Artifact.objects.update(version_count=0)
    import_module("artifacts.migrations.0006_count_versions").count(apps, None)
    assert kept() == [3]
