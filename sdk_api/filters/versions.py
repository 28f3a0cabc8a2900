"""Filters of versions in their artifact, and of links in registries."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from artifacts.filtering import BYTES
from artifacts.models import Version, VersionAlias
from common.filtering import Comparison, Field, Kind, Vocabulary
from common.filtering.queries import EVERYTHING, NOTHING, Column, Document, Labels, Source
from registries.models import Link, LinkAlias
from sdk_api.filters.common import holds_for, id_field, narrowed

VOCABULARY = Vocabulary(
    (
        id_field("id", "artifact_id", kinds=("Artifact",)),
        Field("version", Kind.NUMBER, ("version_index",), whole=True, prefix="v"),
        Field("tag", Kind.LABELS, ("tags",)),
        Field("alias", Kind.LABELS, ("aliases",)),
        Field("metadata", Kind.JSON, ("artifact_metadata",)),
        Field("created_at", Kind.DATE, ("artifact_created_at",)),
        Field("updated_at", Kind.DATE),
        Field("linked_at", Kind.DATE, ("acm_created_at",)),
        Field("size", Kind.NUMBER, ("artifact_size",), whole=True, units=BYTES),
        Field("description", Kind.TEXT),
        Field("digest", Kind.TEXT),
        Field("state", Kind.TEXT),
    )
)
LISTED = "COMMITTED"


class State:
    """Only committed versions are ever listed, so the state of all of them is known."""

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        return EVERYTHING if holds_for(comparison, LISTED) else NOTHING


def _sources(path: str, version: str, aliases: Labels) -> dict[str, Source]:
    tags = Version.tags.through.objects.all()
    return {
        "id": Column(version),
        "version": Column("index"),
        "tag": Labels(tags, "tag__name", "version", version),
        "alias": aliases,
        "metadata": Document(f"{path}metadata"),
        "created_at": Column(f"{path}created_at"),
        "updated_at": Column(f"{path}updated_at"),
        "linked_at": Column("created_at"),
        "size": Column(f"{path}size"),
        "description": Column(f"{path}description"),
        "digest": Column(f"{path}digest"),
        "state": State(),
    }


VERSIONS = _sources("", "pk", Labels(VersionAlias.objects.all(), "name", "version"))
LINKS = _sources("version__", "version_id", Labels(LinkAlias.objects.all(), "name", "link"))


def filter_versions(rows: Any, text: str | None) -> Any:
    """The versions, or links of versions, that a filter leaves (F64, F65)."""
    return narrowed(rows, text, VOCABULARY, LINKS if rows.model is Link else VERSIONS)
