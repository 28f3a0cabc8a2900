"""Every method of artifacts, by mia, a member of the team `vision`: made, logged, read, edited, linked, deleted."""

import os
from datetime import timedelta
from pathlib import Path

import wandb
from steps import after, step, tell

PROJECT, BASE = "arts", os.environ["WANDB_BASE_URL"]
DATASETS = "acme-robotics/wandb-registry-dataset"
root = Path("material")
(root / "sub").mkdir(parents=True)
(root / "a.txt").write_text("aaa")
(root / "sub" / "b.txt").write_text("bb")
(root / "c.bin").write_bytes(bytes(range(256)))
api = wandb.Api()
run = wandb.init(project=PROJECT, name="maker", id="maker")


def filled(name: str, text: str = "x", **options: object) -> wandb.Artifact:
    made = wandb.Artifact(name, "dataset", **options)
    with made.new_file("x.txt") as file:
        file.write(text)
    return made


def find(reference: str) -> wandb.Artifact:
    return wandb.Api().artifact(f"vision/{PROJECT}/{reference}")


def names_in(folder: str) -> list[str]:
    return [path.name for path in Path(folder).rglob("*.txt")]


# -- Making -----------------------------------------------------------------------------------------------------------
one = wandb.Artifact("one", "dataset", description="first", metadata={"k": 1})
step("Artifact.is_draft works", one.is_draft)
step("Artifact.add_file works", lambda: one.add_file(str(root / "a.txt"), name="copy.txt").size, 3)
step(
    "Artifact.add_file works: mutable",
    lambda: one.add_file(str(root / "a.txt"), name="m.txt", policy="mutable").size,
    3,
)
step("Artifact.add_file refused", lambda: one.add_file("nothing.txt"), raises="nothing.txt")
step("Artifact.add_dir works", lambda: one.add_dir(str(root), name="d", skip_cache=True), None)
step("Artifact.add_dir refused", lambda: one.add_dir("nowhere"), raises="is not a directory")


def new_file() -> bool:
    with one.new_file("n.json") as file:
        file.write("{}")
    return "n.json" in one.manifest.entries


step("Artifact.new_file works", new_file)
step(
    "Artifact.remove works",
    lambda: after(lambda: one.remove("d/c.bin"), lambda: "d/c.bin" in one.manifest.entries),
    False,
)
step("Artifact.remove absent", lambda: one.remove("nothing"), raises="No such file")
step(
    "Artifact.add works: table", lambda: one.add(wandb.Table(columns=["a"], data=[[1], [2]]), "t").path, "t.table.json"
)
step("Artifact.add works: html", lambda: one.add(wandb.Html("<b>x</b>"), "h").path, "h.html-file.json")
joined = wandb.JoinedTable(
    wandb.Table(columns=["id", "a"], data=[[1, 2]]), wandb.Table(columns=["id", "b"], data=[[1, 3]]), "id"
)
step("Artifact.add works: joined table", lambda: one.add(joined, "j").path, "j.joined-table.json")
step("Artifact.get_added_local_path_name works", lambda: one.get_added_local_path_name(str(root / "a.txt")), "d/a.txt")
step("Artifact.size works: draft", lambda: one.size > 0)
step("Artifact.digest works: draft", lambda: len(one.digest), 32)
step("Artifact.description works: draft", lambda: one.description, "first")
step("Artifact.type works", lambda: one.type, "dataset")
step("Artifact.finalize works", one.finalize, None)
step(
    "Run.log_artifact works",
    lambda: run.log_artifact(one, aliases=["best", "x"], tags=["t1", "t 2"]).wait().version,
    "v0",
)
step("Artifact.wait works", lambda: one.wait().state, "COMMITTED")
step("Artifact.add_file refused: after logging", lambda: one.add_file(str(root / "a.txt")), raises="finalized")

