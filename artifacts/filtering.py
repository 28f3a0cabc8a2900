"""What versions can be filtered by, wherever they are listed (docs/filtering.md).

vocabulary = version_vocabulary()
rows = series.rows.filter(version_condition(series, read_text("tag:night mAP@50 > 0.7", vocabulary)))
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.db.models import Q

from artifacts.models import Version, VersionMetric
from artifacts.series import Series, metric_counts
from common.filtering import Field, Kind, Node, Vocabulary
from common.filtering.completing import last_word
from common.filtering.queries import Column, Document, Labels, Numbers, Source, condition

FIELDS = ("tag:", "alias:", "version:", "created > ", "created_by:", "size > ", "files > ", "metadata.", "description:")
LABELS = 100
NAMED = re.compile(r'[^\s:()"<>=!~]+')  # a metric that a filter names as it is
BYTES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}


def version_vocabulary(metrics: Collection[str] | None = None) -> Vocabulary:
    """The fields of versions (F64, F65), any other name being a metric; where `metrics` are given, one of these."""
    return Vocabulary(
        (
            Field("tag", Kind.LABELS, ("tags",)),
            Field("alias", Kind.LABELS, ("aliases",)),
            Field("metadata", Kind.JSON, ("artifact_metadata",)),
            Field("created_at", Kind.DATE, ("created",)),
            Field("updated_at", Kind.DATE, ("updated",)),
            Field("created_by", Kind.TEXT, ("by",)),
            Field("size", Kind.NUMBER, ("artifact_size",), whole=True, units=BYTES),
            Field("files", Kind.NUMBER, whole=True),
            Field("version", Kind.NUMBER, ("version_index",), whole=True, prefix="v"),
            Field("description", Kind.TEXT),
            Field("digest", Kind.TEXT),
            Field("metrics", Kind.METRIC, ("metric",), keys=metrics),
        ),
        words=("alias", "tag", "description", "version"),
        other="metrics",
    )


def version_condition(series: Series, tree: Node) -> Q:
    """The rows of `series` for which a tree of `version_vocabulary` holds."""
    return condition(tree, version_sources(series))


def version_sources(series: Series) -> dict[str, Source]:
    """Where a series has the fields: when and by whom is the row's, so that of a link is of the linking."""
    path = series.path
    version = f"{path.removesuffix('__')}_id" if path else "pk"
    tags = Version.tags.through.objects.all()
    return {
        "tag": Labels(tags, "tag__name", "version", version),
        "alias": Labels(series.aliases, "name", series.alias_row),
        "metadata": Document(f"{path}metadata"),
        "created_at": Column("created_at"),
        "updated_at": Column(f"{path}updated_at"),
        "created_by": Column("created_by__username"),
        "size": Column(f"{path}size"),
        "files": Column(f"{path}file_count"),
        "version": Column("index"),
        "description": Column(f"{path}description"),
        "digest": Column(f"{path}digest"),
        "metrics": Numbers(VersionMetric.objects.all(), "key", "value", "version", version),
    }


def beginnings(metrics: Iterable[str]) -> list[str]:
    """What a filter may begin with: fields and metrics."""
    return [*FIELDS, *filter(NAMED.fullmatch, metrics)]


def completions(series: Series, text: str) -> list[str]:
    """Texts that `text` is the beginning of, by a field, or by a metric or a label of the newest versions: one query."""
    last = last_word(text)
    if last is None:
        return []
    return last.completed(_labels(series, last.field, last.word) if last.field else beginnings(metric_counts(series)))


def _labels(series: Series, field: str, word: str) -> list[str]:
    if field == "alias":
        found = series.aliases.filter(name__istartswith=word).order_by("name").values_list("name", flat=True)
    elif field == "tag":
        name = f"{series.path}tags__name"
        rows = series.recent.filter(**{f"{name}__istartswith": word}).order_by(name)
        found = rows.values_list(name, flat=True).distinct()
    else:
        return []
    return list(found[:LABELS])
