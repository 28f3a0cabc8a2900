"""Project, Run, and what a run writes."""

from projects.models.former_names import FormerProjectName
from projects.models.history import HistoryChunk
from projects.models.projects import Project
from projects.models.runs import Run, RunFile

__all__ = ["FormerProjectName", "HistoryChunk", "Project", "Run", "RunFile"]
