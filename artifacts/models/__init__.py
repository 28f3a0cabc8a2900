"""Artifact, Version, and what belongs to a version."""

from artifacts.models.aliases import Tag, VersionAlias
from artifacts.models.artifacts import Artifact
from artifacts.models.downloads import Download
from artifacts.models.lineage import RunInput
from artifacts.models.manifests import Manifest, ManifestEntry
from artifacts.models.metrics import VersionMetric
from artifacts.models.versions import Version

__all__ = [
    "Artifact",
    "Download",
    "Manifest",
    "ManifestEntry",
    "RunInput",
    "Tag",
    "Version",
    "VersionAlias",
    "VersionMetric",
]
