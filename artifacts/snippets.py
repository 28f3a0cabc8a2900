"""Code that reads a version when it is pasted: right for this version, this path and this server (F77)."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from common.formatting import python_text

if TYPE_CHECKING:
    from artifacts.places import Place


@dataclass(frozen=True)
class Snippet:
    """`title` is a name and is not translated; `language` colours it."""

    title: str
    language: str
    code: str


def snippets(place: Place, base_url: str, path: str = "") -> list[Snippet]:
    """Python with and without a run, the command line, and, with the `path` of a file, plain HTTP for it."""
    name = f"{place.full_name}:{place.label}"
    shelf, _, last = name.rpartition("/")  # in two lines, so that it fits beside the facts
    use = (
        "import wandb\n\nwith wandb.init() as run:\n    artifact = run.use_artifact(\n"
        f"        {python_text(f'{shelf}/')}\n        {python_text(last)}\n    )\n    path = artifact.download()"
    )
    read = f"import wandb\n\nartifact = wandb.Api().artifact({python_text(name)})\npath = artifact.download()"
    command = (
        f"export WANDB_BASE_URL={base_url}\nexport WANDB_API_KEY=<your key>\n"
        f"wandb artifact get {quote(name)} --root {quote('./' + place.name)}"
    )
    made = [
        Snippet("Python", "python", use),
        Snippet("Python, without a run", "python", read),
        Snippet("CLI", "bash", command),
    ]
    if path:
        url = quote(base_url + place.file_url(path, "download"))
        fetch = f'curl --user "api:$WANDB_API_KEY" --fail --output {quote(path.rpartition("/")[2])} \\\n  {url}'
        made.append(Snippet("curl", "bash", fetch))
    return made
