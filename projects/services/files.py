"""Files of runs after they were announced: confirmed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from access.models import User
from access.policy import require
from access.roles import Action
from common.batches import keys_of
from projects.models import Run, RunFile
from storage.models import Upload

PURGED_AT_ONCE = 500


def confirm_files(*, actor: User, run: Run, names: Sequence[str]) -> bool:
    """Note that files have arrived; whether all of `names` have. Raises NotFoundError, ForbiddenError below Member."""
    require(actor, Action.WRITE_RUN, run.project)
    arrived = run.files.filter(name__in=names, upload__blob__isnull=False)
    return arrived.update(updated_at=timezone.now()) == len(set(names))


def files_of_deleted_runs(deleted_before: datetime) -> QuerySet[RunFile]:
    """What runs that were deleted before that moment, alone or with their project, left in the store."""
    return RunFile.objects.filter(
        Q(run__in=Run.objects.filter(deleted_at__lt=deleted_before).values("pk"))
        | Q(run__in=Run.objects.filter(project__deleted_at__lt=deleted_before).values("pk"))
    )


def purge_run_files(*, deleted_before: datetime) -> int:
    """Give up the `files_of_deleted_runs`. For operators and the server itself: it asks nobody's leave. How many."""
    purged = 0
    for keys in keys_of(files_of_deleted_runs(deleted_before), PURGED_AT_ONCE):
        with transaction.atomic():
            uploads = list(RunFile.objects.filter(pk__in=keys).values_list("upload", flat=True))
            purged += RunFile.objects.filter(pk__in=keys).delete()[0]
            Upload.objects.filter(pk__in=uploads).delete()
    return purged


def delete_files(*, actor: User, files: Sequence[RunFile]) -> None:
    """Delete files of runs whose projects are at hand: all, or on NotFoundError, ForbiddenError (below Member) none."""
    for project in {file.run.project_id: file.run.project for file in files}.values():
        require(actor, Action.WRITE_RUN, project)
    with transaction.atomic():
        RunFile.objects.filter(pk__in=[file.pk for file in files]).delete()
        Upload.objects.filter(pk__in=[file.upload_id for file in files]).delete()
