"""Members, users, teams, service accounts and keys through the SDK's public API, by those who may and those who may not."""

from __future__ import annotations

from pathlib import Path

from tests.sdk.team import ORGANIZATION, PASSWORD, Sdk, told
from tests.servers import Server

PROGRAM = Path(__file__).parent / "programs" / "members.py"
KEYS = {name: f"local-{name}-{'k' * 40}" for name in ("olga", "adam", "mia", "vera", "otto")}


def provision(server: Server) -> None:
    """olga administers the organization; adam, mia and vera belong to it, mia and vera to the team; otto is an outsider."""
    roles = {"adam": "member", "mia": "member", "vera": "viewer"}
    server.provision(
        *(
            {"op": "user", "username": name, "email": f"{name}@example.org", "password": PASSWORD, "api_key": key}
            for name, key in KEYS.items()
        ),
        {"op": "organization", "name": ORGANIZATION, "owner": "olga"},
        *(
            {"op": "organization_member", "organization": ORGANIZATION, "username": name, "role": role}
            for name, role in roles.items()
        ),
        {"op": "team", "organization": ORGANIZATION, "name": "vision", "admin": "olga"},
        *({"op": "team_member", "team": "vision", "username": name, "role": roles[name]} for name in ("mia", "vera")),
        {"op": "default_entity", "username": "mia", "entity": "vision"},
    )


def test_an_admin_manages_people_with_an_ordinary_key(server: Server, sdk: Sdk) -> None:
    provision(server)
    seen = told(sdk(PROGRAM, "administer", key=KEYS["olga"]))
    assert seen["viewer"] == ["olga", "olga", "olga", ["vision"]]
    assert seen["found"] == ["mia", "mia@example.org", ["vision"], ["mia"]]
    assert seen["not found"] == [None, None, None, []]
    assert seen["team"] == ["vision", "team", "PRIVATE", [["mia", False], ["olga", True], ["vera", False]]]
    assert seen["alone"] == seen["removed"] == [["olga", "admin"]]
    assert seen["added"] == [["mia", "member"], ["olga", "admin"], ["vision", "viewer"]]
    assert seen["updated"] == [["mia", "restricted_viewer"], ["olga", "admin"], ["vision", "admin"]]
    assert "'boss' is no role; choose admin, member, viewer, restricted_viewer" in seen["boss"]
    assert seen["made"] == ["nora", "nora@example.org", False, True]
    assert "Only the operator" in seen["operator"]
    assert seen["speech"] == ["speech", "speech"]
    assert seen["invited"] == [True, True, True, False]
    assert seen["robot"] == ["nightly", "SERVICE", "admin"]
    assert "can only be member or admin" in seen["robot as viewer"]
    assert seen["robot signs in"] is True
    assert seen["members"] == [
        ["mia", False, False],
        ["nora", True, False],
        ["olga", True, False],
        ["new@example.org", False, True],
        ["nightly", False, False],
    ]
    assert seen["deleted"] == [True, True, True]
    assert seen["left"] == ["nora", "olga"]
    assert "unknown, expired or revoked" in seen["robot is gone"]
    assert seen["keys"] == [True, 1, False, [True], 0]
    assert "Traceback" not in server.log


def test_others_are_refused_or_find_nothing(server: Server, sdk: Sdk) -> None:
    provision(server)
    prepare = """
import wandb
api = wandb.Api()
shelf = api.create_registry("Shelf", visibility="restricted", organization="Acme Robotics")
shelf.add_members(api.user("adam"), api.user("vera"))
shelf.update_member(api.user("adam"), "admin")
shelf.update_member(api.user("vera"), "restricted_viewer")
"""
    assert sdk(prepare, key=KEYS["olga"]).returncode == 0
    people = [["adam", "admin"], ["olga", "admin"], ["vera", "restricted_viewer"]]
    seen = {name: told(sdk(PROGRAM, "ask", key=KEYS[name], home=name)) for name in ("otto", "vera", "mia", "adam")}

    for name in ("vera", "mia", "adam"):
        assert seen[name]["user"] == ["olga", "mia", None]
        assert seen[name]["olga's address"] is None
        assert seen[name]["team"] == ["mia", "olga", "vera"]
        assert (seen[name]["invite"], seen[name]["account"], seen[name]["take out"]) == (False, None, [False])
        assert "Only admins of an organization" in seen[name]["create user"]
        assert seen[name]["create team"].startswith("KeyError")  # what the client makes of a team that is not there
        assert seen[name]["keys"] == [True, 1, False, [True], 0]
    assert seen["otto"]["user"] == [None, None, None]
    for step in ("team", "create team", "invite", "account", "take out"):
        assert seen["otto"][step].startswith("KeyError")
    for step in ("see", "open", "registry"):
        assert "Failed to load registry" in seen["otto"][step] or "not found" in seen["otto"][step]
    assert "Failed to load registry 'Shelf'" in seen["mia"]["registry"]
    assert seen["vera"]["see"] == seen["adam"]["see"] == people
    for step in ("add", "promote", "remove"):
        assert "Your role in the registry 'Shelf' is restricted viewer" in seen["vera"][step]
        assert seen["adam"][step] == "done"
    assert seen["mia"]["open"] == []  # what the organization gives everybody is no role given there
    assert "Traceback" not in server.log
