"""Every method of projects, and what is not served, by mia; after `runs.py` ran."""

import wandb
from steps import after, step, tell

PROJECT = "vision/logs"
api = wandb.Api()
step("Api.projects works", lambda: "logs" in [found.name for found in api.projects("vision")])
step("Projects.length works", lambda: api.projects("vision").length, None)
step(
    "Projects.more works",
    lambda: (
        after(lambda: next(listed), lambda: listed.more)
        if (listed := wandb.Api().projects("vision", per_page=1))
        else None
    ),
)
step("Projects.cursor works", lambda: bool(api.projects("vision").cursor))
step(
    "Api.create_project works",
    lambda: after(lambda: api.create_project("new", "vision"), lambda: api.project("new", "vision").name),
    "new",
)
step("Api.create_project absent", lambda: api.create_project("new", "nobody"), raises="no entity 'nobody'")
project = api.project("logs", "vision")
step("Api.project works", lambda: project.name, "logs")
step("Api.project absent", lambda: api.project("nothing", "vision").id, raises="not found")
step("Project.id works", lambda: bool(project.id))
step("Project.owner works", lambda: project.owner.username, "mia")
step("Project.path works", lambda: project.path, ["vision", "logs"])
step("Project.url works", lambda: "/vision/logs" in project.url)
step("Project.to_html works", lambda: "iframe" in project.to_html())
step(
    "Project.artifacts_types works",
    lambda: sorted(kind.name for kind in project.artifacts_types()),
    ["code", "run_table"],
)
step(
    "Project.collections works",
    lambda: sorted(found.name for found in project.collections()),
    ["code", "run-one-table"],
)
step("ProjectArtifactCollections.more works", lambda: project.collections().more is not False)
step("ProjectArtifactCollections.cursor works", lambda: project.collections().cursor, None)
step("Project.sweeps refused", lambda: list(project.sweeps()), raises="Sweeps are not served here")
step(
    "Api.from_path works",
    lambda: [type(api.from_path(path)).__name__ for path in (PROJECT, f"{PROJECT}/one")],
    ["Project", "Run"],
)
step("Api.sweep refused", lambda: api.sweep(f"{PROJECT}/abc"), raises="Sweeps are not served here")
step(
    "sweep refused",
    lambda: wandb.sweep({"method": "random", "parameters": {"a": {"values": [1]}}}, project="logs"),
    raises="Sweeps are not served",
)
step(
    "agent refused", lambda: wandb.agent("abc", function=print, count=1, project="logs"), raises="Sweeps are not served"
)
step("Api.reports refused", lambda: list(api.reports(PROJECT)), raises="Reports are not served here")
step(
    "Api.create_custom_chart refused",
    lambda: api.create_custom_chart("vision", "n", "N", "vega2", "private", {}),
    raises="Reports are not served",
)
step("Api.job absent", lambda: api.job(f"{PROJECT}/job-x:latest"), raises="not found")
step("Api.list_jobs works", lambda: api.list_jobs("vision", "logs"), [])
step("Api.run_queue refused", lambda: api.run_queue("vision", "q").id, raises="Launch is not served here")
step("Api.flush works", api.flush, None)
step("Api.default_entity works", lambda: api.default_entity, "vision")
step("Api.user_agent works", lambda: "Public Client" in api.user_agent)
tell()
