"""T05, T06, T07: things are named by ids that this server gave, in the place where they are; nothing else names anything."""

from __future__ import annotations

import base64
import json

import pytest

from access.models import ApiKey, User
from access.services import invitations, keys, service_accounts
from registries.models import Link
from registries.services import founding
from registries.services.links import link_version
from registries.services.registries import create_registry
from sdk_api.ids import encode
from tests.access.asking import Asker, undone
from tests.access.world import World, snapshot
from tests.cast import person

PLACES = [
    "file:///etc/passwd", "/etc/passwd", "../../etc/passwd", "..\\..\\secret", "C:\\secret", "s3://bucket/key", "http://127.0.0.1/",
    "vision/training/net:v0", "net:v0", "wandb-artifact://_id/1", "1;2", "1 OR 1=1", "1e0", "0x1", "１", "-1", "1.5", "", "null",
]  # fmt: skip
LINK = """mutation L($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex } }"""


@pytest.mark.parametrize("source", PLACES)
def test_the_source_of_a_version_is_an_id_and_nothing_else(source: str, asker: Asker, world: World) -> None:
    """T05."""
    before = snapshot()
    nets = "/api/v1/organizations/Acme/registries/Shelf/collections/nets/versions"
    target = {"artifactPortfolioName": "nets", "entityName": "Acme", "projectName": "wandb-registry-Shelf"}
    for value in (source, [source], {"id": source}):
        assert asker.by_key("olga", "POST", nets, {"version": value}).status_code in {400, 422}
        told = asker.graphql("olga", LINK, input={**target, "artifactID": value})
        assert told.status_code in {400, 404}, told.body
    for raw in (source, source.encode().hex()):
        assert asker.graphql("olga", LINK, input={**target, "clientID": raw}).status_code in {400, 404}
    form = asker.page(
        "olga", "POST", f"{world.names['nets']}link/?project=vision/training&artifact=net", f"version={source}"
    )
    assert form.status_code == 400
    assert snapshot() == before


ODD = [  # what a request may carry besides, and what may not matter
    {"tags": ["mlflow.source.type", "skip-validation"]},
    {
        "metadata": {
            "validate": False,
            "_wandb": {"trusted": True},
            "source": "file:///etc/passwd",
            "__proto__": {"admin": True},
        }
    },
    {"description": "<!-- trusted: true -->"},
    {"aliases": ["trusted"]},
    {"validate": False, "force": True, "admin": True, "trusted": True},
]
WRONG = [
    ("POST", "/api/v1/projects/vision/training/uploads", {"artifact": "../x", "type": "model"}),
    ("POST", "/api/v1/projects/vision/training/uploads", {"artifact": "x", "type": "a/b"}),
    ("POST", "/api/v1/projects/vision/training/uploads",
     {"artifact": "x", "type": "model", "files": [{"path": "../../etc/passwd", "size": 1, "md5": "0" * 32}]}),
    ("POST", "/api/v1/projects/vision/training/uploads",
     {"artifact": "x", "type": "model", "files": [{"path": "/abs", "size": 1, "md5": "0" * 32}]}),
    ("PATCH", "/api/v1/organizations/Acme/registries/Shelf/collections/nets/versions/v0", {"tags": ["a/b"]}),
    ("PUT", "/api/v1/organizations/Acme/registries/Shelf/collections/nets/versions/v0/aliases/v7", {}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), WRONG)
def test_no_tag_type_or_value_switches_a_check_off(
    method: str, path: str, body: dict[str, object], asker: Asker, world: World
) -> None:
    """T06: what is refused is refused whatever else stands beside it."""
    before = snapshot()
    for odd in ({}, *ODD):
        response = asker.by_key("mia", method, path, {**odd, **body})
        assert response.status_code in {400, 422}, (odd, response.body)
        assert snapshot() == before


def test_a_row_of_another_place_is_absent_in_ones_own(asker: Asker, world: World) -> None:
    """T07: an id that exists, under a parent to which it does not belong, for the admin of that parent."""
    boss = person("boss")
    other = founding.found_organization(actor=None, name="Other", owner=boss)
    invitation, _ = invitations.create_invitation(actor=boss, organization=other, role="member")
    account: User = service_accounts.create_service_account(actor=boss, organization=other, name="robot")
    key, _ = keys.create_key(actor=boss, user=account, name="k")
    own_key = ApiKey.objects.get(user=world.people["ci"])
    second = create_registry(
        actor=world.cast.olga, organization=world.cast.organization, name="Second", visibility="restricted"
    )
    foreign: Link = link_version(
        actor=world.cast.olga, registry=second, collection_name="others", version=world.versions[2]
    )
    before, acme = snapshot(), "/api/v1/organizations/Acme"
    for path in (
        f"{acme}/invitations/{invitation.pk}",
        f"{acme}/service-accounts/{account.username}",
        f"{acme}/service-accounts/{world.names['account_name']}/keys/{key.pk}",
        f"{acme}/registries/Shelf/collections/others",
        f"{acme}/registries/Shelf/collections/others/versions/v{foreign.index}",
        f"{acme}/members/boss",
        "/api/v1/organizations/Other/teams/vision",
        "/api/v1/projects/audio/training",
    ):
        assert asker.by_key("olga", "DELETE", path).status_code in {204, 404}, path  # 204: gone there already
        assert snapshot() == before, path
    house = "/orgs/Acme"
    for path in (
        f"{house}/invitations/{invitation.pk}/revoke/",
        f"{house}/service-accounts/{account.pk}/delete/",
        f"{house}/service-accounts/{world.names['account']}/keys/{key.pk}/revoke/",
        f"{house}/service-accounts/{account.pk}/keys/{own_key.pk}/revoke/",
        f"{house}/members/boss/remove/",
        f"{house}/teams/other/delete/",
        f"{house}/registry/Shelf/collections/others/delete/",
    ):
        asker.page("olga", "POST", path, "typed=others")
        assert snapshot() == before, path
    gone = [
        ("deleteApiKey", "DeleteApiKeyInput", {"id": encode("ApiKey", key.pk)}),
        ("deleteInvite", "DeleteInviteInput", {"entityName": "vision", "id": encode("Invite", invitation.pk)}),
        ("unlinkArtifact", "UnlinkArtifactInput",
         {"artifactID": encode("Artifact", world.versions[2].pk), "artifactPortfolioID": world.names["nets_id"]}),
        ("deleteArtifactPortfolio", "DeleteArtifactPortfolioInput", {"artifactPortfolioID": world.names["net_id"]}),
        ("deleteArtifact", "DeleteArtifactInput", {"artifactID": world.names["nets_id"]}),
    ]  # fmt: skip
    for field, kind, given in gone:
        asker.graphql("olga", f"mutation M($input: {kind}!) {{ {field}(input: $input) {{ __typename }} }}", input=given)
        assert snapshot() == before, field


def test_ids_of_one_kind_name_nothing_of_another(asker: Asker, world: World) -> None:
    """An id that is right for a run, brought as that of a version."""
    before = snapshot()
    document = "mutation M($input: DeleteArtifactInput!) { deleteArtifact(input: $input) { __typename } }"
    for text in (
        "Run:1",
        "Project:1",
        "Artifact:1:2",
        "Artifact:-1",
        "Artifact:٣",
        "artifact:1",
        "Artifact:" + "9" * 40,
    ):
        key = base64.b64encode(text.encode()).decode()
        with undone():
            told = asker.graphql("mia", document, input={"artifactID": key})
            assert told.status_code in {400, 404}, text
            assert "errors" in json.loads(told.body)
            assert snapshot() == before
