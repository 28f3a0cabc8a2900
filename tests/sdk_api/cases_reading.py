"""What the root fields of Query answer."""

from __future__ import annotations

import base64
import json

from tests.cast import Cast
from tests.making import log_version, project_of
from tests.sdk_api.cases import TEAM, root
from tests.sdk_api.conftest import Ask, World, wire_id


@root("serverInfo")
def _(ask: Ask, cast: Cast, world: World) -> None:
    told = ask(cast.otto, "{ serverInfo { features { name isEnabled } cliVersionInfo } }").data["serverInfo"]
    features = {feature["name"] for feature in told["features"] if feature["isEnabled"]}
    assert {"ARTIFACT_REGISTRY_SEARCH", "CLIENT_IDS", "MARK_RUN_FILES_UPLOADED"} <= features
    assert not features & {"FILESTREAM_GZIP", "STRUCTURED_CONSOLE_LOGS"}
    assert told["cliVersionInfo"]["max_cli_version"] == "0.31.0"


@root("viewer")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = (
        "id username entity email teams { edges { node { name } } } apiKeys { edges { node { name description } } }"
    )
    told = ask(cast.mia, f"{{ viewer {{ {fields} organizations {{ name }} }} }}").data["viewer"]
    assert base64.b64decode(told["id"]).decode() == f"User:{cast.mia.pk}"
    assert (told["username"], told["entity"], told["email"]) == ("mia", "mia", "mia@example.org")
    assert told["teams"]["edges"] == [{"node": {"name": "vision"}}]
    assert [edge["node"]["description"] for edge in told["apiKeys"]["edges"]] == ["test"]
    assert told["organizations"] == [{"name": "Acme"}]


@root("entity")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = """query E($name: String!) { entity(name: $name) { name entityType isTeam
        organization { name orgEntity { name } } user { organizations { name orgEntity { name } } } } }"""
    acme = {"name": "Acme", "orgEntity": {"name": "Acme"}}
    team = ask(cast.mia, document, name="vision").data["entity"]
    assert (team["entityType"], team["isTeam"], team["organization"], team["user"]) == ("team", True, acme, None)
    own = ask(cast.mia, document, name="mia").data["entity"]
    assert (own["entityType"], own["organization"], own["user"]) == ("user", None, {"organizations": [acme]})
    assert ask(cast.mia, document, name="acme").data["entity"]["organization"] == acme
    assert ask(cast.otto, document, name="vision").data["entity"] is None


@root("organization")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = """query O($name: String!) { organization(name: $name) { name orgEntity { entityType
        projects(order: "+name") { edges { node { name } } }
        artifactCollections { totalCount edges { node { name } } }
        artifactMemberships { edges { node { versionIndex artifact { versionIndex } } } } }
        advancedRegistryFeatures { advancedSearch } featureFlags(rampIDType: OrgName) { rampKey } } }"""
    told = ask(cast.mia, document, name="acme").data["organization"]
    entity = told["orgEntity"]
    assert (told["name"], entity["entityType"]) == ("Acme", "organization")
    assert told["advancedRegistryFeatures"] == {"advancedSearch": True}
    names = [edge["node"]["name"] for edge in entity["projects"]["edges"]]
    assert names == ["wandb-registry-Shelf", "wandb-registry-dataset", "wandb-registry-model"]
    assert [edge["node"]["name"] for edge in entity["artifactCollections"]["edges"]] == ["nets"]
    assert [edge["node"]["versionIndex"] for edge in entity["artifactMemberships"]["edges"]] == [1, 0]
    assert ask(cast.otto, document, name="Acme").data["organization"] is None


@root("project")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = """query P($entity: String, $project: String) { project(name: $project, entityName: $entity) {
        id internalId name entityName readOnly access runCount runs { edges { node { name projectId } } }
        artifactTypes { edges { node { name } } } artifactCollection(name: "net") { __typename name } } }"""
    told = ask(cast.mia, document, **TEAM).data["project"]
    assert base64.b64decode(told["id"]).decode() == f"Project:{world.project.pk}"
    assert base64.b64decode(told["internalId"]).decode() == f"ProjectInternalId:{world.project.pk}"
    assert (told["name"], told["entityName"], told["readOnly"], told["runCount"]) == ("training", "vision", False, 1)
    assert told["runs"]["edges"] == [{"node": {"name": "abc", "projectId": str(world.project.pk)}}]
    assert told["artifactTypes"]["edges"] == [{"node": {"name": "model"}}]
    assert told["artifactCollection"] == {"__typename": "ArtifactSequence", "name": "net"}
    assert ask(cast.vera, document, **TEAM).data["project"]["readOnly"] is True
    assert ask(cast.otto, document, **TEAM).data["project"] is None


