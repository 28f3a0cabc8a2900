"""Filters of registries, which the SDK names with a prefix, and of projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Concat

from common.filtering import Comparison, Field, Kind, Operator, Vocabulary
from common.filtering.expressions import TextCondition
from common.filtering.queries import Column, Source
from sdk_api.filters.common import Named, id_field, narrowed
from sdk_api.naming import PREFIX, is_registry


def _without_prefix(name: Any) -> Any:
    return name[len(PREFIX) :] if isinstance(name, str) and is_registry(name) else name


FIELDS = (
    id_field("id", "project_id", kinds=("Project", "ProjectInternalId")),
    id_field("entity_id", kinds=("Entity",)),
    Field("name", Kind.TEXT, reads=_without_prefix),
    Field("description", Kind.TEXT),
    Field("created_at", Kind.DATE),
    Field("updated_at", Kind.DATE),
)
VOCABULARY = Vocabulary(FIELDS)


@dataclass(frozen=True)
class RegistryName(Named):
    """A registry's name: a regular expression finds it with the SDK's prefix and without, so that `^model` and
    `^wandb-registry-model` mean the same.
    """

    def condition(self, comparison: Comparison) -> Q:
        """See Source."""
        found = super().condition(comparison)
        if comparison.operator is not Operator.MATCHES:
            return found
        whole = Concat(Value(PREFIX), F(self.path), output_field=CharField())
        return found | Q(TextCondition(whole, Operator.MATCHES, comparison.value))


COMMON: dict[str, Source] = {
    "id": Column("pk"),
    "entity_id": Column("namespace_id"),
    "description": Column("description"),
    "created_at": Column("created_at"),
    "updated_at": Column("updated_at"),
}
PROJECTS: dict[str, Source] = {**COMMON, "name": Named("name", "name_key")}
REGISTRIES: dict[str, Source] = {**COMMON, "name": RegistryName("name", "name_key")}


def filter_projects(rows: Any, text: str | None) -> Any:
    """The projects that a filter leaves."""
    return narrowed(rows, text, VOCABULARY, PROJECTS)


def filter_registries(rows: Any, text: str | None) -> Any:
    """The registries that a filter leaves (F64, F68)."""
    return narrowed(rows, text, VOCABULARY, REGISTRIES)
