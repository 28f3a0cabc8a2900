"""Mutations on people, projects, registries and runs."""

from __future__ import annotations

import json

from django.utils import timezone

from access.models import User
from artifacts.models import Version
from events.models import Event
from projects.models import Project, Run, RunFile
from projects.services.runs import announce_files
from registries.models import Registry
from sdk_api.ids import encode
from storage.models import Upload
from tests.cast import Cast
from tests.sdk_api.cases import HERE, TEAM, mutate, root
from tests.sdk_api.conftest import Ask, World, wire_id


@root("updateUser")
def _(ask: Ask, cast: Cast, world: World) -> None:
    told = mutate(ask, cast.mia, "updateUser", "UpdateUserInput", "user { entity }", defaultEntity="vision")
    assert told == {"user": {"entity": "vision"}}
    assert User.objects.get(pk=cast.mia.pk).home == cast.team.namespace


@root("upsertModel")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = (
        "inserted project { name access allowAllArtifactTypesInRegistry artifactTypes { edges { node { name } } } }"
    )
    given = {
        "entityName": "acme",
        "name": "wandb-registry-Fresh",
        "access": "RESTRICTED",
        "artifactTypes": [{"name": "x"}],
    }
    told = mutate(ask, cast.mia, "upsertModel", "UpsertModelInput", fields, **given)
    assert told["inserted"] is True
    assert told["project"] == {
        "name": "wandb-registry-Fresh",
        "access": "RESTRICTED",
        "allowAllArtifactTypesInRegistry": False,
        "artifactTypes": {"edges": [{"node": {"name": "x"}}]},
    }
    assert Registry.objects.get(name="Fresh").visibility == "restricted"
    told = mutate(
        ask, cast.mia, "upsertModel", "UpsertModelInput", "inserted project { name }", entityName="vision", name="p2"
    )
    assert told == {"inserted": True, "project": {"name": "p2"}}
    assert Project.objects.get(name="p2").namespace == cast.team.namespace


@root("renameProject")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = "mutation R($input: RenameProjectInput!) { renameProject(input: $input) { inserted project { name } } }"
    given = {"entityName": "Acme", "oldProjectName": "wandb-registry-shelf", "newProjectName": "wandb-registry-Rack"}
    told = ask(cast.adam, document, input=given)
    assert told.data["renameProject"] == {"inserted": False, "project": {"name": "wandb-registry-Rack"}}
    assert Registry.objects.get(pk=cast.registry.pk).name == "Rack"
    assert ask(cast.adam, document, input=given).data == told.data, "the same request once more"
    assert ask(cast.adam, document, input=given | {"newProjectName": "wandb-registry-Third"}).status == 404


@root("deleteModel")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = "mutation D($id: String!) { deleteModel(input: {id: $id}) { success } }"
    assert ask(cast.mia, document, id=wire_id(cast.registry)).status == 403
    assert ask(cast.adam, document, id=wire_id(cast.registry)).data == {"deleteModel": {"success": True}}
    assert not Registry.objects.alive().filter(pk=cast.registry.pk).exists()
    assert ask(cast.adam, document, id=wire_id(cast.registry)).data == {"deleteModel": {"success": True}}
    assert ask(cast.olga, document, id=wire_id(cast.registry)).status == 404, "who did not delete it finds nothing"


# -- Runs


@root("upsertBucket")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = "inserted bucket { name displayName project { name entity { name } } historyLineCount config }"
    given = {
        "name": "new",
        "entityName": "vision",
        "modelName": "fresh",
        "config": '{"a": {"value": 1}}',
        "displayName": "d",
    }
    told = mutate(ask, cast.mia, "upsertBucket", "UpsertBucketInput", fields, **given)
    assert told["inserted"] is True
    assert told["bucket"]["project"] == {"name": "fresh", "entity": {"name": "vision"}}
    assert json.loads(told["bucket"]["config"])["a"] == {"value": 1}
    assert (Run.objects.get(name="new").display_name, Run.objects.get(name="new").config) == ("d", {"a": 1})
    told = mutate(ask, cast.mia, "upsertBucket", "UpsertBucketInput", "inserted", id=wire_id(world.run), notes="by id")
    assert told["inserted"] is False
    assert Run.objects.get(pk=world.run.pk).notes == "by id"


@root("updateRunState")
def _(ask: Ask, cast: Cast, world: World) -> None:
    told = mutate(
        ask, cast.mia, "updateRunState", "UpdateRunStateInput", "success", id=wire_id(world.run), state="failed"
    )
    assert told == {"success": True}
    assert Run.objects.get(pk=world.run.pk).state == "failed"


