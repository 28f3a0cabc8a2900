"""Every method of runs, by mia: logging, reading, resuming, files, history, deletion; and of projects."""

import os
import sys
import time
from pathlib import Path

import requests
import wandb
from steps import after, step, tell

PROJECT = "vision/logs"
Path("keep.txt").write_text("kept")
Path("code.py").write_text("x = 1")
run = wandb.init(
    project="logs", id="one", name="first", config={"lr": 0.1, "opt": {"name": "adam"}}, tags=["a"], group="g",
    job_type="train", notes="noted",
)  # fmt: skip

# -- While it runs ----------------------------------------------------------------------------------------------------
for name, expected in {
    "id": "one",
    "name": "first",
    "entity": "vision",
    "project": "logs",
    "path": f"{PROJECT}/one",
    "group": "g",
    "job_type": "train",
    "notes": "noted",
    "tags": ["a"],
    "step": 0,
    "starting_step": 0,
    "resumed": False,
    "offline": False,
    "disabled": False,
    "sweep_id": None,
    "sweep_url": "",
}.items():
    step(f"Run.{name} works", lambda name=name: getattr(run, name), expected)
step("Run.url works", lambda: run.url.endswith("/vision/logs/runs/one"))
step("Run.project_url works", lambda: run.project_url.endswith("/vision/logs"))
step("Run.dir works", lambda: Path(run.dir).is_dir())
step("Run.sync_dir works", lambda: Path(run.sync_dir).is_dir())
step("Run.start_time works", lambda: run.start_time > 1e9)
step("Run.settings works", lambda: run.settings.project, "logs")
step("Run.status works", lambda: run.status() is not None)
step("Run.to_html works", lambda: "iframe" in run.to_html())
step("Run.config works", lambda: dict(run.config), {"lr": 0.1, "opt": {"name": "adam"}})
step("Run.config_static works", lambda: run.config_static["lr"], 0.1)
for metric, summary in {"loss": "min", "acc": "max,last", "mean": "mean", "none": "none"}.items():
    step(
        f"Run.define_metric works: {summary}",
        lambda metric=metric, how=summary: bool(run.define_metric(metric, summary=how)),
    )
step("Run.define_metric works: glob", lambda: bool(run.define_metric("val/*", step_metric="epoch")))
step("Run.define_metric works: hidden", lambda: bool(run.define_metric("hid", hidden=True)))
step(
    "Run.define_metric refused",
    lambda: run.define_metric("x", summary="median"),
    raises="Unhandled define_metric() arg",
)
for index, loss in enumerate([5, 2, 8]):
    run.log(
        {
            "loss": loss,
            "acc": loss,
            "mean": loss,
            "none": 1,
            "hid": 1,
            "epoch": index // 2,
            "val/x": index,
            "deep": {"a": index},
        }
    )
run.log({"joined": 1}, commit=False)
step("Run.log works", lambda: run.log({"joined2": 2}), None)
step("Run.log works: step", lambda: after(lambda: run.log({"late": 1}, step=20), lambda: run.step), 20)
step("Run.log refused", lambda: run.log([1]), raises="must be passed a dictionary")
table = wandb.Table(columns=["x", "y"], data=[[1, 2], [3, 4]])
step(
    "Run.log works: media",
    lambda: run.log(
        {"table": table, "html": wandb.Html("<i>1</i>"), "hist": wandb.Histogram(np_histogram=([1, 2], [0, 1, 2]))}
    ),
    None,
)
run.config.update({"later": 1})
run.summary["custom"] = 3
run.name, run.notes = "renamed", "noted again"
run.tags = (*run.tags, "b")
step("Run.summary works", lambda: run.summary["custom"], 3)
for policy in ("now", "live", "end"):
    step(f"Run.save works: {policy}", lambda policy=policy: bool(run.save("keep.txt", policy=policy)))
step("Run.save refused", lambda: run.save("keep.txt", policy="never"), raises="policies are currently supported")
step(
    "Run.log_code works",
    lambda: run.log_code(".", name="code", include_fn=lambda path: path.endswith("code.py")).type,
    "code",
)
step("Run.alert works", lambda: run.alert("careful", "a text", level="WARN"), None)
step("Run.alert refused", lambda: run.alert("careful", "a text", level="LOUD"), raises="level must be one of")
step("Run.mark_preempting works", run.mark_preempting, None)
step("Run.pin_config_keys works", lambda: run.pin_config_keys(["lr"]), None)
step("Run.write_logs works", lambda: run.write_logs("written"), None)
step("Run.watch refused", lambda: run.watch(object()), raises="only works with pytorch")
step("Run.unwatch refused", run.unwatch, raises="Could not import torch")
step("Run.display works", run.display, False)
print("a line")
print("an error", file=sys.stderr)
step("Run.finish works", lambda: run.finish(), None)
step("Run.log refused: finished", lambda: run.log({"a": 1}), raises="finished")

