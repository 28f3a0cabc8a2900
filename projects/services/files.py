"""Files of runs after they were announced: confirmed and deleted."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from access.models import User
from access.policy import require
from access.roles import Action
from projects.models import Run, RunFile
from storage.models import Upload


def confirm_files(*, actor: User, run: Run, names: Sequence[str]) -> bool:
    """Note that files have arrived; whether all of `names` have. Raises NotFoundError, ForbiddenError below Member."""
    require(actor, Action.WRITE_RUN, run.project)
    arrived = run.files.filter(name__in=names, upload__blob__isnull=False)
    return arrived.update(updated_at=timezone.now()) == len(set(names))


def delete_files(*, actor: User, files: Sequence[RunFile]) -> None:
    """Delete files of runs whose projects are at hand: all, or on NotFoundError, ForbiddenError (below Member) none."""
    for project in {file.run.project_id: file.run.project for file in files}.values():
        require(actor, Action.WRITE_RUN, project)
    with transaction.atomic():
        RunFile.objects.filter(pk__in=[file.pk for file in files]).delete()
        Upload.objects.filter(pk__in=[file.upload_id for file in files]).delete()