@root("model")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = """query R($entity: String, $project: String) { model(name: $project, entityName: $entity) {
        bucket(name: "abc", missingOk: true) { historyLineCount eventsLineCount logLineCount historyTail eventsTail
            wandbConfig(keys: ["t"]) config summaryMetrics }
        other: bucket(name: "absent", missingOk: true) { name } } }"""
    told = ask(cast.mia, document, **TEAM).data["model"]
    run = told["bucket"]
    assert (run["historyLineCount"], run["eventsLineCount"], run["logLineCount"]) == (10, 1, 3)
    assert json.loads(json.loads(run["historyTail"])[0])["_step"] == 9
    assert "t" in json.loads(run["wandbConfig"])
    assert json.loads(run["config"])["rate"] == {"value": 0.5}
    assert json.loads(run["summaryMetrics"]) == {"loss": 0.1}
    assert told["other"] is None


@root("models")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = "query M($e: String) { models(entityName: $e) { edges { node { name user { username email } } } } }"
    told = ask(cast.olga, document, e="vision").data["models"]
    assert told["edges"] == [{"node": {"name": "training", "user": {"username": "mia", "email": None}}}]
    assert ask(cast.otto, document, e="vision").data["models"] is None


@root("artifactCollection")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = """query C($id: ID!) { artifactCollection(id: $id) { __typename name aliases { edges { node { alias } } }
        artifacts { totalCount edges { version node { versionIndex } } } } }"""
    linked = ask(cast.mia, document, id=wire_id(world.collection)).data["artifactCollection"]
    assert (linked["__typename"], linked["aliases"]["edges"]) == ("ArtifactPortfolio", [{"node": {"alias": "latest"}}])
    source = ask(cast.mia, document, id=wire_id(world.versions[0].artifact)).data["artifactCollection"]
    assert (source["__typename"], source["artifacts"]["totalCount"]) == ("ArtifactSequence", 2)
    assert [edge["version"] for edge in source["artifacts"]["edges"]] == ["v1", "v0"]
    assert ask(cast.otto, document, id=wire_id(world.collection)).data["artifactCollection"] is None


@root("artifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = """query A($id: ID!) { artifact(id: $id) { versionIndex state size fileCount digest ttlDurationSeconds
        aliases { alias artifactCollection { __typename } } createdBy { __typename ... on Run { name } }
        files { totalCount edges { node { name directUrl } } } currentManifest { file { directUrl } }
        artifactMemberships { edges { node { artifactCollection { name } } } } } }"""
    told = ask(cast.mia, document, id=wire_id(world.versions[1])).data["artifact"]
    assert (told["versionIndex"], told["state"], told["size"], told["fileCount"]) == (1, "COMMITTED", 4, 3)
    assert [alias["alias"] for alias in told["aliases"]] == ["latest", "latest", "v1"]
    assert told["createdBy"] == {"__typename": "Run", "name": "abc"}
    files = {edge["node"]["name"]: edge["node"]["directUrl"] for edge in told["files"]["edges"]}
    assert files.keys() == {"a.txt", "dir/b.bin", "r"}
    assert files["r"] == "s3://bucket/r"
    assert "/storage/" in told["currentManifest"]["file"]["directUrl"]
    places = [edge["node"]["artifactCollection"]["name"] for edge in told["artifactMemberships"]["edges"]]
    assert places == ["net", "nets"]
    assert ask(cast.otto, document, id=wire_id(world.versions[1])).data["artifact"] is None


@root("clientIDMapping")
def _(ask: Ask, cast: Cast, world: World) -> None:
    for number in range(3):  # a stranger may take the same name
        elsewhere = project_of(cast.otto, cast.otto.namespace, f"p{number}")
        log_version(cast.otto, elsewhere, {"c": b"x"}, client_id="mine")
    version = log_version(cast.mia, world.project, {"c": b"c"}, client_id="mine")
    document = "query C($id: ID!) { clientIDMapping(clientID: $id) { serverID } }"
    assert ask(cast.mia, document, id="mine").data["clientIDMapping"] == {"serverID": wire_id(version)}
    assert ask(cast.vera, document, id="mine").data["clientIDMapping"] == {"serverID": wire_id(version)}
    assert ask(cast.rita, document, id="mine").data["clientIDMapping"] is None