@root("stopRun")
def _(ask: Ask, cast: Cast, world: World) -> None:
    assert mutate(ask, cast.mia, "stopRun", "StopRunInput", "success", id=wire_id(world.run)) == {"success": True}
    assert Run.objects.get(pk=world.run.pk).state == "killed"


@root("rewindRun")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {"runName": "abc", **HERE, "metricName": "_step", "metricValue": 3.0}
    told = mutate(ask, cast.mia, "rewindRun", "RewindRunInput", "rewoundRun { historyLineCount historyKeys }", **given)
    assert (told["rewoundRun"]["historyLineCount"], told["rewoundRun"]["historyKeys"]["lastStep"]) == (4, 3)
    document = """query H($entity: String!, $project: String!) { project(name: $project, entityName: $entity) {
        run(name: "abc") { history(samples: 100) } } }"""
    rows = ask(cast.mia, document, **TEAM).data["project"]["run"]["history"]
    assert [json.loads(row)["_step"] for row in rows] == [0, 1, 2, 3]


@root("deleteRun")
def _(ask: Ask, cast: Cast, world: World) -> None:
    document = "mutation D($input: DeleteRunInput!) { deleteRun(input: $input) { clientMutationId } }"
    gone = {"id": wire_id(world.run), "deleteArtifacts": True}
    told = ask(cast.mia, document, input=gone | {"clientMutationId": "x"})
    assert told.data == {"deleteRun": {"clientMutationId": "x"}}
    assert Run.objects.get(pk=world.run.pk).deleted_at is not None
    assert not Version.objects.committed().filter(produced_by=world.run).exists()
    assert ask(cast.mia, document, input={"id": wire_id(world.run)}).status == 200
    assert ask(cast.otto, document, input={"id": wire_id(world.run)}).status == 404
    assert ask(cast.vera, document, input={"id": wire_id(world.run)}).status == 403


@root("createRunFiles")
def _(ask: Ask, cast: Cast, world: World) -> None:
    fields = "runID uploadHeaders files { name uploadUrl }"
    told = mutate(
        ask,
        cast.mia,
        "createRunFiles",
        "CreateRunFilesInput",
        fields,
        **HERE,
        runName="abc",
        files=["b.log", "media/a.png"],
    )
    assert [file["name"] for file in told["files"]] == ["b.log", "media/a.png"]
    assert all("/storage/" in file["uploadUrl"] for file in told["files"])
    assert world.run.files.count() == 2


@root("markRunFilesUploaded")
def _(ask: Ask, cast: Cast, world: World) -> None:
    [file] = announce_files(actor=cast.mia, run=world.run, names=["a.log"])
    document = "mutation M($input: CreateRunFilesInput!) { markRunFilesUploaded(input: $input) { success } }"
    given = {**HERE, "runName": "abc", "files": ["a.log"]}
    assert ask(cast.mia, document, input=given).data == {"markRunFilesUploaded": {"success": False}}
    Upload.objects.filter(pk=file.upload_id).update(blob=world.versions[0].entries.exclude(blob=None)[0].blob)
    before = timezone.now()
    assert mutate(ask, cast.mia, "markRunFilesUploaded", "CreateRunFilesInput", "success", **given) == {"success": True}
    assert RunFile.objects.get(pk=file.pk).updated_at > before


@root("deleteFiles")
def _(ask: Ask, cast: Cast, world: World) -> None:
    files = announce_files(actor=cast.mia, run=world.run, names=["a.log", "b.log"])
    ids = [encode("RunFile", file.pk) for file in files[:1]]
    document = "mutation D($input: DeleteFilesInput!) { deleteFiles(input: $input) { success } }"
    assert ask(cast.vera, document, input={"files": ids}).status == 403
    assert mutate(ask, cast.mia, "deleteFiles", "DeleteFilesInput", "success", files=ids, projectId=1) == {
        "success": True
    }
    assert list(world.run.files.values_list("name", flat=True)) == ["b.log"]


@root("notifyScriptableRunAlert")
def _(ask: Ask, cast: Cast, world: World) -> None:
    given = {**HERE, "runName": "abc", "title": "t", "text": "words", "severity": "WARN", "waitDuration": 1000}
    told = mutate(ask, cast.mia, "notifyScriptableRunAlert", "NotifyScriptableRunAlertInput", "success", **given)
    assert told == {"success": True}
    event = Event.objects.filter(type="run:alerted").first()
    assert event is not None
    assert (event.object_id, event.after) == (world.run.pk, {"title": "t", "text": "words", "severity": "WARN"})
