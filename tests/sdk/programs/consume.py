"""Uses the linked version in a run on another machine, compares every byte, and follows the lineage both ways."""

import hashlib
import json
from pathlib import Path

import wandb

with wandb.init(project="journey", name="consumer", job_type="evaluate") as run:
    used = run.use_artifact("wandb-registry-dataset/everything:prod")
    folder = Path(used.download(allow_missing_references=True, root="copy"))
    digests = {
        str(path.relative_to(folder)): hashlib.md5(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    used.verify(root="copy")
    one = used.get_entry("a.txt").download(root="one")
    named = [file.name for file in used.files(names=["a.txt", "A.txt"])]
    count = len(used.files(per_page=3))

api = wandb.Api()
source = api.artifact("vision/journey/everything:v0")
maker = source.logged_by()
history = list(maker.scan_history(keys=["loss"]))
print(json.dumps({
    "digests": digests, "one": Path(one).read_text(), "named": sorted(named), "count": count,
    "refs": {name: used.get_entry(name).ref for name in ("refs/ref.txt", "refs/web.bin")},
    "logged_by": [maker.name, maker.job_type, maker.state, maker.config["rate"], list(maker.tags), maker.summary["loss"]],
    "used_by": [user.name for user in source.used_by()], "linked": [link.qualified_name for link in source.linked_artifacts],
    "logged": sorted(made.name for made in maker.logged_artifacts()), "scanned": history,
    "used": [made.name for made in api.run(f"vision/journey/{run.id}").used_artifacts()],
    "history": [row["loss"] for row in maker.history(pandas=False)],
    "sampled": maker.history(keys=["nested.accuracy"], pandas=False),
    "files": sorted(file.name for file in maker.files()), "console": [line.content for line in maker.console_logs()],
    "runs": sorted(found.name for found in api.runs("vision/journey")), "aliases": sorted(source.aliases),
    "finished": len(api.runs("vision/journey", {"state": "finished"})),
}))  # fmt: skip
