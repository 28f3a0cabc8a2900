"""Mutations on versions and their bytes."""

from __future__ import annotations

import base64
import json

import xxhash

from artifacts.models import RunInput, Version
from projects.models import Project
from sdk_api.ids import encode
from storage.models import Upload
from tests.cast import Cast
from tests.making import begin_version, manifest_of, md5_of
from tests.sdk_api.cases import HERE, mutate, root
from tests.sdk_api.conftest import Ask, World, wire_id


@root("createArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {
        "entityName": "vision", "projectName": "training", "runName": "abc", "artifactTypeName": "model", "digest": "0" * 32,
        "artifactCollectionName": "net", "aliases": [{"artifactCollectionName": "net", "alias": "best"}], "clientID": "c-1",
        "metadata": '{"k": 1}', "tags": [{"tagName": "t"}], "historyStep": 5, "enableDigestDeduplication": True,
    }  # fmt: skip
    fields = "artifact { id state artifactSequence { latestArtifact { id } } }"
    told = mutate(ask, cast.mia, "createArtifact", "CreateArtifactInput", fields, **given)["artifact"]
    made = Version.objects.get(client_id="c-1")
    assert (told["id"], told["state"]) == (wire_id(made), "PENDING")
    assert told["artifactSequence"]["latestArtifact"] == {"id": wire_id(world.versions[1])}
    assert (made.produced_by, made.history_step, made.metadata, made.requested_aliases) == (
        world.run,
        4,
        {"k": 1},
        ["best"],
    )
    given |= {"digest": world.versions[0].digest, "clientID": "c-2", "runName": None, "entityName": "vision"}
    again = mutate(ask, cast.mia, "createArtifact", "CreateArtifactInput", "artifact { id state }", **given)["artifact"]
    assert again == {"id": wire_id(world.versions[0]), "state": "COMMITTED"}
    committed = world.versions[1]
    named = {"artifactCollectionName": "net:v1", "clientID": "c-3", "digest": committed.digest}
    labels = {"aliases": [{"artifactCollectionName": "net:v1", "alias": "again"}], "tags": [{"tagName": "tg"}]}
    # An object that was logged calls itself by its version.
    mutate(ask, cast.mia, "createArtifact", "CreateArtifactInput", "artifact { id }", **given | named | labels)
    assert "again" in committed.aliases.values_list("name", flat=True)
    assert "tg" in committed.tags.values_list("name", flat=True)
    document = "mutation M($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id } } }"
    for wrong in ({"projectName": "wandb-registry-fresh"}, {"clientID": "c" * 161}, {"runName": "none"}):
        assert ask(cast.mia, document, input=given | wrong).status in {400, 404}
    assert not Project.objects.exclude(pk=world.project.pk).exists()


@root("createArtifactManifest")
def _(ask: Ask, cast: Cast, world: World) -> None:
    version = begin_version(cast.mia, world.project, {"n": b"n"})
    given = {"artifactID": wire_id(version), "name": "m", **HERE, "runName": "abc", "type": "FULL"}
    fields = "artifactManifest { id file { id uploadUrl uploadHeaders } }"
    first = mutate(ask, cast.mia, "createArtifactManifest", "CreateArtifactManifestInput", fields, **given, digest="")
    document, _ = manifest_of({"n": b"n"})
    digest = base64.b64encode(bytes.fromhex(md5_of(document))).decode()
    told = mutate(
        ask, cast.mia, "createArtifactManifest", "CreateArtifactManifestInput", fields, **given, digest=digest
    )
    assert (
        told["artifactManifest"]["id"]
        == first["artifactManifest"]["id"]
        == encode("ArtifactManifest", version.manifest.pk)
    )
    assert told["artifactManifest"]["file"]["uploadHeaders"][0] == f"Content-MD5:{digest}"


@root("updateArtifactManifest")
def _(ask: Ask, cast: Cast, world: World) -> None:
    version = begin_version(cast.mia, world.project, {"n": b"n"})
    digest = base64.b64encode(b"0123456789abcdef").decode()
    given = {"artifactManifestID": encode("ArtifactManifest", version.manifest.pk), "digest": digest}
    fields = "artifactManifest { id file { uploadUrl } }"
    told = mutate(ask, cast.mia, "updateArtifactManifest", "UpdateArtifactManifestInput", fields, **given)
    assert "/storage/" in told["artifactManifest"]["file"]["uploadUrl"]
    version.manifest.refresh_from_db()
    assert version.manifest.upload is not None
    assert version.manifest.upload.md5 == b"0123456789abcdef".hex()


