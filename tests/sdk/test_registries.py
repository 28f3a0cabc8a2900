"""Registries and collections through the SDK's public API, and what it says when something is refused."""

from __future__ import annotations

import time
from pathlib import Path

from tests.sdk.team import KEY, KEYS, Sdk, provision, told
from tests.servers import Server

PROGRAM = Path(__file__).parent / "programs" / "registries.py"
REFUSALS = """
import json, wandb
told = {}
def attempt(name, action):
    try:
        action()
    except Exception as error:
        told[name] = str(error)
for entity, kind in (("mia", "model"), ("vision", "dataset")):
    with wandb.init(project="journey", entity=entity) as run:
        made = wandb.Artifact("thing", type=kind)
        with made.new_file("a.txt") as file:
            file.write(entity)
        run.log_artifact(made).wait()
        attempt(entity, lambda: run.link_artifact(made, "wandb-registry-model/things"))
        attempt(f"{entity} unknown", lambda: made.link("wandb-registry-nothing/things"))
        attempt(f"{entity} legacy", lambda: made.link("model-registry/things"))
api = wandb.Api()
attempt("type", lambda: wandb.Api().artifact("vision/journey/thing:v0", type="model"))
attempt("project", lambda: api.runs("vision/absent")[0])
attempt("filter", lambda: list(api.runs("vision/journey", {"confg.rate": 3})))
with wandb.init(project="journey", entity="vision") as run:
    open("a.txt", "w").close()
    attempt("other type", lambda: run.log_artifact("a.txt", name="thing", type="model"))
attempt("into the former registry", lambda: wandb.init(project="model-registry", entity="vision"))
attempt("organization", lambda: wandb.init(project="x", entity="acme-robotics"))
print(json.dumps(told))
"""
KNOCK = """
import json, wandb
try:
    wandb.init(project="journey", entity="vision")
except Exception as error:
    print(json.dumps(str(error)))
"""


def test_registries_and_collections_are_made_filled_listed_edited_and_deleted(server: Server, sdk: Sdk) -> None:
    provision(server)
    seen = told(sdk(PROGRAM, key=KEY))
    assert seen["core"] == [["dataset", "organization", False], ["model", "organization", False]]
    assert seen["made"] == ["wandb-registry-Golden Data", "restricted", ["dataset"], "Acme Robotics", "acme-robotics"]
    assert seen["renamed"] == ["Golden", "hand-picked", ["dataset", "model"]]
    assert seen["old name"] == "Failed to load registry 'Golden Data' in organization 'Acme Robotics'."
    assert "already exists" in seen["taken"]
    assert seen["collections"] == [["numbers", "dataset"], ["weights", "model"]]
    assert seen["by name"] == ["weights"]
    assert [name for name, _ in seen["versions"]] == ["weights:v0", "numbers:v2", "numbers:v1", "numbers:v0"]
    assert seen["versions"][1][1] == ["is-2", "latest"]
    assert (seen["tagged"], seen["odd"]) == (["numbers:v1"], ["v1"])
    assert seen["collection"] == ["numerals", "counted", ["t2", "t3"], ["is-0", "is-1", "is-2", "latest"], False]
    assert seen["exists"] == seen["artifact exists"] == [True, False]
    assert (seen["types"], seen["project"]) == (["dataset", "model"], ["numbers"])
    assert seen["source"] == [["v2", 2], ["v1", 1], ["v0", 0]]
    assert seen["edited"] == ["v0", ["zero"], "through the link", "v0"]
    assert seen["seen"] == ["through the link", {"index": 0, "edited": True}, ["even"], ["numerals:v0"]]
    assert seen["after unlink"] == ["numerals:v1", "numerals:v0"]
    assert seen["aliased"].startswith("The version has the aliases latest; delete them first")
    assert seen["left"] == ["v2", "v0"]
    assert seen["gone"] == [False, False]
    assert (seen["series"], seen["projects"]) == ("a series", ["journey", "other"])
    assert seen["link_model"] == ["acme-robotics/wandb-registry-model/Old Faithful:v0", ["latest", "prod"]]
    former = "acme-robotics/wandb-registry-model/Old Faithful"
    assert seen["former path"] == [f"{former}:latest", f"{former}:v0"]
    assert seen["use_model"] == "m"
    assert seen["deleted twice"] is None, "a request that arrives again is no error"
    assert seen["registries"] == ["dataset", "model"]
    assert seen["viewer"] == ["mia", "vision", ["vision"]]


def test_refusals_reach_the_user_at_once_and_name_the_way_out(server: Server, sdk: Sdk) -> None:
    provision(server)
    seen = told(sdk(REFUSALS, key=KEY))
    assert "personal project 'mia/journey'" in seen["mia"]
    assert "wandb.init(entity='<your team>')" in seen["mia"]
    assert "accepts the types model, not 'dataset'" in seen["vision"]
    assert "no registry 'nothing'" in seen["vision unknown"]
    assert "accepts the types model, not 'dataset'" in seen["vision legacy"]
    assert "is a registry; log to a project" in seen["into the former registry"]
    assert "type" in seen["type"]
    assert "absent" in seen["project"]
    assert "Did you mean config?" in seen["filter"]
    assert "thing already exists with type 'dataset'" in seen["other type"]
    assert "owns registries only" in seen["organization"]
    started = time.monotonic()
    stranger = told(sdk(KNOCK, key="local-" + "x" * 40))
    outsider = told(sdk(KNOCK, key=KEYS["otto"]))
    assert time.monotonic() - started < 30  # refused at once, not after retries
    assert "API key is unknown, expired or revoked" in stranger
    assert "no entity 'vision', or you may not see it" in outsider
    assert "Traceback" not in server.log
