"""Users, keys, teams, service accounts and members of registries."""

from __future__ import annotations

from access.grants import given
from access.models import ApiKey, Invitation, Team, User
from access.roles import Role
from access.services import service_accounts
from access.services.keys import authenticate, create_key
from access.services.roles import grant_role
from sdk_api.ids import encode
from tests.cast import Cast
from tests.sdk_api.cases import mutate, root
from tests.sdk_api.conftest import Ask, World, wire_id

USERS = """query U($text: String) { users(query: $text) { edges { node { username email teams { edges { node { name } } }
    apiKeys { edges { node { name description } } } } } } }"""
MEMBERS = """query T($name: String!) { entity(name: $name) { available readOnly readOnlyAdmin isTeam privateOnly storageBytes
    codeSavingEnabled defaultAccess isPaid photoUrl
    members { id admin role pending email username name photoUrl accountType apiKey } } }"""


def team_id(team: Team) -> str:
    """A team's id, which is its entity's."""
    return encode("Entity", team.namespace_id)


@root("users")
def _(ask: Ask, cast: Cast, world: World) -> None:
    for text in ("mia", "MIA@example.org"):
        (edge,) = ask(cast.olga, USERS, text=text).data["users"]["edges"]
        assert edge["node"] == {
            "username": "mia",
            "email": "mia@example.org",
            "teams": {"edges": [{"node": {"name": "vision"}}]},
            "apiKeys": None,
        }
    (edge,) = ask(cast.vera, USERS, text="mia").data["users"]["edges"]
    assert edge["node"] == {"username": "mia", "email": None, "teams": None, "apiKeys": None}
    for text in ("mi", "", None, "absent", "%"):
        assert ask(cast.olga, USERS, text=text).data["users"]["edges"] == []
    assert ask(cast.otto, USERS, text="mia").data == ask(cast.otto, USERS, text="absent").data
    account = service_accounts.create_service_account(
        actor=cast.olga, organization=cast.organization, name="ci", team=cast.team
    )
    create_key(actor=cast.olga, user=account, name="one")
    (edge,) = ask(cast.olga, USERS, text=account.username).data["users"]["edges"]
    assert [key["node"]["description"] for key in edge["node"]["apiKeys"]["edges"]] == ["one"]
    (edge,) = ask(cast.mia, USERS, text=account.username).data["users"]["edges"]
    assert edge["node"]["apiKeys"] is None


@root("generateApiKey")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = "apiKey { id name description }"
    told = mutate(ask, cast.mia, "generateApiKey", "GenerateApiKeyInput", fields, description="laptop")["apiKey"]
    key = authenticate(told["name"])
    assert key is not None
    assert (key.user, key.name, key.scope, wire_id(key)) == (cast.mia, "laptop", "write", told["id"])
    (edge,) = ask(cast.mia, USERS, text="mia").data["users"]["edges"]
    assert told["name"] not in str(edge)


@root("deleteApiKey")
def _(ask: Ask, cast: Cast, world: World) -> None:
    key, _ = create_key(actor=cast.mia, user=cast.mia, name="old")
    assert mutate(ask, cast.mia, "deleteApiKey", "DeleteApiKeyInput", "success", id=wire_id(key)) == {"success": True}
    assert not ApiKey.objects.filter(pk=key.pk).exists()


@root("createUser")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = "user { id name username email admin }"
    told = mutate(ask, cast.olga, "createUser", "CreateUserInput", fields, email="Otto@new.example", admin=False)
    made = User.objects.get(username="otto-2")
    assert told["user"] == {
        "id": wire_id(made),
        "name": "otto-2",
        "username": "otto-2",
        "email": "Otto@new.example",
        "admin": False,
    }
    assert (made.organization_memberships.get().role, made.home) == ("member", cast.team.namespace)


@root("createTeam")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = "entity { id name available photoUrl limits }"
    given = {"teamName": "speech", "teamAdminUserName": "mia"}
    told = mutate(ask, cast.olga, "createTeam", "CreateTeamInput", fields, **given)["entity"]
    team = Team.objects.get(namespace__name="speech")
    assert told == {"id": team_id(team), "name": "speech", "available": False, "photoUrl": None, "limits": None}
    assert [(row.user, row.role) for row in team.memberships.all()] == [(cast.mia, "admin")]
    assert team.organization == cast.organization


@root("createInvite")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = "invite { id name email createdAt toUser { name } }"

    def invite(**given: object) -> dict[str, object]:
        told: dict[str, object] = mutate(
            ask, cast.olga, "createInvite", "CreateInviteInput", fields, entityName="vision", **given
        )["invite"]
        return told

    told = invite(username="adam", admin=False)
    assert (told["id"], told["toUser"]) == (wire_id(cast.adam), {"name": "adam"})
    assert cast.team.memberships.get(user=cast.adam).role == "member"
    assert invite(email="VERA@example.org", admin=False)["toUser"] == {"name": "vera"}
    assert cast.team.memberships.get(user=cast.vera).role == "viewer"  # who is a member keeps the role
    invite(email="vera@example.org", admin=True)
    assert cast.team.memberships.get(user=cast.vera).role == "admin"
    told = invite(email="new@example.org", admin=True)
    invitation = Invitation.objects.get()
    assert (told["id"], told["email"], told["toUser"]) == (encode("Invite", invitation.pk), "new@example.org", None)
    assert (invitation.role, invitation.team, invitation.team_role) == ("member", cast.team, "admin")


