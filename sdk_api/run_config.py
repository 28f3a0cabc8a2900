"""A run's config between the SDK's wrapping, `{key: {"value": …}, "_wandb": {"value": …}}`, and plain `{key: value}`."""

from __future__ import annotations

import json
from typing import Any

from common.errors import InvalidInputError
from projects import values
from projects.models import Run

OWN = "_wandb"


def unwrap_config(text: str | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """(config, client_info) for RunFields from the JSON that the SDK sends; (None, None) when it sends none.

    `client_info` is None when the config says nothing about the client, as in an edit by the public API.
    """
    if text is None:
        return None, None
    try:
        wrapped = values.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"The config of the run is not JSON: {error}.") from error
    if not isinstance(wrapped, dict):
        raise InvalidInputError("The config of the run is not a JSON object.")
    plain = {
        key: item["value"] if isinstance(item, dict) and "value" in item else item for key, item in wrapped.items()
    }
    info = plain.pop(OWN, None)
    return plain, info if isinstance(info, dict) else None


def wrap_config(run: Run) -> str:
    """The config as the SDK reads it back, JSON."""
    wrapped = {key: {"value": value} for key, value in run.config.items()}
    return json.dumps(wrapped | {OWN: {"value": run.client_info}})
