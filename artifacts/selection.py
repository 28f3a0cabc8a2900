"""What a reader asked of a table of versions, as the address says it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

PAGE = 50
MAX_COLUMNS = 8
MAX_WORDS = 128
METRIC = "metric:"
COLUMNS = ("aliases", "tags", "who", "run", "size", "ttl", "digest", "files", "logged")
USUAL = COLUMNS[:5]


@dataclass(frozen=True)
class Selection:
    """Order, columns, filters and page; `words` narrow the metrics that are offered as columns.

    `filter` is in the filter language (docs/filtering.md), `tag` and `alias` are names.
    """

    sort: str = "-version"
    keys: tuple[str, ...] = ()
    columns: tuple[str, ...] = USUAL
    filter: str = ""
    tag: str = ""
    alias: str = ""
    words: str = ""
    cursor: str = ""
    chosen: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Selection:
        """From `?sort=-metric:loss&metric=loss&column=tags&q=loss<1&tag=night&cursor=…`.

        `metric=` alone shows no metric, `column=` alone no other column than the version.
        """
        asked = set(query.getlist("column"))
        return cls(
            sort=query.get("sort") or "-version",
            keys=tuple(dict.fromkeys(key for key in query.getlist("metric") if key))[:MAX_COLUMNS],
            columns=tuple(name for name in COLUMNS if name in asked) if asked else USUAL,
            filter=query.get("q", "").strip(),
            tag=query.get("tag", "").strip(),
            alias=query.get("alias", "").strip(),
            words=query.get("keys", "").strip()[:MAX_WORDS],
            cursor=query.get("cursor", ""),
            chosen="metric" in query,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether rows are left out."""
        return bool(self.filter or self.tag or self.alias)
