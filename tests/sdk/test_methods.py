"""Every public method of the SDK in scope, by the real client on a real server (the map is tests/sdk/methods.py)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sdk.methods import ELSEWHERE, INHERITED, NAME, PROGRAMS, public_methods
from tests.sdk.team import KEYS, Sdk, provision, told
from tests.servers import Server

VERA = f"local-vera-{'k' * 40}"
DISTINCT = 250


def with_a_viewer(server: Server) -> None:
    provision(server)
    server.provision(
        {"op": "user", "username": "vera", "password": "correct horse battery", "api_key": VERA},
        {"op": "organization_member", "organization": "Acme Robotics", "username": "vera", "role": "viewer"},
    )


def holds(step: dict[str, Any]) -> bool:
    if step["raises"]:
        return step["raises"] in step["raised"]
    return not step["raised"] and bool(step["seen"] == json.loads(json.dumps(step["expected"])))


def run(sdk: Sdk, program: str, *arguments: str, key: str) -> dict[str, dict[str, Any]]:
    steps: dict[str, dict[str, Any]] = told(sdk(PROGRAMS / program, *arguments, key=key, home=f"{program}-{key[6:10]}"))
    assert {name: step for name, step in steps.items() if not holds(step)} == {}
    return steps


def test_methods_of_registries_do_what_they_say(server: Server, sdk: Sdk) -> None:
    provision(server)
    assert len(run(sdk, "registries.py", key=KEYS["mia"])) > 100


@pytest.mark.slow
def test_every_method_does_what_it_says(server: Server, sdk: Sdk) -> None:
    with_a_viewer(server)
    steps = {
        **run(sdk, "registries.py", key=KEYS["mia"]),
        **run(sdk, "artifacts.py", key=KEYS["mia"]),
        **run(sdk, "runs.py", key=KEYS["mia"]),
        **run(sdk, "projects.py", key=KEYS["mia"]),
        **run(sdk, "strangers.py", "forbidden", key=VERA),
        **run(sdk, "strangers.py", "absent", key=KEYS["otto"]),
        **run(sdk, "people.py", key=KEYS["olga"]),
    }
    assert "Traceback" not in server.log
    named = {name: match for name in steps if (match := NAME.match(name))}
    assert [name for name in steps if name not in named] == []
    distinct = {(match["method"], match["outcome"]) for match in named.values()}
    assert len(distinct) >= DISTINCT
    known = public_methods()
    silent = known - {match["method"] for match in named.values()} - ELSEWHERE.keys()
    assert sorted(method for method in silent if method.split(".")[-1] not in INHERITED) == []
    assert sorted(ELSEWHERE.keys() - known) == []
