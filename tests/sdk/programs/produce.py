"""Trains, logs a folder of awkward files with a version in the middle of the metrics, edits it, and links it by two paths."""

import json
import os
import sys
import unicodedata
from pathlib import Path

import wandb

folder = Path("material")
NFC, NFD = (unicodedata.normalize(form, "がも é.txt") for form in ("NFC", "NFD"))
CONTENT = {
    "a.txt": b"small", "A.txt": b"CAPITAL", "empty.txt": b"", "dir/empty.bin": b"", "dir/sub/same.bin": b"same",
    "dir/same.bin": b"same", "日本語 ファイル.txt": "日本語".encode(), NFC: b"composed", NFD: b"decomposed",
    "dir/%41 + ?&#.txt": b"not decoded",
}  # fmt: skip
for name, content in CONTENT.items():
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
with (folder / "big.bin").open("wb") as big:
    for block in range(int(sys.argv[1])):
        big.write(block.to_bytes(8, "big") * 131_072)
Path("elsewhere.txt").write_text("by reference")

with wandb.init(
    project="journey", name="producer", job_type="train", config={"rate": 0.5}, tags=["first"], notes="n"
) as run:
    for step in range(5):
        run.log({"loss": 1.0 / (step + 1), "nested": {"accuracy": step / 10}})
    middle = run.log_artifact(str(Path("elsewhere.txt")), name="middle", type="dataset")
    for _ in range(5, 9):
        run.log({"loss": 0.01, "nan": float("nan")})
    made = wandb.Artifact("everything", type="dataset", description="before", metadata={"rows": 3})
    made.add_dir(str(folder))
    made.add_reference(Path("elsewhere.txt").resolve().as_uri(), name="refs/ref.txt")
    made.add_reference(os.environ["WANDB_BASE_URL"] + "/healthz", name="refs/web.bin")
    with made.new_file("new/made.txt") as file:
        file.write("made here")
    run.log_artifact(made, aliases=["best"], tags=["t-a"]).wait()
    made.description, made.metadata["rows"] = "after", 4
    made.tags, made.aliases = ["t-b"], ["latest", "staging"]
    made.save()
    linked = made.link("Acme Robotics/wandb-registry-dataset/everything", aliases=["prod"])
    again = run.link_artifact(made, "acme-robotics/wandb-registry-dataset/everything")
    linked.aliases.append("gold")
    linked.save()
    run.alert("careful", "a text", level="WARN")
    print("a line\nanother")
    run.save(str(folder / "a.txt"), base_path=str(folder))
    middle.wait()

print(json.dumps({
    "run": run.id, "source": [made.version, sorted(made.aliases), list(made.tags), made.description, made.metadata],
    "linked": [linked.qualified_name, linked.version, sorted(linked.aliases), linked.is_link, again.version],
    "middle": middle.qualified_name, "digest": made.digest, "size": made.size, "count": made.file_count,
}))  # fmt: skip
