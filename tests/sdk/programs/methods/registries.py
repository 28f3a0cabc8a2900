"""Every method of registries, collections and types, by mia, a member of the organization."""

import wandb
from steps import after, step, tell

SHELF, PROJECT = "Golden Data", "vision/shelves"
api = wandb.Api()
made = api.create_registry(SHELF, "restricted", organization="Acme Robotics", artifact_types=["dataset"])
step("Api.create_registry works", lambda: made.full_name, f"wandb-registry-{SHELF}")
step(
    "Api.create_registry refused",
    lambda: api.create_registry(SHELF, "restricted", "Acme Robotics"),
    raises="already exists",
)
step("Api.create_registry refused: visibility", lambda: api.create_registry("x", "open"), raises="Invalid visibility")
step(
    "Api.create_registry absent", lambda: api.create_registry("x", "restricted", organization="no"), raises="not found"
)
for name, expected in {
    "name": SHELF,
    "full_name": f"wandb-registry-{SHELF}",
    "organization": "Acme Robotics",
    "entity": "acme-robotics",
    "visibility": "restricted",
    "description": None,
    "allow_all_artifact_types": False,
    "path": ["acme-robotics", f"wandb-registry-{SHELF}"],
}.items():
    step(
        f"Registry.{name} works",
        lambda name=name: getattr(made, name) or None if name == "description" else getattr(made, name),
        expected,
    )
step("Registry.artifact_types works", lambda: list(made.artifact_types), ["dataset"])
step("Registry.id works", lambda: bool(made.id))
step("Registry.internal_id works", lambda: bool(made.internal_id))
step("Registry.created_at works", lambda: made.created_at > "2024")
step("Registry.updated_at works", lambda: made.updated_at >= made.created_at)

with wandb.init(project="shelves", id="maker") as run:
    for index in range(4):
        version = wandb.Artifact("numbers", "dataset", metadata={"index": index, "deep": {"tags": ["a", str(index)]}})
        with version.new_file("n.txt") as file:
            file.write("x" * 10**index)
        run.log_artifact(version, tags=["odd" if index % 2 else "even"]).wait()
        version.link(f"wandb-registry-{SHELF}/part-{index % 2}", aliases=[f"is-{index}"])

# -- Registries -------------------------------------------------------------------------------------------------------


def registries(**wanted: object) -> list[str]:
    return [found.name for found in api.registries(**wanted)]


step("Api.registry works", lambda: api.registry("golden data").name, SHELF)
step("Api.registry absent", lambda: api.registry("nothing"), raises="Failed to load registry")
step("Api.registry absent: organization", lambda: api.registry("model", "no"), raises="not found")
step("Api.registries works", lambda: registries(), [SHELF, "dataset", "model"])
step("Api.registries works: order", lambda: registries(order="-name"), ["model", "dataset", SHELF])
step(
    "Api.registries works: filter",
    lambda: registries(filter={"name": {"$regex": "^(model|data)"}}, order="name"),
    ["dataset", "model"],
)
step(
    "Api.registries works: nor", lambda: registries(filter={"$nor": [{"name": SHELF}, {"name": "model"}]}), ["dataset"]
)
step("Api.registries refused", lambda: registries(filter={"colour": "red"}), raises="Invalid filter fields")
step(
    "Api.registries refused: operator",
    lambda: registries(filter={"name": {"$regexp": "a"}}),
    raises="Did you mean $regex?",
)
step("Api.registries refused: order", lambda: registries(order="colour"), raises="Invalid order field")
pages = api.registries(order="name", per_page=1)
step("Registries.more works", lambda: after(lambda: next(pages), lambda: pages.more))
step("Registries.cursor works", lambda: registries(order="name", start=pages.cursor), ["dataset", "model"])
step("Registries.length works", lambda: pages.length, 1)
step(
    "Registries.collections works",
    lambda: sorted(found.name for found in api.registries().collections()),
    ["part-0", "part-1"],
)
step("Registries.versions works", lambda: len(list(api.registries().versions({"tag": "even"}))), 2)

# -- Collections ------------------------------------------------------------------------------------------------------
shelf = api.registry(SHELF)


def collections(**wanted: object) -> list[str]:
    return [found.name for found in shelf.collections(**wanted)]


step("Registry.collections works", lambda: collections(order="name", per_page=1), ["part-0", "part-1"])
step("Registry.collections works: filter", lambda: collections(filter={"name": {"$contains": "T-1"}}), ["part-1"])
step("Registry.collections works: dates", lambda: collections(filter={"created_at": {"$lt": "2020-01-01"}}), [])
step("Registry.collections refused", lambda: collections(filter={"colour": 1}), raises="Invalid filter fields")
step("Collections.__len__ works", lambda: len(shelf.collections()), 2)
pages = shelf.collections(order="-name", per_page=1)
step("Collections.more works", lambda: after(lambda: next(pages), lambda: pages.more))
step("Collections.cursor works", lambda: collections(order="-name", start=pages.cursor), ["part-0"])
step(
    "Collections.versions works",
    lambda: [found.name for found in shelf.collections({"name": "part-1"}).versions()],
    ["part-1:v1", "part-1:v0"],
)

