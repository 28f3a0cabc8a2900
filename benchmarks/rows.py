"""Fills the database of the environment with rows, for `benchmarks.pages` alone; as rows, since services would take hours.

    python -m benchmarks.rows COLLECTIONS VERSIONS

The registry `model` gets COLLECTIONS collections, one of which, `net`, holds VERSIONS versions of the artifact `net`; each
was logged by a run that used the one before, has three metrics, every tenth an alias, and every other a tag: a page of those
with the tag is full in both. The last one has 100,000 files, whatever VERSIONS says, and the fiftieth 100.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

import django
from django.utils import timezone


def main(collections: int, versions: int) -> None:
    """Write the rows."""
    from access.models import Organization, User
    from artifacts.models import Artifact, RunInput, Version, VersionAlias, VersionMetric
    from events.models import Event
    from projects.models import Project, Run
    from registries.models import Collection, Link, LinkAlias, Registry
    from registries.services.counts import recount

    mia = User.objects.get(username="mia")
    organization = Organization.objects.get(name="Acme")
    registry = Registry.objects.get(organization=organization, name="model")
    team = organization.teams.get(namespace__name="vision")
    project = Project.objects.create(
        namespace=team.namespace, organization=organization, kind="project", name="training", name_key="training",
        visibility="team", run_count=versions,
    )  # fmt: skip
    artifact = Artifact.objects.create(
        project=project, name="net", type="model", next_index=versions, version_count=versions
    )
    shelf, *_ = insert(
        Collection(registry=registry, name=name, name_key=name, type="model", created_by=mia)
        for name in ["net", *(f"net-{number}" for number in range(1, collections))]
    )
    runs = insert(
        Run(project=project, name=f"r{n}", user=mia, state="finished", summary={"loss": 1 / (n + 1)})
        for n in range(versions)
    )
    made = insert(
        Version(
            artifact=artifact, index=n, state="committed", digest=f"{n:032x}", produced_by=run, created_by=mia, size=n * 1000,
            file_count=1, metadata={"train": {"lr": n / versions}}, committed_at=timezone.now(),
        )
        for n, run in enumerate(runs)
    )  # fmt: skip
    insert(RunInput(run=run, version=used, container=project) for run, used in zip(runs[1:], made, strict=False))
    insert(
        VersionMetric(version=version, key=key, value=(n * 7919 % versions) / versions + place, source="history")
        for n, version in enumerate(made)
        for place, key in enumerate(("accuracy", "loss", "recall"))
    )
    links = insert(Link(collection=shelf, version=version, index=n, created_by=mia) for n, version in enumerate(made))
    insert(
        VersionAlias(artifact=artifact, version=version, name=f"a{n}") for n, version in enumerate(made) if n % 10 == 0
    )
    insert(LinkAlias(collection=shelf, link=link, name=f"a{n}") for n, link in enumerate(links) if n % 10 == 0)
    LinkAlias.objects.create(collection=shelf, link=links[-1], name="latest")
    put_tag(made[::2])
    insert(
        Event(
            organization=organization, container_id=registry.pk, actor=mia, door="sdk", type="version:linked", object_type="link",
            object_id=link.pk, parent_id=shelf.pk, after={"version": link.label, "collection": "net", "source": link.version_id},
        )
        for link in links
    )  # fmt: skip
    others = Collection.objects.filter(registry=registry).exclude(pk=shelf.pk)
    insert(Link(collection=other, version=made[0], index=0, created_by=mia) for other in others)
    Collection.objects.filter(registry=registry).update(next_index=1)
    Collection.objects.filter(pk=shelf.pk).update(next_index=versions)
    recount(Collection.objects.filter(registry=registry))
    put_files(made[-1], 100_000)
    put_files(made[49], 100)


def put_tag(versions: list[Any]) -> None:
    """A tag on these."""
    from artifacts.models import Tag, Version

    tag = Tag.objects.create(name="night")
    insert(Version.tags.through(version_id=version.pk, tag_id=tag.pk) for version in versions)


def put_files(version: Any, count: int) -> None:
    """So many files in one version."""
    from artifacts.models import ManifestEntry, Version

    insert(
        ManifestEntry(version=version, path=f"part-{n // 1000:03}/{n:06}.bin", digest=f"{n:032x}", size=n)
        for n in range(count)
    )
    Version.objects.filter(pk=version.pk).update(file_count=count)


def insert(rows: Iterable[Any]) -> list[Any]:
    """Insert them in batches."""
    listed = list(rows)
    if listed:
        type(listed[0])._default_manager.bulk_create(listed, batch_size=2000)
    return listed


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
    django.setup()
    main(*map(int, sys.argv[1:]))