@root("createArtifactFiles")
def _(ask: Ask, cast: Cast, world: World) -> None:
    version = begin_version(cast.mia, world.project, {"n": b"n"})
    texts = {"z": b"zzz", "b": b"b", "a": b"aaa"}
    files = [
        {"artifactID": wire_id(version), "name": name, "md5": base64.b64encode(bytes.fromhex(md5_of(text))).decode()}
        for name, text in texts.items()
    ]
    fields = "files { edges { node { storagePath uploadUrl uploadHeaders uploadMultipartUrls { uploadID } artifact { id } } } }"
    told = mutate(
        ask,
        cast.mia,
        "createArtifactFiles",
        "CreateArtifactFilesInput",
        fields,
        artifactFiles=files,
        storageLayout="V2",
    )
    nodes = [edge["node"] for edge in told["files"]["edges"]]
    assert [node["uploadUrl"] is None for node in nodes] == [
        False,
        True,
        False,
    ]  # `b` lies in a version that mia may read
    assert nodes[0]["uploadHeaders"][0] == f"Content-MD5:{files[0]['md5']}"
    assert {node["artifact"]["id"] for node in nodes} == {wire_id(version)}
    assert Upload.objects.filter(subject_id=version.pk, name="z", md5=md5_of(b"zzz"), xxh128="", blob=None).exists()

    files = [{**file, "digest": xxhash.xxh128_hexdigest(texts[file["name"]])} for file in files]
    given = {"artifactFiles": files, "digestAlgorithm": "MANIFEST_XXH128"}
    told = mutate(ask, cast.mia, "createArtifactFiles", "CreateArtifactFilesInput", fields, **given)
    nodes = [edge["node"] for edge in told["files"]["edges"]]
    assert [node["uploadUrl"] is None for node in nodes] == [False, True, False]
    fast = {upload.xxh128 for upload in Upload.objects.filter(subject_id=version.pk).exclude(xxh128="")}
    assert fast == {file["digest"] for file in files}


@root("completeMultipartUploadArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    version = begin_version(cast.mia, world.project, {"n": b"n"})
    upload = Upload.objects.get(subject_id=version.pk, name="n")
    given = {
        "artifactID": wire_id(version), "storagePath": f"upload/{upload.pk}", "uploadID": "u", "completedParts": [],
        "completeMultipartAction": "Complete",
    }  # fmt: skip
    kind = "CompleteMultipartUploadArtifactInput"
    assert mutate(ask, cast.mia, "completeMultipartUploadArtifact", kind, "digest", **given) == {"digest": md5_of(b"n")}
    Upload.objects.filter(pk=upload.pk).update(blob=None)
    document = f"mutation M($input: {kind}!) {{ completeMultipartUploadArtifact(input: $input) {{ digest }} }}"
    assert ask(cast.mia, document, input=given).status == 409
    assert ask(cast.otto, document, input=given).status == 404


@root("commitArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    version = begin_version(cast.mia, world.project, {"n": b"n"})
    told = mutate(
        ask,
        cast.mia,
        "commitArtifact",
        "CommitArtifactInput",
        "artifact { id digest versionIndex }",
        artifactID=wire_id(version),
    )
    assert told["artifact"] == {"id": wire_id(version), "digest": version.digest, "versionIndex": 2}
    assert Version.objects.committed().filter(pk=version.pk, index=2).exists()


@root("useArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {
        "artifactID": wire_id(world.versions[0]), **HERE, "runName": "abc",
        "artifactEntityName": "Acme", "artifactProjectName": "wandb-registry-Shelf",
    }  # fmt: skip
    told = mutate(
        ask, cast.mia, "useArtifact", "UseArtifactInput", "artifact { id usedBy { edges { node { name } } } }", **given
    )
    assert told["artifact"]["usedBy"]["edges"] == [{"node": {"name": "abc"}}]
    assert RunInput.objects.get(run=world.run, version=world.versions[0]).container_id == cast.registry.pk


@root("updateArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {
        "artifactID": wire_id(world.versions[0]),
        "description": "d",
        "metadata": '{"k": 2}',
        "tagsToAdd": [{"tagName": "t"}],
    }
    fields = "artifact { description metadata tags { name } }"
    told = mutate(ask, cast.mia, "updateArtifact", "UpdateArtifactInput", fields, **given)["artifact"]
    assert (told["description"], json.loads(told["metadata"]), told["tags"]) == ("d", {"k": 2}, [{"name": "t"}])
    assert Version.objects.get(pk=world.versions[0].pk).metadata == {"k": 2}


@root("deleteArtifact")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = "mutation D($input: DeleteArtifactInput!) { deleteArtifact(input: $input) { artifact { id } } }"
    newest = wire_id(world.versions[1])
    refused = ask(cast.mia, document, input={"artifactID": newest})
    assert (refused.status, "aliases latest" in refused.message) == (409, True)
    told = mutate(
        ask, cast.mia, "deleteArtifact", "DeleteArtifactInput", "artifact { id }", artifactID=newest, deleteAliases=True
    )
    assert told == {"artifact": {"id": newest}}
    assert Version.objects.get(pk=world.versions[1].pk).state == "deleted"
