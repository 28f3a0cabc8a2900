"""What is forbidden to vera, who only views the organization, and absent for otto, an outsider; after `artifacts.py` ran.

The arguments are the outcome that is expected of everything here, and what its messages then say.
"""

import sys

import wandb
from steps import step, tell

outcome = sys.argv[1]
SOURCE, SHELF = "vision/arts", "acme-robotics/wandb-registry-dataset"
api = wandb.Api(overrides={"entity": "vision"})


def filled(name: str) -> wandb.Artifact:
    made = wandb.Artifact(name, "dataset")
    with made.new_file("x.txt") as file:
        file.write("x")
    return made


if outcome == "forbidden":
    link = api.artifact(f"{SHELF}/ones:v1")
    step("Api.artifact works: viewer", lambda: link.version, "v1")
    step("Artifact.files works: viewer", lambda: len(link.files()) > 0)
    step("Artifact.download works: viewer", lambda: bool(link.download()))
    link.aliases.append("mine")
    step("Artifact.aliases forbidden", link.save, raises="role")
    step("Artifact.unlink forbidden", link.unlink, raises="role")
    step("Artifact.source_project works: hidden", lambda: link.source_project, "")
    collection = api.artifact_collection("dataset", f"{SHELF}/ones")
    collection.description = "mine"
    step("ArtifactCollection.save forbidden", collection.save, raises="role")
    step("ArtifactCollection.delete forbidden", collection.delete, raises="role")
    registry = api.registry("dataset", "Acme Robotics")
    step("Registry.versions works: viewer", lambda: len(list(registry.versions())) > 0)
    registry.description = "mine"
    step("Registry.save forbidden", registry.save, raises="Failed to save")
    step("Registry.delete forbidden", registry.delete, raises="Failed to delete")
    step("Registry.add_members forbidden", lambda: registry.add_members(api.viewer), raises="admin")
    step("Registry.remove_members forbidden", lambda: registry.remove_members(api.viewer), raises="admin")
    step("Registry.update_member forbidden", lambda: registry.update_member(api.viewer, "admin"), raises="admin")
    step(
        "Api.create_registry forbidden",
        lambda: api.create_registry("mine", "restricted", "Acme Robotics"),
        raises="Failed to create",
    )
    step("Api.create_user forbidden", lambda: api.create_user("x@example.org"), raises="Only admins")
    step("Api.create_team forbidden", lambda: api.create_team("mine"), raises="members")
    with wandb.init(project="own", entity="vera") as run:
        made = run.log_artifact(filled("own")).wait()
        step("Artifact.link forbidden", lambda: made.link(f"{SHELF}/ones"), raises="needs member")
        step("Run.use_artifact works: viewer", lambda: run.use_artifact(f"{SHELF}/ones:v1").version, "v1")
step("init absent: project of others", lambda: wandb.init(project="arts", entity="vision"), raises="may not see it")
step("Api.artifact absent: of others", lambda: api.artifact(f"{SOURCE}/one:v0"), raises="not found")
step("Api.run absent: of others", lambda: api.run(f"{SOURCE}/maker").state, raises="Could not find run")
step("Api.runs absent: of others", lambda: list(api.runs(SOURCE)), raises="Could not find project")
step("Api.project absent: of others", lambda: api.project("arts", "vision").id, raises="not found")
step("Api.artifact_exists absent: of others", lambda: api.artifact_exists(f"{SOURCE}/one:v0"), False)
step(
    "Api.artifact_collection_exists absent: of others",
    lambda: api.artifact_collection_exists(f"{SOURCE}/one", "dataset"),
    False,
)
step("Api.create_project absent: of others", lambda: api.create_project("mine", "vision"), raises="may not see it")
if outcome == "absent":
    step("Api.team absent: of others", lambda: api.team("vision").members, raises="members")
    step("Api.registries absent", lambda: list(api.registries("Acme Robotics")), raises="not found")
    step("Api.registry absent: of others", lambda: api.registry("dataset", "Acme Robotics"), raises="not found")
    step("Api.organization absent: of others", lambda: api.organization("Acme Robotics"), raises="not found")
    step("Api.user absent: of others", lambda: api.user("mia"), None)
tell()
