"""Manages people through the public API as the person whose key it has; tells what each step answered."""

import json
import os
import sys

import wandb

told: dict[str, object] = {}
ORGANIZATION = "Acme Robotics"
api = wandb.Api()


def attempt(name: str, action: object) -> None:
    """Keep what it answers, or what it raises."""
    try:
        told[name] = action()  # type: ignore[operator]
    except Exception as error:
        told[name] = f"{type(error).__name__}: {error}"


def given(registry: object) -> list[list[str]]:
    """Who has which role on the registry."""
    users = [[found.user.username, str(getattr(found.role, "value", found.role))] for found in registry.user_members()]  # type: ignore[attr-defined]
    teams = [[found.team.name, str(getattr(found.role, "value", found.role))] for found in registry.team_members()]  # type: ignore[attr-defined]
    assert len(registry.members()) == len(users) + len(teams)  # type: ignore[attr-defined]
    return users + teams


def administer() -> None:
    """All that an admin of the organization does."""
    told["viewer"] = [api.viewer.username, api.viewer.entity, api.default_entity, api.viewer.teams]
    mia = api.user("mia")
    told["found"] = [mia.username, mia.email, mia.teams, [user.username for user in api.users("MIA@example.org")]]
    told["not found"] = [api.user("mi"), api.user("otto"), api.user("absent"), api.users("")]
    team = api.team("vision")
    told["team"] = [team.name, team.entity_type, team.default_access, [[row.name, row.admin] for row in team.members]]

    shelf = api.create_registry("Shelf", visibility="restricted", organization=ORGANIZATION)
    told["alone"] = given(shelf)
    shelf.add_members(mia, team).add_members(mia)
    told["added"] = given(shelf)
    shelf.update_member(mia, "restricted_viewer").update_member(team, "admin").add_members(mia.id)
    told["updated"] = given(shelf)
    attempt("boss", lambda: shelf.update_member(mia, "boss"))
    shelf.remove_members(mia, team).remove_members(mia)
    told["removed"] = given(shelf)

    made = api.create_user("nora@example.org")
    told["made"] = [made.username, made.email, made.admin, api.create_user("nora@example.org").id == made.id]
    attempt("operator", lambda: api.create_user("boss@example.org", admin=True).username)
    told["speech"] = [api.create_team("speech").name, api.create_team("speech").name]
    speech = api.team("speech")
    told["invited"] = [
        speech.invite("mia"),
        speech.invite("nora@example.org", admin=True),
        speech.invite("new@example.org"),
        speech.invite("otto"),
    ]
    robot = speech.create_service_account("nightly")
    shelf.add_members(api.user(robot.username))
    shelf.update_member(robot.id, "admin")
    attempt("robot as viewer", lambda: shelf.update_member(robot.id, "viewer"))
    told["robot"] = [robot.name, robot.account_type, dict(given(shelf))[robot.username]]
    told["robot signs in"] = wandb.Api(api_key=robot.api_key).viewer.username == robot.username
    fresh = api.team("speech")
    told["members"] = [
        [row.name, row.role if hasattr(row, "role") else row.admin, row.pending] for row in fresh.members
    ]
    told["deleted"] = [row.delete() for row in fresh.members if row.name in {"mia", "new@example.org", "nightly"}]
    told["left"] = [row.name for row in api.team("speech").members]
    attempt("robot is gone", lambda: wandb.Api(api_key=robot.api_key).viewer.username)
    told["keys"] = keys()


def keys() -> list[object]:
    """A key of one's own: made, used, revoked."""
    me = wandb.Api().viewer
    before = len(me.api_keys)
    secret = me.generate_api_key("of a script")
    works = wandb.Api(api_key=secret).viewer.username == me.username
    again = wandb.Api().viewer
    shown = [name for name in again.api_keys if name[-4:] == secret[-4:]]
    revoked = [again.delete_api_key(name) for name in shown]
    return [
        works,
        len(again.api_keys) - before,
        secret in again.api_keys,
        revoked,
        len(wandb.Api().viewer.api_keys) - before,
    ]


def ask() -> None:
    """All that somebody tries who may not."""
    told["user"] = [user.username if (user := api.user(name)) else None for name in ("olga", "mia", "absent")]
    told["olga's address"] = getattr(api.user("olga"), "email", None)
    attempt("team", lambda: [row.name for row in api.team("vision").members])
    attempt("create team", lambda: api.create_team("secret").name)
    attempt("create user", lambda: api.create_user("evil@example.org").username)
    attempt("see", lambda: given(api.registry("Shelf", organization=ORGANIZATION)))
    attempt("open", lambda: given(api.registry("model", organization=ORGANIZATION)))
    attempt("invite", lambda: api.team("vision").invite("adam"))
    attempt("account", lambda: api.team("vision").create_service_account("mine"))
    attempt("take out", lambda: [row.delete() for row in api.team("vision").members if row.name == "olga"])
    registry = None
    try:
        registry = api.registry("Shelf", organization=ORGANIZATION)
    except Exception as error:
        told["registry"] = str(error)
    if registry is not None:
        me = api.viewer
        attempt("add", lambda: registry.add_members(me) and "done")
        attempt("promote", lambda: registry.update_member(me, "admin") and "done")
        attempt("remove", lambda: registry.remove_members(me) and "done")
    told["keys"] = keys()


def act(name: str) -> None:
    """The step of that name."""
    {"administer": administer, "ask": ask}[name]()


act(sys.argv[1] if len(sys.argv) > 1 else os.environ["STEP"])
print(json.dumps(told))
