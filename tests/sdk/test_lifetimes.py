"""`artifact.ttl` of the real SDK, on its real way (F133, F134)."""

from __future__ import annotations

from tests.sdk.team import KEY, Sdk, provision, told
from tests.servers import Server, manage

SCRIPT = """
import datetime, json, wandb
days = datetime.timedelta
told = {}
with wandb.init(project="keeping") as run:
    logged = {}
    for name, ttl in (("own", days(days=3)), ("never", None), ("silent", "inherit")):
        artifact = wandb.Artifact(name, type="model")
        with artifact.new_file("w") as file:
            file.write(name)
        if ttl != "inherit":
            artifact.ttl = ttl
        logged[name] = run.log_artifact(artifact).wait()
    told["logged"] = {name: str(version.ttl) for name, version in logged.items()}
    run.link_artifact(logged["own"], "wandb-registry-model/own")
api = wandb.Api()
own, never, silent = (api.artifact(f"vision/keeping/{name}:v0") for name in ("own", "never", "silent"))
told["linked"] = str(own.ttl)
own.ttl = days(days=5)
try:
    own.save()
except Exception as error:
    told["refused"] = str(error)
never.ttl = days(hours=36)
never.save()
told["set"] = str(api.artifact("vision/keeping/never:v0").ttl)
never.ttl = wandb.ArtifactTTL.INHERIT
never.save()
told["inherited"] = str(api.artifact("vision/keeping/never:v0").ttl)
print(json.dumps(told))
"""


def test_a_script_says_how_long_a_version_lives(server: Server, sdk: Sdk) -> None:
    provision(server)
    default = "from access.models import Team; Team.objects.update(default_ttl_seconds=864000)"
    assert manage(server.env, "shell", "--no-imports", "-c", default).returncode == 0

    seen = told(sdk(SCRIPT, key=KEY))

    assert seen["logged"] == {"own": "3 days, 0:00:00", "never": "None", "silent": "10 days, 0:00:00"}
    assert seen["linked"] == "None"
    assert "unlink it before setting a time to live" in seen["refused"]
    assert seen["set"] == "1 day, 12:00:00"
    assert seen["inherited"] == "10 days, 0:00:00"