# -- Versions ---------------------------------------------------------------------------------------------------------


def versions(filter: dict | None = None, **wanted: object) -> list[str]:
    return sorted(found.metadata["index"] for found in shelf.versions(filter, **wanted))


step("Registry.versions works", versions, [0, 1, 2, 3])
step("Registry.versions works: tag", lambda: versions({"tag": "odd"}), [1, 3])
step("Registry.versions works: alias", lambda: versions({"alias": "is-2"}), [2])
step("Registry.versions works: metadata", lambda: versions({"metadata.index": {"$gte": 2}}), [2, 3])
step("Registry.versions works: list", lambda: versions({"metadata.deep.tags": {"$contains": "3"}}), [3])
step("Registry.versions works: or", lambda: versions({"$or": [{"tag": "odd"}, {"alias": "is-0"}]}), [0, 1, 3])
step("Registry.versions works: not", lambda: versions({"$not": {"tag": "odd"}}), [0, 2])
step("Registry.versions works: size", lambda: versions({"artifact_size": {"$gt": 50}}), [2, 3])
step("Registry.versions works: number", lambda: versions({"version": {"$in": [1]}}), [2, 3])
step("Registry.versions works: date", lambda: versions({"linked_at": {"$gt": "2020-01-01 00:00:00"}}), [0, 1, 2, 3])
step(
    "Registry.versions works: order",
    lambda: [found.metadata["index"] for found in shelf.versions(order="-artifact_size", per_page=1)],
    [3, 2, 1, 0],
)
step("Registry.versions refused", lambda: versions(start="nonsense"), raises="start from the first page")
step("Registry.versions refused: pattern", lambda: versions({"alias": {"$regex": "a{2}"}}), raises="write it out")
pages = shelf.versions(order="created_at", per_page=1)
step("Versions.more works", lambda: after(lambda: next(pages), lambda: pages.more))
step(
    "Versions.cursor works",
    lambda: [found.metadata["index"] for found in shelf.versions(order="created_at", start=pages.cursor)],
    [1, 2, 3],
)
step("Versions.length works", lambda: pages.length, 1)

# -- One collection ---------------------------------------------------------------------------------------------------
part = api.artifact_collection("dataset", f"wandb-registry-{SHELF}/part-0")
for name, expected in {
    "name": "part-0",
    "type": "dataset",
    "entity": "acme-robotics",
    "project": f"wandb-registry-{SHELF}",
}.items():
    step(f"ArtifactCollection.{name} works", lambda name=name: getattr(part, name), expected)
for name in ("id", "project_id", "project_internal_id", "created_at"):
    step(f"ArtifactCollection.{name} works", lambda name=name: bool(getattr(part, name)))
step(
    "Api.artifact_collection absent",
    lambda: api.artifact_collection("dataset", f"{PROJECT}/nothing"),
    raises="Could not find",
)
step("ArtifactCollection.is_sequence works", part.is_sequence, False)
step("ArtifactCollection.aliases works", lambda: sorted(part.aliases), ["is-0", "is-2", "latest"])
step(
    "ArtifactCollection.artifacts works", lambda: [found.name for found in part.artifacts()], ["part-0:v1", "part-0:v0"]
)
part.description, part.tags, part.name = "counted", ["t 1", "t2"], "numerals"
step("ArtifactCollection.save works", part.save, None)
saved = api.artifact_collection("dataset", f"wandb-registry-{SHELF}/numerals")
step("ArtifactCollection.description works", lambda: saved.description, "counted")
step("ArtifactCollection.tags works", lambda: sorted(saved.tags), ["t 1", "t2"])
step("ArtifactCollection.updated_at works", lambda: saved.updated_at > saved.created_at)
step(
    "ArtifactCollection.load works", lambda: api.artifact_type("dataset", PROJECT).collection("numbers").name, "numbers"
)
step("ArtifactCollection.tags refused", lambda: setattr(saved, "tags", ["a/b"]), raises="Invalid")
step("Registry.collections works: tag", lambda: collections(filter={"tag": "t2"}), ["numerals"])
step(
    "Api.artifact_collection_exists works",
    lambda: api.artifact_collection_exists(f"wandb-registry-{SHELF}/numerals", "dataset"),
)
step(
    "Api.artifact_collection_exists absent",
    lambda: api.artifact_collection_exists(f"wandb-registry-{SHELF}/part-0", "dataset"),
    False,
)
series = api.artifact_collection("dataset", f"{PROJECT}/numbers")
step("ArtifactCollection.is_sequence works: source", series.is_sequence)
step("ArtifactCollection.change_type refused", lambda: series.change_type("model"), raises="unlink them first")

# -- Types and versions of a project ----------------------------------------------------------------------------------


def source(**wanted: object) -> list[int]:
    return [found.metadata["index"] for found in api.artifacts("dataset", f"{PROJECT}/numbers", **wanted)]