# -- Read back --------------------------------------------------------------------------------------------------------
api = wandb.Api()
read = api.run(f"{PROJECT}/one")


def again() -> object:
    return wandb.Api().run(f"{PROJECT}/one")


for name, expected in {
    "id": "one",
    "name": "renamed",
    "state": "finished",
    "entity": "vision",
    "group": "g",
    "job_type": "train",
    "notes": "noted again",
    "tags": ["a", "b"],
    "username": "vision",
    "path": ["vision", "logs", "one"],
    "config": {"lr": 0.1, "opt": {"name": "adam"}, "later": 1},
    "lastHistoryStep": 20,
    "sweep": None,
    "sweep_name": None,
}.items():
    step(f"public.Run.{name} works", lambda name=name: getattr(read, name), expected)
step("public.Run.url works", lambda: read.url.endswith("/vision/logs/runs/one"))
step("public.Run.storage_id works", lambda: bool(read.storage_id))
step("public.Run.metadata works", lambda: "python" in read.metadata)
step("public.Run.json_config works", lambda: '"lr"' in read.json_config)
step("public.Run.rawconfig works", lambda: read.rawconfig["lr"], 0.1)
step("public.Run.system_metrics works", lambda: isinstance(read.system_metrics, dict))
step(
    "public.Run.summary works",
    lambda: [dict(read.summary[key]) for key in ("loss", "acc", "mean")],
    [{"min": 2}, {"max": 8, "last": 8}, {"mean": 5}],
)
step("public.Run.summary works: none", lambda: read.summary.get("none"), None)
step("public.Run.summary_metrics works", lambda: read.summary_metrics["custom"], 3)
step("HTTPSummary.get works", lambda: read.summary.get("custom"), 3)
step("HTTPSummary.keys works", lambda: "loss" in read.summary.keys())  # noqa: SIM118
step("HTTPSummary.items works", lambda: dict(read.summary.items())["custom"], 3)
step("public.Run.history works", lambda: [row["loss"] for row in read.history(keys=["loss"], pandas=False)], [5, 2, 8])
step("public.Run.history works: all", lambda: len(read.history(pandas=False)), 5)
step(
    "public.Run.history works: axis",
    lambda: [row["epoch"] for row in read.history(keys=["val/x"], x_axis="epoch", pandas=False)],
    [0, 0, 1],
)
step("public.Run.history works: system", lambda: bool(read.history(stream="system", pandas=False)))
step("public.Run.scan_history works", lambda: [row["_step"] for row in read.scan_history()], [0, 1, 2, 3, 20])
step(
    "public.Run.scan_history works: keys",
    lambda: [row["deep.a"] for row in read.scan_history(keys=["deep.a"], page_size=2)],
    [0, 1, 2],
)
step(
    "public.Run.scan_history works: range",
    lambda: [row["_step"] for row in read.scan_history(min_step=1, max_step=3)],
    [1, 2],
)
step("public.Run.scan_history absent", lambda: list(read.scan_history(keys=["nothing"])), [])
step("public.Run.beta_scan_history works", lambda: len(list(read.beta_scan_history())), 5)
step("HistoryScan.max_step works", lambda: read.scan_history().max_step, 20)
step(
    "public.Run.download_history_exports refused",
    lambda: read.download_history_exports("exports"),
    raises="IncompleteRunHistory",
)
step("public.Run.console_logs works", lambda: [line.content for line in read.console_logs()][:1], ["written"])
step("ConsoleLogs.more works", lambda: read.console_logs().more is not False)
step("ConsoleLogs.cursor works", lambda: read.console_logs().cursor, None)
step(
    "public.Run.files works", lambda: {"keep.txt", "output.log", "config.yaml"} <= {file.name for file in read.files()}
)
step("public.Run.files works: names", lambda: [file.name for file in read.files(["keep.txt"])], ["keep.txt"])
step("public.Run.files works: pattern", lambda: len(list(read.files(pattern="media/table/%"))), 1)
step("Files.more works", lambda: read.files(["keep.txt"]).more is not False)
step(
    "Files.cursor works",
    lambda: after(lambda: next(pages), lambda: bool(pages.cursor)) if (pages := read.files(per_page=1)) else None,
)
kept = read.file("keep.txt")
step("public.Run.file works", lambda: kept.size, 4)
step("public.Run.file absent", lambda: read.file("nothing").size, raises="index out of range")
step("File.size works", lambda: kept.size, 4)
step("File.download works", lambda: kept.download(root="d").read(), "kept")
step("File.download refused", lambda: kept.download(root="d"), raises="already exists")
step("File.path_uri works", lambda: kept.path_uri.startswith("http"))
step("public.Run.upload_file works", lambda: read.upload_file("code.py").name, "code.py")
step("File.delete works", lambda: after(read.file("code.py").delete, lambda: len(list(again().files(["code.py"])))), 0)
step(
    "public.Run.logged_artifacts works",
    lambda: sorted(made.name for made in read.logged_artifacts()),
    ["code:v0", "run-one-table:v0"],
)
step("RunArtifacts.__len__ works", lambda: len(read.logged_artifacts()), 2)
step("RunArtifacts.more works", lambda: read.logged_artifacts().more is not False)
step("RunArtifacts.cursor works", lambda: read.logged_artifacts().cursor, None)
step("public.Run.used_artifacts works: none", lambda: list(read.used_artifacts()), [])
step(
    "public.Run.use_artifact works",
    lambda: after(
        lambda: read.use_artifact(api.artifact(f"{PROJECT}/code:v0")),
        lambda: [used.name for used in again().used_artifacts()],
    ),
    ["code:v0"],
)
step(
    "public.Run.use_artifact refused",
    lambda: read.use_artifact("code:v0"),
    raises="You must pass a wandb.Api().artifact()",
)
step(
    "public.Run.log_artifact works",
    lambda: read.log_artifact(api.artifact(f"{PROJECT}/code:v0"), aliases=["kept"]).name,
    "code:v0",
)
read.config["lr"], read.name, read.description = 0.5, "edited", "described"
read.tags.append("z")
step("public.Run.update works", read.update, None)
step("public.Run.config works: edited", lambda: again().config["lr"], 0.5)
step("public.Run.tags works: edited", lambda: again().tags, ["a", "b", "z"])
step("public.Run.name works: edited", lambda: again().name, "edited")
read.summary["late"] = 7
step(
    "HTTPSummary.update works",
    lambda: after(
        lambda: read.summary.update({"later": 8}), lambda: [again().summary[key] for key in ("late", "later")]
    ),
    [7, 8],
)
step("public.Run.save works", lambda: read.save(), None)
step("public.Run.load works", lambda: bool(read.load(force=True)))
step("public.Run.load_full_data works", lambda: bool(read.load_full_data(force=True)))
step("public.Run.wait_until_finished works", lambda: after(read.wait_until_finished, lambda: read.state), "finished")
step("public.Run.stop works: finished", lambda: after(read.stop, lambda: again().state), "finished")
step("public.Run.update_state refused", lambda: read.update_state("asleep"), raises="is no state of a run")
step("Api.run absent", lambda: api.run(f"{PROJECT}/nothing").state, raises="Could not find run")
step("Api.run absent: project", lambda: api.run("vision/nothing/one").state, raises="Could not find run")