@root("deleteInvite")
def _(ask: Ask, cast: Cast, world: World) -> None:
    def take_out(entity: str, key: str) -> None:
        told = mutate(ask, cast.olga, "deleteInvite", "DeleteInviteInput", "success", id=key, entityName=entity)
        assert told == {"success": True}

    take_out("vision", wire_id(cast.mia))
    assert not cast.team.memberships.filter(user=cast.mia).exists()
    account = service_accounts.create_service_account(
        actor=cast.olga, organization=cast.organization, name="ci", team=cast.team
    )
    take_out("vision", wire_id(account))
    account.refresh_from_db()
    assert account.deleted_at
    fields = "invite { id }"
    told = mutate(
        ask, cast.olga, "createInvite", "CreateInviteInput", fields, entityName="acme", email="new@example.org"
    )
    take_out("vision", told["invite"]["id"])  # of another place
    assert Invitation.objects.open().count() == 1
    take_out("acme", told["invite"]["id"])
    assert not Invitation.objects.open().exists()
    take_out("acme", wire_id(cast.rita))
    assert not cast.organization.memberships.filter(user=cast.rita).exists()


@root("createServiceAccount")
def _(ask: Ask, cast: Cast, world: World) -> None:
    for entity, team in (("vision", cast.team), ("acme", None)):
        given = {"entityName": entity, "description": "nightly"}
        told = mutate(ask, cast.olga, "createServiceAccount", "CreateServiceAccountInput", "user { id }", **given)
        account = User.objects.get(service_of=cast.organization, service_team=team)
        assert told == {"user": {"id": wire_id(account)}}
        last = ask(cast.olga, MEMBERS, name=entity).data["entity"]["members"][-1]
        assert (last["id"], last["name"], last["accountType"]) == (wire_id(account), "nightly", "SERVICE")
        key = authenticate(last["apiKey"])
        assert key is not None
        assert (key.user, key.scope) == (account, "write")


@root("createProjectMembers")
def _(ask: Ask, cast: Cast, world: World) -> None:
    account = service_accounts.create_service_account(actor=cast.olga, organization=cast.organization, name="ci")
    users = [wire_id(cast.vera), wire_id(account)]
    mutate(
        ask,
        cast.adam,
        "createProjectMembers",
        "CreateProjectMembersInput",
        "success",
        projectId=wire_id(cast.registry),
        userIds=users,
        teamIds=[team_id(cast.team)],
    )
    assert given(cast.registry, account) == Role.MEMBER
    assert given(cast.registry, cast.team) == Role.VIEWER
    assert given(cast.registry, cast.vera) == Role.VIEWER  # as before
    document = """query P { project(name: "wandb-registry-shelf", entityName: "acme") {
        members { id name username email role { name } } teamMembers { team { name members { username } } role { name } } } }"""
    told = ask(cast.rita, document).data["project"]
    roles = {row["username"]: row["role"]["name"] for row in told["members"]}
    assert roles == {
        "adam": "admin",
        "mia": "member",
        "olga": "admin",
        "rita": "restricted_viewer",
        account.username: "member",
        "vera": "viewer",
    }
    assert {row["email"] for row in told["members"]} == {None, "rita@example.org"}
    assert [(row["team"]["name"], row["role"]["name"]) for row in told["teamMembers"]] == [("vision", "viewer")]
    assert [row["username"] for row in told["teamMembers"][0]["team"]["members"]] == ["mia", "olga", "vera"]
    addresses = {row["email"] for row in ask(cast.olga, document).data["project"]["members"]}
    assert "mia@example.org" in addresses


@root("deleteProjectMembers")
def _(ask: Ask, cast: Cast, world: World) -> None:
    grant_role(actor=cast.olga, container=cast.registry, principal=cast.team, role=Role.MEMBER)
    mutate(
        ask,
        cast.adam,
        "deleteProjectMembers",
        "DeleteProjectMembersInput",
        "success",
        projectId=wire_id(cast.registry),
        userIds=[wire_id(cast.mia), wire_id(cast.otto), encode("User", 10**9)],  # the latter have no role anyway
        teamIds=[team_id(cast.team)],
    )
    assert given(cast.registry, cast.mia) is None
    assert given(cast.registry, cast.team) is None
    assert given(cast.registry, cast.vera) == Role.VIEWER


@root("updateProjectMember")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given_ = {"projectId": wire_id(cast.registry), "userId": wire_id(cast.mia), "userProjectRole": "viewer"}
    assert mutate(ask, cast.adam, "updateProjectMember", "UpdateProjectMemberInput", "success", **given_) == {
        "success": True
    }
    assert given(cast.registry, cast.mia) == Role.VIEWER


@root("updateProjectTeamMember")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given_ = {"projectId": wire_id(cast.registry), "teamId": team_id(cast.team), "teamProjectRole": "admin"}
    added = {"projectId": wire_id(cast.registry), "teamIds": [team_id(cast.team)]}
    mutate(ask, cast.adam, "createProjectMembers", "CreateProjectMembersInput", "success", **added)
    mutate(ask, cast.adam, "updateProjectTeamMember", "UpdateProjectTeamMemberInput", "success", **given_)
    assert given(cast.registry, cast.team) == Role.ADMIN
