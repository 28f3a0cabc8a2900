"""What the SDK's door hides: the same rules as everywhere, by every path that leads to a version."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from access.models import User
from access.services import organizations, people, teams
from artifacts.models import Version
from projects.services.runs import RunFields, announce_files, upsert_run
from sdk_api.ids import encode
from storage.services import fulfil, receive
from tests.cast import Cast
from tests.making import begin_version, log_version, md5_of, project_of
from tests.sdk_api.conftest import Ask, World, wire_id

LINKED = """query M($name: String!) { project(name: "wandb-registry-shelf", entityName: "acme") { readOnly
    artifactCollectionMembership(name: $name) { versionIndex artifactCollection { project { name } }
        artifact { id artifactSequence { name project { name } } createdBy { __typename }
            aliases { alias artifactCollection { project { name } } } usedBy { edges { node { name } } } }
        files { edges { node { name directUrl } } } } } }"""


@pytest.fixture
def stranger(cast: Cast, world: World) -> User:
    """A member of the organization and of the registry's other team; the project that logged the versions is hidden."""
    from access.roles import Role
    from access.services import roles

    user = people.create_user(username="nora")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=user, role="member")
    roles.grant_role(actor=cast.olga, container=cast.registry, principal=user, role=Role.MEMBER)
    return user


def test_a_link_shows_its_version_and_hides_where_it_is_from(ask: Ask, stranger: User, world: World) -> None:
    answer = ask(stranger, LINKED, name="nets:latest")
    assert (answer.status, answer.message) == (200, "")
    place = answer.data["project"]["artifactCollectionMembership"]
    version = place["artifact"]
    assert (place["versionIndex"], place["artifactCollection"]["project"]["name"]) == (1, "wandb-registry-Shelf")
    assert version["artifactSequence"] == {"name": "net", "project": None}
    assert version["createdBy"] is None
    assert version["usedBy"]["edges"] == []
    by_project = {alias["alias"]: alias["artifactCollection"]["project"] for alias in version["aliases"]}
    assert by_project["v1"] == {"name": "wandb-registry-Shelf"}
    source = 'query P { project(name: "training", entityName: "vision") { readOnly } }'
    assert ask(stranger, source).data["project"] is None


def test_bytes_come_through_the_registry_for_those_who_see_no_more(ask: Ask, stranger: User, world: World) -> None:
    place = ask(stranger, LINKED, name="nets:v0").data["project"]["artifactCollectionMembership"]
    urls = {edge["node"]["name"]: edge["node"]["directUrl"] for edge in place["files"]["edges"]}
    assert fetched(urls["a.txt"]) == b"one"
    manifest = "query F($id: ID!) { artifact(id: $id) { currentManifest { file { directUrl } } } }"
    told = ask(stranger, manifest, id=place["artifact"]["id"]).data
    assert b"contents" in fetched(told["artifact"]["currentManifest"]["file"]["directUrl"])


def fetched(url: str) -> bytes:
    parts = urlsplit(url)
    response: Any = Client().get(f"{parts.path}?{parts.query}")
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_restricted_viewer_sees_the_version_and_no_file(ask: Ask, cast: Cast, world: World) -> None:
    without_files = LINKED.replace("files { edges { node { name directUrl } } }", "")
    assert ask(cast.rita, without_files, name="nets:v0").data["project"]["artifactCollectionMembership"]["artifact"][
        "id"
    ]
    assert ask(cast.rita, LINKED, name="nets:v0").status == 403
    version = wire_id(world.versions[0])
    for document in (
        "query F($id: ID!) { artifact(id: $id) { files { totalCount } } }",
        """query F($id: ID!) { artifact(id: $id) { filesByManifestEntries(storageLayout: "V2", manifestVersion: "1",
            entries: [{name: "a.txt"}]) { totalCount } } }""",
    ):
        assert ask(cast.rita, document, id=version).status == 403
    project = project_of(cast.rita, people.find_user("rita").namespace)  # type: ignore[arg-type]
    run, _ = upsert_run(actor=cast.rita, project=project, name="r", fields=RunFields())
    use = "mutation U($input: UseArtifactInput!) { useArtifact(input: $input) { artifact { id } } }"
    given = {"artifactID": version, "entityName": "rita", "projectName": project.name, "runName": run.name}
    assert ask(cast.rita, use, input=given).status == 403


@pytest.mark.parametrize("name", ["nets:v9", "nets:absent", "absent:v0", "nets", ":v0", "nets:"])
def test_what_is_absent_is_null(name: str, ask: Ask, cast: Cast, world: World) -> None:
    answer = ask(cast.otto, LINKED, name=name)
    assert (answer.status, answer.data) == (200, {"project": None})
    answer = ask(cast.mia, LINKED, name=name)
    assert answer.status == 200
    place = answer.data["project"]["artifactCollectionMembership"]
    assert (place is None) is (name not in {"nets", "nets:"})  # without a version, the latest is meant


