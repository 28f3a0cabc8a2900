"""What a run logged, deleted together with it."""

from __future__ import annotations

from access.models import User
from artifacts.models import Version
from artifacts.services.versions import delete_version
from projects.models import Run


def delete_outputs(actor: User, run: Run) -> None:
    """Delete the versions that `run` logged, with their aliases and links (F132). A second time changes nothing.

    Member of the project. Raises ConflictError while a registry holds one by a protected alias (C13).
    """
    versions = Version.objects.committed().filter(produced_by=run).select_related("artifact__project")
    for version in versions.order_by("pk"):
        delete_version(actor=actor, version=version, delete_aliases=True)
