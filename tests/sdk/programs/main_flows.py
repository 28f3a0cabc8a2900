"""What every supported release of the SDK does: log, link, use, edit, read back, resume. Tells what it saw."""

import json
from pathlib import Path

import wandb

told: dict[str, object] = {"release": wandb.__version__}
Path("model.txt").write_text("weights")
Path("rows").mkdir(exist_ok=True)
for index in range(3):
    Path(f"rows/{index}.txt").write_text(str(index))
with wandb.init(project="flows", id="maker", name="maker", config={"lr": 0.1}, tags=["a"]) as run:
    for index in range(5):
        run.log({"loss": 1 / (index + 1), "deep": {"a": index}})
    run.log({"table": wandb.Table(columns=["x"], data=[[1]])})
    made = run.log_artifact("model.txt", name="net", type="model", aliases=["best"])
    made.wait()
    data = wandb.Artifact("data", type="dataset", metadata={"rows": 3}, description="three")
    data.add_dir("rows")
    data.add_reference(Path("model.txt").resolve().as_uri(), name="ref.txt")
    run.log_artifact(data).wait()
    run.link_artifact(made, "wandb-registry-model/nets", aliases=["staging"])
    run.save("model.txt")
    print("a line")
with wandb.init(project="flows", id="user", job_type="use") as run:
    used = run.use_artifact("wandb-registry-model/nets:staging")
    told["used"] = (Path(used.download()) / "model.txt").read_text()
    folder = Path(run.use_artifact("data:latest").download())
    told["data"] = sorted(path.name for path in folder.iterdir())
api = wandb.Api()
read = api.artifact("vision/flows/data:v0")
told["read"] = [read.version, read.type, read.metadata, read.description, read.size, sorted(read.aliases)]
read.aliases.append("gold")
read.description = "edited"
read.metadata["more"] = True
read.save()
again = wandb.Api().artifact("vision/flows/data:gold")
told["edited"] = [sorted(again.aliases), again.description, again.metadata]
told["lineage"] = [again.logged_by().name, [user.id for user in again.used_by()]]
told["versions"] = [found.version for found in api.artifacts("model", "vision/flows/net")]
maker = api.run("vision/flows/maker")
told["run"] = [maker.state, maker.config, maker.summary["loss"], maker.tags]
told["history"] = [row["loss"] for row in maker.scan_history(keys=["loss"])]
told["files"] = "model.txt" in [file.name for file in maker.files()]
told["logged"] = sorted(found.name for found in maker.logged_artifacts())
told["runs"] = [found.id for found in api.runs("vision/flows", {"config.lr": 0.1})]
with wandb.init(project="flows", id="maker", resume="must") as run:
    run.log({"loss": 0.01})
told["resumed"] = [row["loss"] for row in wandb.Api().run("vision/flows/maker").scan_history(keys=["loss"])][-2:]
try:
    wandb.Api().artifact("vision/flows/nothing:v0")
except Exception as error:
    told["absent"] = type(error).__name__
print(json.dumps(told))
