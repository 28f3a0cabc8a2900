"""Code that reads a version when it is pasted: right for this version, this path and this server (F77)."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from common.formatting import python_text

if TYPE_CHECKING:
    from artifacts.places import Place


@dataclass(frozen=True)
class Snippet:
    """`language` colours the code."""

    title: str
    language: str
    code: str


def start(base_url: str) -> str:
    """What code for this server begins with."""
    return f"import wandb\n\nwandb.login(host={python_text(base_url)})"


def use_code(base_url: str, name: str) -> str:
    """Downloading the version of that full name in a run."""
    shelf, _slash, last = name.rpartition("/")  # in two lines, so that it fits beside facts
    return (
        f"{start(base_url)}\nwith wandb.init() as run:\n    artifact = run.use_artifact(\n"
        f"        {python_text(f'{shelf}/')}\n        {python_text(last)}\n    )\n    path = artifact.download()"
    )


def snippets(place: Place, base_url: str, path: str = "", alias: str = "") -> list[Snippet]:
    """Python with and without a run, the command line, and, with the `path` of a file, plain HTTP.

    They name the version by its number, or by one of its aliases here. Nothing for those who may not download it.
    """
    if not place.may["download_version"]:
        return []
    name = f"{place.full_name}:{alias or place.label}"
    shelf, _slash, last = name.rpartition("/")
    read = (
        f"{start(base_url)}\nartifact = wandb.Api().artifact(\n    {python_text(f'{shelf}/')}\n    {python_text(last)}\n)\n"
        "path = artifact.download()"
    )
    command = (
        f"wandb login --host={quote(base_url)}\nwandb artifact get {quote(name)} --root {quote('./' + place.name)}"
    )
    made = [
        Snippet("Python", "python", use_code(base_url, name)),
        Snippet(_("Python, without a run"), "python", read),
        Snippet("CLI", "bash", command),
    ]
    return made + _by_http(place, base_url, path, alias) if path else made


def _by_http(place: Place, base_url: str, path: str, alias: str) -> list[Snippet]:
    """One file, everything, and the same file by REST; the key comes from the environment."""
    reference = f"@{alias}" if alias else place.label
    file = path.rpartition("/")[2]
    archive = f"{place.name}-{alias or place.label}.zip".replace("/", "_")

    def fetch(output: str, address: str) -> str:
        key = '--user "api:$WANDB_API_KEY"'
        return f"curl --fail {key} --output {quote(output)} \\\n  {quote(base_url + address)}"

    return [
        Snippet(_("curl, one file"), "bash", fetch(file, place.series.file_url(reference, path, "download"))),
        Snippet(_("curl, all files"), "bash", fetch(archive, place.series.url(reference, "zip"))),
        Snippet("curl, REST", "bash", fetch(file, place.series.rest_url(alias or place.label, path))),
    ]
