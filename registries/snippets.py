"""Code that works when it is pasted, for pages where something is to be linked or used."""

from __future__ import annotations

from artifacts import snippets
from common.formatting import python_text
from registries.models import Registry
from registries.naming import target_path

QUICKSTART = """import random
import wandb

with open("my_model.txt", "w") as file:
    file.write(f"weights: {random.random()}")

with wandb.init(project="registry_quickstart") as run:
    artifact = run.log_artifact(artifact_or_path="./my_model.txt", name="gemma-finetuned", type="model")
    run.link_artifact(artifact=artifact, target_path="wandb-registry-model/first-collection")
"""


def install_code(base_url: str) -> str:
    """What to type before and after saving the script."""
    return f"pip install wandb\nexport WANDB_BASE_URL={base_url}\nexport WANDB_API_KEY=<your key>\npython hello_collection.py"


def use_code(base_url: str, registry: Registry, collection: str) -> str:
    """Downloading the newest version in a run."""
    return snippets.use_code(base_url, f"{target_path(registry, collection)}:latest")


def use_line(registry: Registry, collection: str) -> str:
    """The same as one call, for those who have a run already."""
    shelf, name = target_path(registry, collection).split("/", 1)
    return f"run.use_artifact(\n    {python_text(f'{shelf}/')}\n    {python_text(f'{name}:latest')}\n)"


def link_code(base_url: str, registry: Registry, collection: str = "my-collection", type: str = "model") -> str:
    """Logging a file and linking it."""
    shelf, name = target_path(registry, collection).split("/", 1)
    return (
        f'{snippets.start(base_url)}\nwith wandb.init(project="my-project") as run:\n'
        f'    artifact = wandb.Artifact("my-artifact", type={python_text(type)})\n'
        '    with artifact.new_file("weights.txt") as file:\n        file.write("0.5 0.25")\n'
        f"    run.link_artifact(\n        artifact,\n        {python_text(f'{shelf}/')}\n        {python_text(name)}\n    )"
    )
