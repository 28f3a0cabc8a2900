"""The demo's secrets: made once, kept in its data folder, readable by its owner alone."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "credentials.json"


@dataclass(frozen=True)
class Credentials:
    """Random from the start, so that no default password exists anywhere."""

    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    api_key: str = field(default_factory=lambda: f"local-{secrets.token_hex(20)}")


def keep(folder: Path) -> Credentials:
    """The credentials in `folder`, made on first use: the folder 0700, the file 0600. Raises OSError."""
    path = folder / FILE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        try:
            return Credentials(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            raise OSError(f"{path} cannot be read; delete it, and new credentials are made.") from error
    made = Credentials()
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(made), file, indent=2)
    return made
