"""Makes, fills, lists, edits and deletes registries and collections through the public API; tells what each step answered."""

import json
from pathlib import Path

import wandb

told: dict[str, object] = {}
api = wandb.Api()
told["core"] = sorted((found.name, found.visibility, found.allow_all_artifact_types) for found in api.registries())
shelf = api.create_registry(
    "Golden Data", visibility="restricted", organization="Acme Robotics", artifact_types=["dataset"]
)
told["made"] = [shelf.full_name, shelf.visibility, list(shelf.artifact_types), shelf.organization, shelf.entity]
shelf.description = "hand-picked"
shelf.artifact_types.append("model")
shelf.save()
shelf.name = "Golden"
shelf.save()
again = api.registry("golden")
told["renamed"] = [again.name, again.description, sorted(again.artifact_types)]
try:
    api.registry("Golden Data")
except ValueError as error:
    told["old name"] = str(error)
try:
    api.create_registry("golden", visibility="organization", organization="Acme Robotics")
except ValueError as error:
    told["taken"] = str(error)

with wandb.init(project="journey", name="maker") as run:
    for index in range(3):
        made = wandb.Artifact("numbers", type="dataset", metadata={"index": index})
        with made.new_file("n.txt") as file:
            file.write(str(index))
        run.log_artifact(made, tags=["odd"] if index % 2 else []).wait()
        linked = made.link("wandb-registry-Golden/numbers", aliases=[f"is-{index}"])
    other = wandb.Artifact("weights", type="model")
    with other.new_file("w.txt") as file:
        file.write("w")
    run.log_artifact(other).wait()
    other.link("wandb-registry-golden/weights")

told["collections"] = [
    (found.name, found.type) for found in api.registry("Golden").collections(order="+name", per_page=1)
]
told["by name"] = [found.name for found in api.registries().collections({"name": "weights"})]
told["versions"] = [(found.name, sorted(found.aliases)) for found in api.registry("Golden").versions(per_page=2)]
told["tagged"] = [found.name for found in again.collections({"name": "numbers"}).versions({"tag": "odd"})]
numbers = api.artifact_collection("dataset", "wandb-registry-golden/numbers")
numbers.description, numbers.tags = "counted", ["t 1", "t2"]
numbers.name = "numerals"
numbers.save()
numbers.tags = ["t2", "t3"]
numbers.save()
read = api.artifact_collection("dataset", "wandb-registry-golden/numerals")
told["collection"] = [read.name, read.description, sorted(read.tags), sorted(read.aliases), read.is_sequence()]
told["exists"] = [
    api.artifact_collection_exists(f"wandb-registry-golden/{name}", "dataset") for name in ("numerals", "numbers")
]
told["artifact exists"] = [api.artifact_exists(f"vision/journey/numbers:{name}") for name in ("v1", "v9")]
told["types"] = sorted(found.name for found in api.artifact_types("vision/journey"))
told["project"] = sorted(found.name for found in api.artifact_type("dataset", "vision/journey").collections())
told["source"] = [
    (found.version, found.metadata["index"]) for found in api.artifacts("dataset", "vision/journey/numbers")
]
told["odd"] = [found.version for found in api.artifacts("dataset", "vision/journey/numbers", tags=["odd"])]

first = api.artifact("wandb-registry-golden/numerals:is-0")
first.description, first.metadata["edited"], first.tags = "through the link", True, ["even"]
first.aliases.remove("is-0")
first.aliases.append("zero")
first.save()
told["edited"] = [first.version, sorted(first.aliases), first.description, first.source_version]
source = api.artifact("vision/journey/numbers:v0")
told["seen"] = [source.description, source.metadata, list(source.tags), [link.name for link in source.linked_artifacts]]
linked = api.artifact("wandb-registry-golden/numerals:v2")
linked.unlink()
told["after unlink"] = [found.name for found in api.registry("golden").versions() if found.type == "dataset"]
second = api.artifact("vision/journey/numbers:v1")
try:
    api.artifact("vision/journey/numbers:latest").delete()
except Exception as error:
    told["aliased"] = str(error)
second.delete()
told["left"] = [found.version for found in api.artifacts("dataset", "vision/journey/numbers")]
api.artifact_collection("model", "wandb-registry-golden/weights").delete()
api.artifact_collection("model", "vision/journey/weights").delete()
told["gone"] = [
    api.artifact_collection_exists(path, "model")
    for path in ("wandb-registry-golden/weights", "vision/journey/weights")
]
moved = api.artifact_collection("dataset", "vision/journey/numbers")
moved.description = "a series"
moved.save()
told["series"] = api.artifact_collection("dataset", "vision/journey/numbers").description
made = api.create_project("other", "vision")
told["projects"] = sorted(found.name for found in api.projects("vision"))
with wandb.init(project="journey", name="as before") as run:
    Path("m.txt").write_text("m")
    linked = run.link_model("m.txt", "Old Faithful", name="faithful", aliases=["prod"])
    told["link_model"] = [linked.qualified_name, sorted(linked.aliases)]
    told["use_model"] = Path(run.use_model("vision/model-registry/Old Faithful:prod")).read_text()
    used = run.use_artifact("model-registry/Old Faithful:latest")
    told["former path"] = [used.qualified_name, api.artifact("vision/model-registry/Old Faithful:v0").qualified_name]
again = api.registry("golden")
again.delete()
told["deleted twice"] = again.delete()
told["registries"] = sorted(found.name for found in api.registries())
told["viewer"] = [api.viewer.username, api.default_entity, api.viewer.teams]
print(json.dumps(told))
