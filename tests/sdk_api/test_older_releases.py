"""Fields that only older releases of the SDK ask for."""

from __future__ import annotations

from sdk_api.ids import encode
from tests.cast import Cast
from tests.sdk_api.conftest import Ask, World, wire_id


def test_a_version_is_reached_through_its_type(ask: Ask, cast: Cast, world: World) -> None:
    document = """query F($type: String!, $name: String!) { project(name: "training", entityName: "vision") {
        artifactType(name: $type) { artifact(name: $name) { versionIndex files { edges { node { name } } } } } } }"""
    found = ask(cast.mia, document, type="model", name="net:v1").data["project"]["artifactType"]["artifact"]
    assert found["versionIndex"] == 1
    assert [edge["node"]["name"] for edge in found["files"]["edges"]] == ["a.txt", "dir/b.bin", "r"]
    assert ask(cast.mia, document, type="model", name="net:none").data["project"]["artifactType"]["artifact"] is None


def test_each_edge_has_its_cursor(ask: Ask, cast: Cast, world: World) -> None:
    document = """query C($after: String) { project(name: "training", entityName: "vision") { repo dockerImage
        artifact(name: "net:v0", enableTracking: true) { versionIndex }
        artifactType(name: "model") { artifactCollection(name: "net") { artifacts(after: $after) {
            edges { cursor version } } } }
        run(name: "abc") { outputArtifacts { edges { cursor } } inputArtifacts { edges { cursor } } } } }"""
    told = ask(cast.mia, document, after=None).data["project"]
    assert (told["repo"], told["dockerImage"], told["artifact"]) == (None, None, {"versionIndex": 0})
    first, second = told["artifactType"]["artifactCollection"]["artifacts"]["edges"]
    assert (first["version"], second["version"]) == ("v1", "v0")
    rest = ask(cast.mia, document, after=first["cursor"]).data["project"]
    assert rest["artifactType"]["artifactCollection"]["artifacts"]["edges"] == [second]
    assert all(edge["cursor"] for edge in told["run"]["outputArtifacts"]["edges"])


def test_answers_name_what_was_changed(ask: Ask, cast: Cast, world: World) -> None:
    document = """mutation U($a: ID!, $p: ID!) { unlinkArtifact(input: {artifactID: $a, artifactPortfolioID: $p}) {
        artifactID success clientMutationId } }"""
    given = {"a": wire_id(world.versions[0]), "p": wire_id(world.collection)}
    told = ask(cast.mia, document, **given).data["unlinkArtifact"]
    assert told == {"artifactID": encode("Artifact", world.versions[0].pk), "success": True, "clientMutationId": None}


def test_the_flags_of_an_account_are_a_text(ask: Ask, cast: Cast) -> None:
    assert ask(cast.mia, "{ viewer { flags } }").data == {"viewer": {"flags": "{}"}}
