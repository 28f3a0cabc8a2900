"""Tables that a run logged, as the SDK keeps them a second time in a version: with their pictures, and with all of their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from artifacts.models import ManifestEntry, Version
from artifacts.places import artifact_series
from projects.media import Source
from projects.models import Run

REFERENCE = re.compile(r"wandb-client-artifact://(?P<client>[\w-]{1,160})/(?P<path>[^\0]+)\Z", re.ASCII)


def sources(run: Run, references: Sequence[str]) -> dict[str, Source]:
    """{reference: where that table is read}, of those that are in the run's project still: two queries."""
    named = {text: found for text in references if (found := REFERENCE.match(text))}
    if not named:
        return {}
    of_project = Version.objects.filter(artifact__project=run.project)
    made = of_project.filter(client_id__in={found["client"] for found in named.values()})
    made = made.order_by("-pk")  # the oldest last, so that it counts: another one may claim the same id later
    versions = {client: twin or pk for client, twin, pk in made.values_list("client_id", "same_as", "pk")}
    entries = ManifestEntry.objects.filter(
        version__in=of_project.committed().filter(pk__in=versions.values()),
        path__in={found["path"] for found in named.values()},
    )
    there = {(entry.version_id, entry.path): entry for entry in entries.select_related("blob", "version__artifact")}
    held = {text: there.get((versions.get(found["client"], 0), found["path"])) for text, found in named.items()}
    return {text: source for text, entry in held.items() if entry and (source := _source(run, entry))}


def _source(run: Run, entry: ManifestEntry) -> Source | None:
    if entry.blob is None:
        return None
    version = entry.version
    version.artifact.project = run.project  # which has its namespace at hand
    series = artifact_series(version.artifact)
    return Source(
        entry.blob,
        series.file_url(version.label, entry.path, "table"),
        lambda picture: f"{series.file_url(version.label, picture, 'thumbnail')}?small=1",
    )