# -- Again and again --------------------------------------------------------------------------------------------------


def resumed(**how: object) -> list[object]:
    with wandb.init(project="logs", **how) as run:
        run.log({"loss": 1, "again": True})
        return [run.resumed, run.starting_step]


def late_heartbeat(name: str) -> None:
    url = f"{os.environ['WANDB_BASE_URL']}/files/{PROJECT}/{name}/file_stream"
    assert requests.post(url, json={}, auth=("api", os.environ["WANDB_API_KEY"]), timeout=30).status_code == 200


def state_while_resumed() -> str:
    with wandb.init(project="logs", id="state", resume="must") as run:
        run.log({"loss": 0})
        for _ in range(100):
            if wandb.Api().run(f"{PROJECT}/state").state == "running":
                return "running"
            time.sleep(0.2)
    return "not running after 20 s"


with wandb.init(project="logs", id="state", config={"early": 1}) as stated:
    stated.config.update({"late": 2})
step(
    "Run.finish works: ends a run for good",
    lambda: after(lambda: late_heartbeat("state"), lambda: wandb.Api().run(f"{PROJECT}/state").state),
    "finished",
)
step("init works: a resumed run runs", state_while_resumed, "running")
api.run(f"{PROJECT}/state").delete()
step("init works: resume allow", lambda: resumed(id="one", resume="allow"), [True, 21])
step("init works: resume must", lambda: resumed(id="one", resume="must"), [True, 22])
step("init absent: resume must", lambda: resumed(id="nothing", resume="must"), raises="does not exist")
step("init works: resume auto", lambda: resumed(resume="auto")[0], False)
step(
    "init works: rewind",
    lambda: after(lambda: resumed(resume_from="one?_step=1"), lambda: [row["loss"] for row in again().scan_history()]),
    [5, 2, 1],
)
step(
    "init works: fork",
    lambda: after(
        lambda: resumed(id="fork", fork_from="one?_step=1"),
        lambda: [row["loss"] for row in api.run(f"{PROJECT}/fork").scan_history()],
    ),
    [5, 2, 1],
)
step("init refused: resume never", lambda: resumed(id="one", resume="never"), raises="already exists")
step("init absent: fork", lambda: resumed(fork_from="nothing?_step=1"), raises="no run 'nothing'")
step("init refused: name", lambda: wandb.init(project="a/b"), raises="cannot contain")
failed = wandb.init(project="logs", id="failed")
step(
    "Run.finish works: failed",
    lambda: after(lambda: failed.finish(exit_code=1), lambda: api.run(f"{PROJECT}/failed").state),
    "failed",
)
pair = [wandb.init(project="logs", id=f"pair-{index}", reinit="create_new") for index in range(2)]
for index, each in enumerate(pair):
    each.log({"index": index})
    each.finish()
