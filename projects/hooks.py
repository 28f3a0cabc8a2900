"""What upper layers want to know of runs and projects; they enter themselves when their app is ready."""

from collections.abc import Callable

from access.models import User
from projects.models import Project, Run

after_history: list[Callable[[Run], None]] = []
"""Called after new history lines of a run are committed, and when it ends; harmless to call twice."""

before_deletion: list[Callable[[User, Project], None]] = []
"""Called in the transaction that deletes a project, before it does; an error refuses the deletion."""

with_outputs: list[Callable[[User, Run], None]] = []
"""Called in the transaction that deletes a run together with what it logged; an error refuses the deletion."""
