"""Project, Run, and what a run writes."""

from projects.models.history import HistoryChunk
from projects.models.projects import Project
from projects.models.runs import Run, RunFile

__all__ = ["HistoryChunk", "Project", "Run", "RunFile"]