# -- Reading ----------------------------------------------------------------------------------------------------------
read = find("one:best")
for name, expected in {
    "name": "one:best",
    "version": "v0",
    "entity": "vision",
    "project": PROJECT,
    "state": "COMMITTED",
    "description": "first",
    "metadata": {"k": 1},
    "file_count": 11,
    "qualified_name": f"vision/{PROJECT}/one:best",
    "source_entity": "vision",
    "source_project": PROJECT,
    "source_name": "one:v0",
    "source_version": "v0",
    "source_qualified_name": f"vision/{PROJECT}/one:v0",
    "is_link": False,
    "incremental": False,
    "history_step": None,
    "ttl": None,
    "use_as": None,
    "linked_at": None,
    "distributed_id": None,
    "digest": one.digest,
    "digest_algorithm": "ArtifactDigestAlgorithm.MANIFEST_MD5",
    "size": one.size,
}.items():
    kept = str if name == "digest_algorithm" else (lambda value: value)
    step(f"Artifact.{name} works", lambda name=name, kept=kept: kept(getattr(read, name)), expected)
step("Artifact.aliases works", lambda: sorted(read.aliases), ["best", "latest", "x"])
step("Artifact.tags works", lambda: sorted(read.tags), ["t 2", "t1"])
step("Artifact.id works", lambda: len(read.id) > 8)
step("Artifact.created_at works", lambda: read.created_at[:4] >= "2024")
step("Artifact.updated_at works", lambda: read.updated_at >= read.created_at)
step("Artifact.commit_hash works", lambda: bool(read.commit_hash))
step("Artifact.url works", lambda: read.url.endswith(f"/vision/{PROJECT}/artifacts/dataset/one/v0"))
step("Artifact.collection works", lambda: read.collection.name, "one")
step("Artifact.source_collection works", lambda: read.source_collection.name, "one")
step("Artifact.source_artifact works", lambda: read.source_artifact.name, "one:best")
step("Artifact.manifest works", lambda: "d/sub/b.txt" in read.manifest.entries)
step("Artifact.json_encode works", lambda: read.json_encode()["sequenceName"], "one")
step("Artifact.get works", lambda: read.get("t").data, [[1], [2]])
step("Artifact.get works: joined table", lambda: type(read.get("j")).__name__, "JoinedTable")
step("Artifact.get absent", lambda: read.get("nothing"), None)
step("Artifact.get_entry works", lambda: Path(read.get_entry("n.json").download(root="e")).read_text(), "{}")
step("Artifact.get_entry absent", lambda: read.get_entry("nothing"), raises="Path not contained in artifact")
step("Artifact.get_path works", lambda: read.get_path("n.json").path, "n.json")
entry = read.get_entry("copy.txt")
step("ArtifactManifestEntry.download works", lambda: Path(entry.download(root="e")).read_text(), "aaa")
step("ArtifactManifestEntry.parent_artifact works", lambda: entry.parent_artifact().name, "one:best")
step("ArtifactManifestEntry.ref_url works", lambda: entry.ref_url().startswith("wandb-artifact://"))
step("ArtifactManifestEntry.ref_target refused", entry.ref_target, raises="Only reference entries")
step("ArtifactManifestEntry.to_json works", lambda: entry.to_json()["size"], 3)
step("Artifact.download works", lambda: Path(read.download(root="all"), "d/sub/b.txt").read_text(), "bb")
step(
    "Artifact.download works: prefix",
    lambda: names_in(read.download(root="p", path_prefix="d/s")),
    ["b.txt"],
)
step("Artifact.verify works", lambda: read.verify(root="all"), None)
Path("all/n.json").write_text("changed")
step("Artifact.verify refused", lambda: read.verify(root="all"), raises="Digest mismatch for file: n.json")
Path("all/junk.txt").write_text("junk")
step("Artifact.checkout works", lambda: Path(read.checkout(root="all"), "junk.txt").exists(), False)
step("Artifact.files works", lambda: sum(file.size for file in read.files(names=["n.json", "copy.txt"])), 5)
step("ArtifactFiles.__len__ works", lambda: len(read.files(per_page=2)), 11)
step("ArtifactFiles.path works", lambda: read.files().path, ["vision", PROJECT, "one:best"])
pages = read.files(per_page=1)
step("ArtifactFiles.more works", lambda: after(lambda: next(pages), lambda: pages.more))
step("ArtifactFiles.cursor works", lambda: bool(pages.cursor))
step("File.download works: of an artifact", lambda: read.files(names=["n.json"])[0].download(root="f").read(), "{}")
step("Artifact.file refused", read.file, raises="more than one file")
step("Api.artifact absent", lambda: find("nothing:v0"), raises="not found in 'vision/arts'")
step("Api.artifact absent: alias", lambda: find("one:nothing"), raises="'one:nothing' not found")
step("Api.artifact absent: project", lambda: api.artifact("vision/nothing/one:v0"), raises="'nothing' not found")
step(
    "Api.artifact refused",
    lambda: api.artifact(f"vision/{PROJECT}/one:v0", type="model"),
    raises="type 'model' specified",
)
step("Api.artifact works", lambda: api.artifact(f"{PROJECT}/one").version, "v0")
step("Api.artifact_exists works", lambda: api.artifact_exists(f"vision/{PROJECT}/one:x"))
step("Api.artifact_exists absent", lambda: api.artifact_exists("vision/nothing/one:v0"), False)

