"""Which methods of the SDK the programs in `tests/sdk/programs/methods` must show: all that are public.

Each step of a program names the method and the outcome that it shows; `tests/sdk/test_methods.py` runs them against a
real server. What no step shows is named in ELSEWHERE, with the test that shows it or the reason why there is none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).parent / "programs" / "methods"
NAME = re.compile(r"(?P<method>[\w.]+) (?P<outcome>works|refused|absent|forbidden)(?:: (?P<case>.+))?\Z")

LAUNCH = "launch is not served; its documents are refused by name (tests/sdk_api/test_contract.py)"
AUTOMATIONS = "automations have tests of their own"
NOTEBOOK = "shows something in a notebook; asks the server nothing"
PAGING = "what every list of the SDK inherits for its own use; asks the server nothing by itself"
TENSORBOARD = "reads logs of TensorBoard, which is not installed"
HDF = "reads and writes HDF files that old clients made; asks the server nothing that `file` does not"
CONSTANT = "the text of a query"

ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(
        ("Api.create_run_queue", "Api.upsert_run_queue", "Api.queued_run"),
        LAUNCH,
    ),
    **dict.fromkeys(
        (
            "Api.automation",
            "Api.automations",
            "Api.create_automation",
            "Api.update_automation",
            "Api.delete_automation",
            "Api.integrations",
            "Api.slack_integrations",
            "Api.webhook_integrations",
        ),
        AUTOMATIONS,
    ),
    "Api.sync_tensorboard": TENSORBOARD,
    "Run.restore": "tests/sdk/test_command_line.py, as `wandb restore`",
    **dict.fromkeys(("HTTPSummary.open_h5", "HTTPSummary.read_h5", "HTTPSummary.write_h5"), HDF),
    "HTTPSummary.load": "what `public.Run.summary` calls",
    "Registry.create": "what `Api.create_registry` calls",
    **dict.fromkeys(
        ("ArtifactManifestEntry.name", "ArtifactManifestEntry.digest_algorithm"), "fields of a local object"
    ),
}
INHERITED = {
    **dict.fromkeys(("display", "to_html", "snake_to_camel"), NOTEBOOK),
    **dict.fromkeys(("convert_objects", "last_response", "next", "update_variables"), PAGING),
    **dict.fromkeys(("model_config", "model_dump", "model_dump_json", "model_post_init"), "Pydantic's"),
    "QUERY": CONSTANT,
}


def classes() -> dict[str, Any]:
    """The classes of the SDK that a script meets, by the name that steps use."""
    import wandb
    from wandb.apis import public
    from wandb.apis.public import artifacts
    from wandb.apis.public.registries import registries_search
    from wandb.apis.public.summary import HTTPSummary
    from wandb.sdk.artifacts.artifact_manifest_entry import ArtifactManifestEntry

    return {
        "Run": wandb.Run,
        "Artifact": wandb.Artifact,
        "ArtifactManifestEntry": ArtifactManifestEntry,
        "HTTPSummary": HTTPSummary,
        "public.Run": public.Run,
        "Versions": registries_search.Versions,
        "Collections": registries_search.Collections,
        **{name: getattr(artifacts, name) for name in ARTIFACTS.split()},
        **{name: getattr(public, name) for name in PUBLIC.split()},
    }


PUBLIC = "Api Runs Project Projects File Files User Team Member Registry Registries HistoryScan ConsoleLogs"
ARTIFACTS = (
    "ArtifactCollection ArtifactCollections ArtifactType ArtifactTypes Artifacts RunArtifacts ArtifactFiles "
    "ProjectArtifactCollections"
)


def public_methods() -> set[str]:
    """`Class.method` of all that these classes offer by a name without an underscore."""
    found = set()
    for name, kind in classes().items():
        ours = {key for base in kind.__mro__ if base.__module__.startswith("wandb") for key in vars(base)}
        found |= {f"{name}.{key}" for key in ours if not key.startswith("_")}
    return found
