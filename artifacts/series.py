"""A numbered series of versions, whichever it is: those of an artifact, or those linked into a collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse

from common.addresses import address

RECENT = 100  # what is drawn, and where metric keys are looked for: a page costs the same for ever more versions
LARGE = 5000  # from here on rows are found along an index of all numbers, below it by sorting those of the series
MAX_KEYS = 200
HEAVY_RUN_FIELDS = ("config", "summary", "client_info", "history_keys", "writers", "notes", "tags")


@dataclass(frozen=True)
class Series:
    """Rows are versions, or links that reach theirs by `path`; `home` holds their artifact or collection alone.

    `names` are the arguments of the addresses in `space` up to the version; each alias says whether it `is_protected`;
    `directions` say of a metric whether higher is better, above what the runs said; `guarded` are the ids of the
    newest few rows with a protected alias, `protected` the names of such aliases, where there are any; `ttl_seconds` is
    how long versions live that say nothing of it themselves, 0 for good.
    """

    home: QuerySet[Any]
    rows: QuerySet[Any]
    path: str
    aliases: QuerySet[Any]
    alias_row: str
    next_index: int
    space: str
    names: tuple[str, ...]
    directions: Mapping[str, bool]
    guarded: QuerySet[Any, Any] | None = None
    protected: QuerySet[Any, str] | None = None
    ttl_seconds: int = 0

    def url(self, reference: str, tab: str = "") -> str:
        """The page of a version, by `v3` or `@alias`."""
        if not tab:
            return address(f"{self.space}:version", *self.names, reference)
        return address(f"{self.space}:version_tab", *self.names, reference, tab)

    def file_url(self, reference: str, path: str, page: str = "file") -> str:
        """The page (`file`), the bytes (`download`) or the picture (`thumbnail`) of one file of a version."""
        return address(f"{self.space}:{page}", *self.names, reference, path)

    def rest_url(self, reference: str, path: str) -> str:
        """The bytes of one file at the door for scripts, where aliases are written without the @."""
        if self.space == "registries":
            door, names = (
                "get_link_file",
                dict(zip(("organization", "registry", "collection"), self.names, strict=True)),
            )
        else:
            entity, project, _, artifact = self.names
            door, names = "get_file", {"entity": entity, "project": project, "artifact": artifact}
        return reverse(f"rest_api:{door}", kwargs={**names, "reference": reference, "path": path})

    @property
    def is_large(self) -> bool:
        """Whether it may hold more rows than one sorts for a page."""
        return self.next_index > LARGE

    @property
    def with_aliases(self) -> Prefetch[str]:
        """What rows prefetch to have their aliases at hand, in the order of the index by which they are found."""
        return Prefetch("aliases", self.aliases.order_by(f"{self.alias_row}_id", "pk"))

    @property
    def recent(self) -> QuerySet[Any]:
        """The rows of the newest versions."""
        return self.rows.filter(index__gte=self.next_index - RECENT)


def metric_counts(series: Series, words: str = "") -> dict[str, int]:
    """The metrics of the newest versions whose name contains `words`, in any case, each with how many of these have it.

    The commonest first: at most 200.
    """
    key = f"{series.path}metrics__key"
    rows = series.recent.filter(**({f"{key}__icontains": words} if words else {f"{key}__isnull": False}))
    counted = rows.order_by().values_list(key).annotate(count=Count("pk"))
    return dict(counted.order_by("-count", key)[:MAX_KEYS])
