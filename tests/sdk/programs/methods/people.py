"""Users, teams, keys and signing in, by olga, who administers the organization."""

import wandb
from steps import after, step, tell

api = wandb.Api()
step("Api.viewer works", lambda: api.viewer.username, "olga")
step("Api.user works", lambda: api.user("mia").username, "mia")
step("Api.user absent", lambda: api.user("nobody"), None)
step("Api.users works", lambda: [found.username for found in api.users("mia")], ["mia"])
step("Api.users absent", lambda: api.users("mi"), [])
step("Api.create_user works", lambda: api.create_user("new@example.org").email, "new@example.org")
step("Api.create_user refused", lambda: api.create_user("no address"), raises="address")
step("User.teams works", lambda: api.user("mia").teams, ["vision"])
step("User.api_keys works", lambda: len(api.viewer.api_keys), 1)
key = api.viewer.generate_api_key("nightly")
step("User.generate_api_key works", lambda: len(key) > 40)
step("User.delete_api_key works", lambda: api.viewer.delete_api_key(key))
step("User.delete_api_key absent", lambda: api.viewer.delete_api_key("nothing"), raises="is not in list")
step("User.user_api works", lambda: wandb.Api(api_key=key) and True, raises="unknown, expired or revoked")
step("Api.create_team works", lambda: api.create_team("speech").name, "speech")
step("Api.team works", lambda: {"mia", "olga"} <= {member.username for member in api.team("vision").members})
step("Api.team absent", lambda: api.team("nobody"), raises="members")
team = api.team("speech")
step("Team.load works", lambda: bool(team.load(force=True)))
step(
    "Team.invite works",
    lambda: after(lambda: team.invite("mia"), lambda: [member.username for member in api.team("speech").members]),
    ["mia", "olga"],
)
step("Team.invite works: address", lambda: bool(team.invite("far@example.org")))
step("Team.invite absent", lambda: team.invite("nobody"), False)
step("Team.create_service_account works", lambda: len(team.create_service_account("robot").api_key) > 40)
step(
    "Member.delete works",
    lambda: [member.delete() for member in api.team("speech").members if member.username == "mia"],
    [True],
)
step("Team.create works", lambda: type(team).create(api, "hearing").name, "hearing")
step("User.create works", lambda: type(api.viewer).create(api, "newer@example.org").email, "newer@example.org")
step("login works", lambda: wandb.login(verify=True))
step(
    "login refused",
    lambda: wandb.login(key="local-" + "z" * 40, verify=True, relogin=True),
    raises="unknown, expired or revoked",
)
step("login refused: short", lambda: wandb.Api(api_key="short").viewer, raises="40+ characters")
step("init absent: entity", lambda: wandb.init(project="x", entity="nobody"), raises="no entity 'nobody'")
step(
    "init refused: organization", lambda: wandb.init(project="x", entity="acme-robotics"), raises="owns registries only"
)
tell()
