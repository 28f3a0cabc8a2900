"""Checks of what people write on versions: metadata, descriptions, tags."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from artifacts.models import Tag
from common import names
from common.errors import InvalidInputError, TooLargeError
from common.nouns import noun
from projects import values

MAX_METADATA_KEYS = 100
MAX_METADATA_BYTES = 5 * 2**20
MAX_DESCRIPTION = 100_000
MAX_LABELS = 100
MAX_TOLD = 1000  # characters of one value of metadata that its event keeps


def check_metadata(metadata: Any) -> dict[str, Any]:
    """`metadata` as it is stored: an object of at most 100 keys; NaN becomes null, infinities are refused (F8)."""
    if not isinstance(metadata, dict):
        raise InvalidInputError(_("Metadata is a JSON object of names and values."))
    if len(metadata) > MAX_METADATA_KEYS:
        raise InvalidInputError(
            _("Metadata has at most %(max_metadata_keys)s keys; this has %(count)s.")
            % {"max_metadata_keys": MAX_METADATA_KEYS, "count": len(metadata)}
        )
    try:
        cleaned: dict[str, Any] = _finite(metadata)
        size = len(json.dumps(cleaned))
    except RecursionError as error:
        raise InvalidInputError(_("Metadata is nested too deeply to be stored.")) from error
    if size > MAX_METADATA_BYTES:
        raise TooLargeError(
            _("Metadata has at most %(max_metadata_bytes)s bytes; this has %(size)s. Log large data as a file.")
            % {"max_metadata_bytes": MAX_METADATA_BYTES, "size": size}
        )
    return cleaned


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {values.text(str(key)): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and math.isinf(value):
        raise InvalidInputError(_("Metadata holds no infinite numbers; store them as text."))
    if isinstance(value, float) and math.isnan(value):
        return None
    return values.text(value) if isinstance(value, str) else value


def told(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an event keeps of an edit: the fields that changed, and of metadata the keys that did, each cut where it is long."""
    changed = [field for field, value in after.items() if value != before.get(field)]
    was, now = ({field: side[field] for field in changed} for side in (before, after))
    if "metadata" in changed:
        old, new = was["metadata"], now["metadata"]
        keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key, was) != new.get(key, now)]
        was["metadata"], now["metadata"] = (
            {key[:MAX_TOLD]: _cut(side[key]) for key in keys if key in side} for side in (old, new)
        )
    return was, now


def _cut(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= MAX_TOLD else f"{text[:MAX_TOLD]}…"


def check_description(text: str) -> str:
    """`text` if it is short enough to be a description."""
    if len(text) > MAX_DESCRIPTION:
        raise TooLargeError(
            _("A description has at most %(max_description)s characters; this has %(count)s.")
            % {"max_description": MAX_DESCRIPTION, "count": len(text)}
        )
    return values.text(text)


def check_aliases(aliases: Iterable[str]) -> list[str]:
    """The aliases without repetitions, each a valid name."""
    return _bounded([names.alias(alias) for alias in dict.fromkeys(aliases)], "aliases")


def check_tags(tags: Iterable[str]) -> list[str]:
    """The tags without repetitions, each a valid one; first kept (F7)."""
    return _bounded([names.tag(tag) for tag in dict.fromkeys(tags)], "tags")


def _bounded(labels: list[str], what: str) -> list[str]:
    if len(labels) > MAX_LABELS:
        raise InvalidInputError(
            _("Give at most %(max_labels)s %(what)s at once; these are %(count)s.")
            % {"max_labels": MAX_LABELS, "what": noun(what), "count": len(labels)}
        )
    return labels


def check_room(present: Iterable[str], add: Iterable[str], remove: Iterable[str] = (), *, what: str = "tags") -> None:
    """Whether what bears the `present` ones may bear those that this change leaves; an earlier excess may shrink."""
    held = set(present)
    kept = (held - {*remove}) | {*add}
    if len(kept) > max(MAX_LABELS, len(held)):
        raise InvalidInputError(
            _(
                "One thing bears at most %(max_labels)s %(what)s; this change would make it %(count)s. Remove "
                "some first."
            )
            % {"max_labels": MAX_LABELS, "what": noun(what), "count": len(kept)}
        )


def tag_rows(tags: list[str]) -> list[Tag]:
    """The rows of those tags, made where they are new."""
    Tag.objects.bulk_create([Tag(name=name) for name in tags], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=tags))
