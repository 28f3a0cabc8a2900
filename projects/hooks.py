"""What upper layers want to know of runs; they enter themselves when their app is ready."""

from collections.abc import Callable

from projects.models import Run

after_history: list[Callable[[Run], None]] = []
"""Called after new history lines of a run are committed, and when it ends; harmless to call twice."""
