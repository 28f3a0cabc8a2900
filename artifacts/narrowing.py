"""The filter field of a table of versions (docs/filtering.md)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from artifacts.filtering import version_condition, version_vocabulary
from artifacts.series import MAX_KEYS, Series
from common.filtering import FilterError, Node, UnknownNameError, read_text


def narrow(
    series: Series, rows: QuerySet[Any], text: str, metrics: Collection[str] | None
) -> tuple[QuerySet[Any], str, bool]:
    """Those of `rows` for which `text` holds, what to say of it, and whether it could be read; else there are no rows.

    `metrics` are those of the newest versions, where they are known: another name may be that of an older one, and is only
    remarked upon.
    """
    if not text:
        return rows, "", True
    known = metrics if metrics is not None and len(metrics) < MAX_KEYS else None
    try:
        tree, remark = _read(text, known)
    except FilterError as error:
        return rows.none(), error.message, False
    return rows.filter(version_condition(series, tree)), remark, True


def _read(text: str, metrics: Collection[str] | None) -> tuple[Node, str]:
    try:
        return read_text(text, version_vocabulary(metrics)), ""
    except FilterError as error:
        strict = error
    try:
        return read_text(text, version_vocabulary()), strict.message
    except FilterError as loose:
        # What is compared like no metric is no older metric either, but a name that nothing has.
        raise strict if isinstance(strict, UnknownNameError) else loose from None
