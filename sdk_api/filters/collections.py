"""Filters of collections of either kind."""

from __future__ import annotations

from typing import Any

from artifacts.models import Artifact
from common.filtering import Field, Kind, Vocabulary
from common.filtering.queries import Column, Labels, Source
from registries.models import Collection
from sdk_api.filters.common import Named, id_field, narrowed

VOCABULARY = Vocabulary(
    (
        id_field("id", "artifact_collection_id", "collection_id", kinds=("ArtifactPortfolio", "ArtifactSequence")),
        Field("name", Kind.TEXT, ("collection_name", "artifact_collection_name")),
        Field("tag", Kind.LABELS, ("tags",)),
        Field("type", Kind.TEXT),
        Field("description", Kind.TEXT),
        Field("created_at", Kind.DATE),
        Field("updated_at", Kind.DATE),
    )
)
COMMON: dict[str, Source] = {
    "id": Column("pk"),
    "type": Column("type"),
    "description": Column("description"),
    "created_at": Column("created_at"),
    "updated_at": Column("updated_at"),
}
COLLECTIONS: dict[str, Source] = {
    **COMMON,
    "name": Named("name", "name_key"),
    "tag": Labels(Collection.tags.through.objects.all(), "tag__name", "collection"),
}
ARTIFACTS: dict[str, Source] = {
    **COMMON,
    "name": Column("name"),
    "tag": Labels(Artifact.tags.through.objects.all(), "tag__name", "artifact"),
}


def filter_collections(rows: Any, text: str | None) -> Any:
    """The collections of registries, or artifacts of projects, that a filter leaves (F64)."""
    return narrowed(rows, text, VOCABULARY, COLLECTIONS if rows.model is Collection else ARTIFACTS)