# -- Editing ----------------------------------------------------------------------------------------------------------
read.aliases.append("prod")
read.aliases.remove("x")
read.tags = ["t1", "t3"]
read.description, read.metadata["deep"], read.ttl = "second", {"a": [1]}, timedelta(days=3)
step("Artifact.save works: edits", read.save, None)
again = find("one:prod")
step("Artifact.aliases works: edited", lambda: sorted(again.aliases), ["best", "latest", "prod"])
step("Artifact.tags works: edited", lambda: sorted(again.tags), ["t1", "t3"])
step("Artifact.description works: edited", lambda: again.description, "second")
step("Artifact.metadata works: edited", lambda: again.metadata, {"k": 1, "deep": {"a": [1]}})
step("Artifact.ttl works: edited", lambda: again.ttl.days, 3)
again.ttl = None
step("Artifact.ttl works: none", lambda: after(again.save, lambda: find("one:v0").ttl), None)
step("Artifact.name refused", lambda: wandb.Artifact("a/b", "dataset"), raises="may only contain")
step("Artifact.type refused", lambda: wandb.Artifact("a", "job"), raises="reserved")
step("Artifact.tags refused", lambda: setattr(again, "tags", ["a/b"]), raises="Invalid tag")

# -- Versions that build on others ------------------------------------------------------------------------------------
draft = again.new_draft()
draft.remove("m.txt")
with draft.new_file("more.txt") as file:
    file.write("more")
step("Artifact.new_draft works", lambda: run.log_artifact(draft).wait().version, "v1")
added = wandb.Artifact("one", "dataset", incremental=True)
with added.new_file("inc.txt") as file:
    file.write("inc")
run.log_artifact(added).wait()
step(
    "Artifact.incremental works: added",
    lambda: sorted(find("one:v2").manifest.entries),
    sorted([*draft.manifest.entries, "inc.txt"]),
)
for index in range(2):
    part = wandb.Artifact("shared", "dataset")
    with part.new_file(f"{index}.txt") as file:
        file.write(str(index))
    step(f"Run.upsert_artifact works: {index}", lambda part=part: bool(run.upsert_artifact(part, distributed_id="g")))
end = filled("shared", "end")
step("Run.finish_artifact works", lambda: run.finish_artifact(end, distributed_id="g").wait().version, "v0")
step(
    "Artifact.manifest works: of parts", lambda: sorted(find("shared:v0").manifest.entries), ["0.txt", "1.txt", "x.txt"]
)
step(
    "Run.upsert_artifact refused", lambda: run.upsert_artifact(filled("other")), raises="Cannot upsert artifact unless"
)
references = wandb.Artifact("references", "dataset")
step(
    "Artifact.add_reference works: file",
    lambda: references.add_reference((root / "a.txt").resolve().as_uri())[0].size,
    3,
)
step(
    "Artifact.add_reference works: folder",
    lambda: len(references.add_reference(root.resolve().as_uri(), name="dir")),
    3,
)
step("Artifact.add_reference works: entry", lambda: references.add_reference(entry, name="other")[0].path, "other")
step("Artifact.add_reference refused", lambda: references.add_reference("nowhere"), raises="must be URIs")
references.add_reference(f"{BASE}/healthz", name="web")
references.add_reference("hdfs://far/away", name="far")
step("Run.log_artifact works: references", lambda: run.log_artifact(references).wait().file_count, 7)
held = find("references:v0")
step("ArtifactManifestEntry.ref_target works", lambda: held.get_entry("web").ref_target(), f"{BASE}/healthz")
step(
    "ArtifactManifestEntry.download works: of another artifact",
    lambda: Path(held.get_entry("other").download(root="r")).read_text(),
    "aaa",
)
step("Artifact.download refused: reference", lambda: held.download(root="r"), raises="hdfs")

