"""An organization with a team, made by the operator's command, and reading what programs print."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

from tests.servers import Server

Sdk = Callable[..., subprocess.CompletedProcess[str]]
PASSWORD = "correct horse battery"
KEYS = {name: f"local-{name}-{'k' * 40}" for name in ("olga", "mia", "otto")}
KEY = KEYS["mia"]
ORGANIZATION = "Acme Robotics"


def provision(server: Server) -> None:
    """olga administers the organization; mia is a member of it, and of the team that is her default; otto is an outsider."""
    server.provision(
        *({"op": "user", "username": name, "password": PASSWORD, "api_key": key} for name, key in KEYS.items()),
        {"op": "organization", "name": ORGANIZATION, "owner": "olga"},
        {"op": "organization_member", "organization": ORGANIZATION, "username": "mia", "role": "member"},
        {"op": "team", "organization": ORGANIZATION, "name": "vision", "admin": "olga"},
        {"op": "team_member", "team": "vision", "username": "mia", "role": "member"},
        {"op": "default_entity", "username": "mia", "entity": "vision"},
    )


def told(done: subprocess.CompletedProcess[str]) -> Any:
    """What a program printed as JSON in its last line."""
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