def test_a_change_by_an_outsider_finds_nothing(ask: Ask, cast: Cast, world: World) -> None:
    version, collection = wire_id(world.versions[0]), wire_id(world.collection)
    attempts = {
        "updateArtifact(input: {artifactID: $id, description: \"x\"}) { artifact { id } }": version,
        "deleteArtifact(input: {artifactID: $id}) { artifact { id } }": version,
        "commitArtifact(input: {artifactID: $id}) { artifact { id } }": version,
        "updateArtifactPortfolio(input: {artifactPortfolioID: $id, name: \"x\"}) { artifactCollection { id } }": collection,
        "deleteArtifactPortfolio(input: {artifactPortfolioID: $id}) { artifactCollection { state } }": collection,
        "deleteArtifactSequence(input: {artifactSequenceID: $id}) { artifactCollection { state } }": wire_id(
            world.versions[0].artifact
        ),
        "stopRun(input: {id: $id}) { success }": wire_id(world.run),
        "deleteRun(input: {id: $id}) { clientMutationId }": wire_id(world.run),
    }  # fmt: skip
    for field, key in attempts.items():
        answer = ask(cast.otto, f"mutation M($id: ID!) {{ {field} }}", id=key)
        assert answer.status == 404, field
    assert Version.objects.committed().count() == 2


def test_a_strangers_digest_gives_nothing(ask: Ask, cast: Cast, world: World) -> None:
    """A guessed MD5 must be uploaded like any other, so it proves nothing and reaches nothing."""
    receive(io.BytesIO(b"secret of others"), size=16)
    teams.create_team(actor=cast.olga, organization=cast.organization, name="others", admin=cast.adam)
    project = project_of(cast.adam, people.find_user("adam").namespace)  # type: ignore[arg-type]
    hidden = log_version(cast.olga, project_of(cast.olga, cast.olga.namespace), {"s": b"secret of others"})  # type: ignore[arg-type]
    version = begin_version(cast.adam, project, {"n": b"n"})
    digest = base64.b64encode(bytes.fromhex(md5_of(b"secret of others"))).decode()
    document = """mutation C($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) {
        files { edges { node { uploadUrl } } } } }"""
    file = {"artifactID": wire_id(version), "name": "s", "md5": digest}
    answer = ask(cast.adam, document, input={"artifactFiles": [file]})
    assert answer.data["createArtifactFiles"]["files"]["edges"][0]["node"]["uploadUrl"]
    assert ask(cast.adam, "query A($id: ID!) { artifact(id: $id) { id } }", id=wire_id(hidden)).data["artifact"] is None
    stolen = ask(cast.adam, document, input={"artifactFiles": [{**file, "artifactID": wire_id(hidden)}]})
    assert stolen.status == 404


def test_people_learn_no_address_and_no_key_of_each_other(ask: Ask, cast: Cast, world: World) -> None:
    document = """query R { project(name: "training", entityName: "vision") { run(name: "abc") { user {
         username email apiKeys { edges { node { id } } } teams { edges { node { name } } } organizations { name }
    } } } }"""
    user = ask(cast.olga, document).data["project"]["run"]["user"]
    assert user == {"username": "mia", "email": None, "apiKeys": None, "teams": None, "organizations": None}


@pytest.mark.parametrize(
    "text", ["", "Artifact:1", "QXJ0aWZhY3Q6MQ==x", encode("Run", 1), encode("Artifact", "1e3"), "é"]
)
def test_an_id_of_another_kind_is_refused(text: str, ask: Ask, cast: Cast) -> None:
    assert ask(cast.mia, "query A($id: ID!) { artifact(id: $id) { id } }", id=text).status == 400


FILES = """query F { project(name: "training", entityName: "vision") { run(name: "abc") {
    files { edges { node { uploadUrl } } } } } }"""


def put_to_run(ask: Ask, user: User, data: bytes) -> int:
    """The status of replacing the run's file at the address that `user` is told."""
    run = ask(user, FILES).data["project"]["run"]
    told = run["files"]["edges"][0]["node"]
    parts = urlsplit(told["uploadUrl"])
    return Client().put(parts.path, data, content_type="application/octet-stream").status_code


def test_a_key_that_may_only_read_is_told_no_address_to_write_to(ask: Ask, cast: Cast, world: World) -> None:
    (announced,) = announce_files(actor=cast.mia, run=world.run, names=["a.txt"])
    fulfil(announced.upload, io.BytesIO(b"hers"), size=4)
    for scope, is_told in (("write", True), ("read", False)):
        run = ask(cast.mia, FILES, scope=scope).data["project"]["run"]
        assert bool(run["files"]["edges"][0]["node"]["uploadUrl"]) is is_told


def test_a_file_of_a_run_is_replaced_by_those_who_may_write_it_whoever_announced_it(
    ask: Ask, cast: Cast, world: World
) -> None:
    (announced,) = announce_files(actor=cast.mia, run=world.run, names=["a.txt"])
    fulfil(announced.upload, io.BytesIO(b"hers"), size=4)

    assert put_to_run(ask, cast.vera, b"evil") == 403
    announced.upload.refresh_from_db()
    assert announced.upload.blob == receive(io.BytesIO(b"hers"), size=4)
    teams.set_member(actor=cast.olga, team=cast.team, user=cast.mia, role="viewer")
    assert put_to_run(ask, cast.mia, b"late") == 403
    assert put_to_run(ask, cast.olga, b"mend") == 200