# -- Runs that make and use -------------------------------------------------------------------------------------------
step("Artifact.logged_by works", lambda: read.logged_by().name, "maker")
step("Artifact.used_by works: nobody", read.used_by, [])
step("Run.use_artifact works", lambda: run.use_artifact("one:v0", type="dataset").version, "v0")
step("Run.use_artifact refused", lambda: run.use_artifact("one:v0", type="model"), raises="type 'model' specified")
step("Run.use_artifact absent", lambda: run.use_artifact("nothing:v0"), raises="not found")
step("Artifact.used_by works", lambda: [user.name for user in find("one:v0").used_by()], ["maker"])
step(
    "Run.log_artifact works: path",
    lambda: run.log_artifact(str(root), name="by-path", type="dataset").wait().version,
    "v0",
)
step(
    "Run.log_artifact works: again, with other labels",
    lambda: after(
        lambda: run.log_artifact(references, aliases=["again"], tags=["tg"]).wait(),
        lambda: [sorted(find("references:v0").aliases), find("references:v0").tags],
    ),
    [["again", "latest"], ["tg"]],
)
step("Run.log_artifact refused", lambda: run.log_artifact(wandb.Artifact("one", "model")), raises="type")
step("Run.log_model works", lambda: run.log_model(str(root / "c.bin"), name="net"), None)
step(
    "Run.link_model works",
    lambda: run.link_model(str(root / "c.bin"), "deployed", "net").name,
    "deployed:v0",
)
step("Run.use_model works", lambda: Path(run.use_model("net:latest")).name, "c.bin")
step("Run.use_model absent", lambda: run.use_model("nothing:latest"), raises="not found")
lone = find("net:v0")
step("Artifact.file works", lambda: Path(lone.file(root="l")).stat().st_size, 256)

# -- Links ------------------------------------------------------------------------------------------------------------
step("Artifact.link works", lambda: again.link("wandb-registry-dataset/ones", aliases=["staging"]).version, "v0")
step("Run.link_artifact works", lambda: run.link_artifact(draft, "wandb-registry-dataset/ones").version, "v1")
step("Artifact.link absent", lambda: again.link("wandb-registry-nothing/x"), raises="no registry 'nothing'")
step(
    "Run.link_artifact refused",
    lambda: run.link_artifact(again, "wandb-registry-model/x"),
    raises="accepts the types model",
)
link = wandb.Api().artifact("wandb-registry-dataset/ones:staging")
step("Artifact.is_link works: link", lambda: link.is_link)
step("Artifact.linked_at works: link", lambda: bool(link.linked_at))
step("Artifact.source_name works: link", lambda: link.source_name, "one:v0")
step("Artifact.url works: link", lambda: "/registry/dataset?selectionPath=" in link.url)
step(
    "Artifact.linked_artifacts works",
    lambda: [found.qualified_name for found in find("one:v0").linked_artifacts],
    [f"{DATASETS}/ones:v0"],
)
step("Artifact.ttl refused", lambda: setattr(link, "ttl", timedelta(days=1)), raises="Cannot set TTL for link")
link.aliases = ["gold"]
step(
    "Artifact.save works: link",
    lambda: after(link.save, lambda: wandb.Api().artifact(f"{DATASETS}/ones:gold").aliases),
    ["gold"],
)
step("Artifact.download works: link", lambda: len(list(Path(link.download(root="k")).iterdir())), 10)
step("Artifact.unlink refused", lambda: find("one:v0").unlink(), raises="not a linked artifact")
step("Artifact.unlink works", lambda: after(link.unlink, lambda: find("one:v0").linked_artifacts), [])

# -- Deleting ---------------------------------------------------------------------------------------------------------
step("Artifact.delete refused", lambda: find("one:latest").delete(), raises="delete them first")
step(
    "Artifact.delete works",
    lambda: after(
        lambda: find("one:latest").delete(delete_aliases=True), lambda: api.artifact_exists(f"vision/{PROJECT}/one:v2")
    ),
    False,
)
run.finish()
alone = filled("alone")
step(
    "Artifact.save works: without a run",
    lambda: after(lambda: alone.save(project=PROJECT), lambda: alone.wait().version),
    "v0",
)
tell()