step("Api.artifacts works", source, [3, 2, 1, 0])
step("Api.artifacts works: order", lambda: source(order="+created_at", per_page=1), [0, 1, 2, 3])
step("Api.artifacts works: tags", lambda: source(tags=["even"]), [2, 0])
step("Api.artifacts absent", lambda: list(api.artifacts("dataset", f"{PROJECT}/nothing")), raises="Unable to parse")
step("Api.artifact_versions works", lambda: len(list(api.artifact_versions("dataset", f"{PROJECT}/numbers"))), 4)
pages = api.artifacts("dataset", f"{PROJECT}/numbers", per_page=1)
step("Artifacts.__len__ works", lambda: len(pages), 4)
step("Artifacts.__getitem__ works", lambda: [found.version for found in pages[1:3]], ["v2", "v1"])
step("Artifacts.more works", lambda: after(lambda: next(iter(pages)), lambda: pages.more), False)
step(
    "Artifacts.cursor works", lambda: source(start=api.artifacts("dataset", f"{PROJECT}/numbers").cursor), [3, 2, 1, 0]
)
step("Api.artifact_types works", lambda: [found.name for found in api.artifact_types(PROJECT)], ["dataset"])
step(
    "ArtifactTypes.more works",
    lambda: after(lambda: next(kinds), lambda: kinds.more) if (kinds := api.artifact_types(PROJECT)) else None,
    False,
)
step("ArtifactTypes.cursor works", lambda: api.artifact_types(PROJECT).cursor, None)
kind = api.artifact_type("dataset", PROJECT)
step("Api.artifact_type works", lambda: kind.name, "dataset")
step("Api.artifact_type absent", lambda: api.artifact_type("nothing", PROJECT), raises="Could not find artifact type")
step("ArtifactType.id works", lambda: bool(kind.id))
step("ArtifactType.name works", lambda: kind.name, "dataset")
step("ArtifactType.load works", lambda: bool(kind.load()))
step("ArtifactType.collection works", lambda: kind.collection("numbers").name, "numbers")
step("ArtifactType.collection absent", lambda: kind.collection("nothing").load(), raises="Could not find")
step("ArtifactType.collections works", lambda: [found.name for found in kind.collections()], ["numbers"])
step(
    "Api.artifact_collections works",
    lambda: [found.name for found in api.artifact_collections(PROJECT, "dataset", order="-name")],
    ["numbers"],
)
step("ArtifactCollections.__len__ works", lambda: len(api.artifact_collections(PROJECT, "dataset")), 1)
pages = api.artifact_collections(PROJECT, "dataset")
step("ArtifactCollections.more works", lambda: after(lambda: next(pages), lambda: pages.more), False)
step("ArtifactCollections.cursor works", lambda: bool(pages.cursor))

# -- Editing and deleting ---------------------------------------------------------------------------------------------
shelf.description, shelf.name = "hand-picked", "Gold"
shelf.artifact_types.append("model")
step("Registry.save works", shelf.save, None)
gold = api.registry("Gold")
step("Registry.description works: edited", lambda: gold.description, "hand-picked")
step("Registry.artifact_types works: edited", lambda: sorted(gold.artifact_types), ["dataset", "model"])
step(
    "Registry.artifact_types refused", lambda: gold.artifact_types.remove("model"), raises="Cannot remove artifact type"
)
step("Registry.load works", lambda: after(gold.load, lambda: gold.name), "Gold")
step(
    "Registry.user_members works",
    lambda: [(found.user.username, found.role) for found in gold.user_members()],
    [["mia", "admin"]],
)
step(
    "Registry.add_members works",
    lambda: after(lambda: gold.add_members(api.user("olga"), api.team("vision")), lambda: len(gold.members())),
    3,
)
step(
    "Registry.members works", lambda: sorted(str(found.role) for found in gold.members()), ["admin", "member", "viewer"]
)
step("Registry.team_members works", lambda: [found.team.name for found in gold.team_members()], ["vision"])
step(
    "Registry.update_member works",
    lambda: after(lambda: gold.update_member(api.user("olga"), "viewer"), lambda: gold.user_members()[-1].role),
    "viewer",
)
step("Registry.update_member refused", lambda: gold.update_member(api.user("olga"), "king"), raises="role")
step(
    "Registry.remove_members works",
    lambda: after(lambda: gold.remove_members(api.team("vision")), lambda: gold.team_members()),
    [],
)
step(
    "ArtifactCollection.delete works",
    lambda: after(
        api.artifact_collection("dataset", "wandb-registry-Gold/numerals").delete, lambda: len(gold.collections())
    ),
    1,
)
step("Registry.delete works", lambda: after(gold.delete, registries), ["dataset", "model"])
step("Registry.delete works: again", lambda: after(gold.delete, registries), ["dataset", "model"])
step(
    "ArtifactCollection.change_type works",
    lambda: after(lambda: series.change_type("model"), lambda: api.artifact("vision/shelves/numbers").type),
    "model",
)
step("Api.organization works", lambda: api.organization("Acme Robotics").name, "Acme Robotics")
step("Api.organization absent", lambda: api.organization("nobody"), raises="not found")
tell()