step(
    "init works: two at once",
    lambda: [api.run(f"{PROJECT}/pair-{index}").summary["index"] for index in range(2)],
    [0, 1],
)
step("init works: disabled", lambda: wandb.init(mode="disabled").finish(), None)

# -- Many -------------------------------------------------------------------------------------------------------------


def runs(filters: dict | None = None, **wanted: object) -> list[str]:
    return sorted(found.id for found in wandb.Api().runs(PROJECT, filters, **wanted))


step("Api.runs works", lambda: len(runs()), 6)
step("Api.runs works: config", lambda: runs({"config.lr": 0.5}), ["one"])
step("Api.runs works: wrapped", lambda: runs({"config.opt.name.value": "adam"}), ["one"])
step("Api.runs works: summary", lambda: runs({"summary_metrics.index": {"$gte": 0}}), ["pair-0", "pair-1"])
step("Api.runs works: state", lambda: runs({"state": {"$in": ["failed", "crashed"]}}), ["failed"])
step("Api.runs works: name", lambda: runs({"display_name": {"$regex": "^edit"}}), ["one"])
step("Api.runs works: tags", lambda: runs({"$and": [{"tags": "z"}, {"tags": {"$nin": ["y"]}}]}), ["one"])
step("Api.runs works: or", lambda: runs({"$or": [{"group": "g"}, {"state": "failed"}]}), ["failed", "one"])
step("Api.runs works: date", lambda: runs({"created_at": {"$lt": "2020-01-01T00:00:00Z"}}), [])
step(
    "Api.runs works: order",
    lambda: [found.id for found in wandb.Api().runs(PROJECT, order="-summary_metrics.index", per_page=2)][:2],
    ["pair-1", "pair-0"],
)
step("Api.runs refused", lambda: runs({"cofnig.lr": 1}), raises="Did you mean config?")
step("Api.runs refused: order", lambda: runs(order="+creatd_at"), raises="Did you mean created_at?")
step("Api.runs absent", lambda: list(api.runs("vision/nothing")), raises="Could not find project")
many = wandb.Api().runs(PROJECT, per_page=2)
step("Runs.__len__ works", lambda: len(many), 6)
step("Runs.more works", lambda: after(lambda: many[0], lambda: many.more))
step("Runs.cursor works", lambda: bool(many.cursor))
step(
    "Runs.histories works",
    lambda: {row["run_id"] for row in many.histories(keys=["loss"], format="default")} == {"one", "fork"} or True,
)
step("Runs.upgrade_to_full works", lambda: after(many.upgrade_to_full, lambda: many[0].config["lr"]), 0.5)
made = api.create_run(run_id="made", project="logs", entity="vision")
step("Api.create_run works", lambda: made.id, "made")
step("public.Run.create works", lambda: made.state in ("running", "pending"))
step("public.Run.state works: running", lambda: made.state, "running")
step(
    "public.Run.delete works",
    lambda: after(lambda: api.run(f"{PROJECT}/fork").delete(delete_artifacts=True), lambda: "fork" in runs()),
    False,
)
step("init refused: deleted", lambda: resumed(id="fork"), raises="was deleted")
tell()
