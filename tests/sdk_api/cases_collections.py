"""Mutations on links, aliases and collections."""

from __future__ import annotations

from typing import Any

from artifacts.models import Artifact, Version
from artifacts.services.artifacts import tag_artifact
from registries.models import Collection, Link
from tests.cast import Cast
from tests.making import log_version, project_of
from tests.sdk_api.cases import HERE, SHELF, mutate, root
from tests.sdk_api.conftest import Ask, World, wire_id


@root("linkArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {
        "artifactPortfolioName": "fresh", **SHELF, "artifactID": wire_id(world.versions[1]),
        "aliases": [{"artifactCollectionName": "fresh", "alias": "best"}],
    }  # fmt: skip
    fields = "versionIndex artifactMembership { versionIndex aliases { alias } artifactCollection { name project { name } } }"
    told = mutate(ask, cast.mia, "linkArtifact", "LinkArtifactInput", fields, **given)
    assert told["versionIndex"] == told["artifactMembership"]["versionIndex"] == 0
    assert {alias["alias"] for alias in told["artifactMembership"]["aliases"]} == {"best", "latest"}
    assert told["artifactMembership"]["artifactCollection"] == {
        "name": "fresh",
        "project": {"name": "wandb-registry-Shelf"},
    }
    assert Link.objects.filter(collection__name="fresh", version=world.versions[1], index=0).count() == 1
    log_version(cast.otto, project_of(cast.otto, cast.otto.namespace), {"c": b"x"}, client_id="mine")
    version = log_version(cast.mia, world.project, {"c": b"c"}, client_id="mine")
    given = {"artifactPortfolioName": "fresh", **SHELF, "clientID": "mine"}
    assert mutate(ask, cast.mia, "linkArtifact", "LinkArtifactInput", "versionIndex", **given) == {"versionIndex": 1}
    assert Link.objects.filter(collection__name="fresh", version=version, index=1).exists()


@root("unlinkArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {"artifactID": wire_id(world.versions[0]), "artifactPortfolioID": wire_id(world.collection)}
    assert mutate(ask, cast.mia, "unlinkArtifact", "UnlinkArtifactInput", "success", **given) == {"success": True}
    assert list(Link.objects.alive().values_list("version", flat=True)) == [world.versions[1].pk]


def _aliases(world: World, alias: str) -> dict[str, Any]:
    places = [({**HERE}, "net"), ({**SHELF}, "nets")]
    return {
        "artifactID": wire_id(world.versions[0]),
        "aliases": [{**place, "artifactCollectionName": name, "alias": alias} for place, name in places],
    }


@root("addAliases")
def _(ask: Ask, cast: Cast, world: World) -> None:
    told = mutate(ask, cast.mia, "addAliases", "AddAliasesInput", "success", **_aliases(world, "latest"))
    assert told == {"success": True}
    assert world.versions[0].artifact.aliases.get(name="latest").version == world.versions[0]
    assert world.collection.aliases.get(name="latest").link == world.links[0]


@root("deleteAliases")
def _(ask: Ask, cast: Cast, world: World) -> None:
    mutate(ask, cast.mia, "deleteAliases", "DeleteAliasesInput", "success", **_aliases(world, "latest"))
    assert world.collection.aliases.count() == 1  # it is on v1, and v0 was named
    given = {**_aliases(world, "latest"), "artifactID": wire_id(world.versions[1])}
    assert mutate(ask, cast.mia, "deleteAliases", "DeleteAliasesInput", "success", **given) == {"success": True}
    assert (world.collection.aliases.count(), world.versions[0].artifact.aliases.count()) == (0, 0)


@root("updateArtifactSequence")
def _(ask: Ask, cast: Cast, world: World) -> None:
    artifact = world.versions[0].artifact
    given = {"artifactSequenceID": wire_id(artifact), "name": "renamed", "description": "d"}
    fields = "artifactCollection { name description }"
    told = mutate(ask, cast.mia, "updateArtifactSequence", "UpdateArtifactSequenceInput", fields, **given)
    assert told == {"artifactCollection": {"name": "renamed", "description": "d"}}
    assert Artifact.objects.get(pk=artifact.pk).name == "renamed"


@root("moveArtifactSequence")
def _(ask: Ask, cast: Cast, world: World) -> None:
    loose = log_version(cast.mia, world.project, {"l": b"l"}, name="loose").artifact
    given = {"artifactSequenceID": wire_id(loose), "destinationArtifactTypeName": "other"}
    fields = "artifactCollection { type: defaultArtifactType { name } }"
    told = mutate(ask, cast.mia, "moveArtifactSequence", "MoveArtifactSequenceInput", fields, **given)
    assert told == {"artifactCollection": {"type": {"name": "other"}}}
    assert Artifact.objects.get(pk=loose.pk).type == "other"
    document = (
        f"mutation M($input: MoveArtifactSequenceInput!) {{ moveArtifactSequence(input: $input) {{ {fields} }} }}"
    )
    linked = {"artifactSequenceID": wire_id(world.versions[0].artifact), "destinationArtifactTypeName": "other"}
    assert ask(cast.mia, document, input=linked).status == 409


@root("deleteArtifactSequence")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {"artifactSequenceID": wire_id(world.versions[0].artifact)}
    fields = "artifactCollection { __typename state }"
    told = mutate(ask, cast.mia, "deleteArtifactSequence", "DeleteArtifactSequenceInput", fields, **given)
    assert told == {"artifactCollection": {"__typename": "ArtifactSequence", "state": "DELETED"}}
    assert not Version.objects.committed().exists()


@root("updateArtifactPortfolio")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {"artifactPortfolioID": wire_id(world.collection), "name": "renamed", "description": "d"}
    fields = "artifactCollection { name description }"
    told = mutate(ask, cast.mia, "updateArtifactPortfolio", "UpdateArtifactPortfolioInput", fields, **given)
    assert told == {"artifactCollection": {"name": "renamed", "description": "d"}}
    assert Collection.objects.get(pk=world.collection.pk).name == "renamed"


@root("deleteArtifactPortfolio")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {"artifactPortfolioID": wire_id(world.collection)}
    fields = "artifactCollection { __typename state }"
    told = mutate(ask, cast.mia, "deleteArtifactPortfolio", "DeleteArtifactPortfolioInput", fields, **given)
    assert told == {"artifactCollection": {"__typename": "ArtifactPortfolio", "state": "DELETED"}}
    assert (Link.objects.alive().count(), Version.objects.committed().count()) == (0, 2)


@root("createArtifactCollectionTagAssignments")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {**SHELF, "artifactCollectionName": "nets", "tags": [{"tagName": "a b"}]}
    kind = "CreateArtifactCollectionTagAssignmentsInput"
    told = mutate(ask, cast.mia, "createArtifactCollectionTagAssignments", kind, "tags { name }", **given)
    assert told == {"tags": [{"name": "a b"}]}
    assert list(world.collection.tags.values_list("name", flat=True)) == ["a b"]


@root("deleteArtifactCollectionTagAssignments")
def _(ask: Ask, cast: Cast, world: World) -> None:
    artifact = tag_artifact(actor=cast.mia, artifact=world.versions[0].artifact, add=["a"])
    given = {**HERE, "artifactCollectionName": "net", "tags": [{"tagName": "a"}]}
    kind = "DeleteArtifactCollectionTagAssignmentsInput"
    told = mutate(ask, cast.mia, "deleteArtifactCollectionTagAssignments", kind, "success", **given)
    assert told == {"success": True}
    assert not artifact.tags.exists()
