"""Editing and deleting artifacts, the series of the source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts import hooks
from artifacts.models import Artifact, Version, VersionAlias
from artifacts.services.values import check_description, check_room, check_tags, tag_rows
from common import names
from common.errors import ConflictError, InvalidInputError
from common.locking import lock
from events.services import record
from events.types import EventType
from projects.models import Project

MOST_KEPT = 1_000_000


def edit_artifact(
    *, actor: User, artifact: Artifact, name: str | None = None, description: str | None = None
) -> Artifact:
    """Rename an artifact or describe it; None leaves. Member of the project. Raises ConflictError for a taken name."""
    require(actor, Action.EDIT_VERSION, artifact.project)
    try:
        with transaction.atomic():
            lock(artifact, "name", "description")
            before = {"name": artifact.name, "description": artifact.description}
            if name is not None:
                artifact.name = names.collection_name(name, "artifact")
            if description is not None:
                artifact.description = check_description(description)
            after = {"name": artifact.name, "description": artifact.description}
            changed = [field for field in after if after[field] != before[field]]
            if not changed:
                return artifact
            artifact.updated_at = timezone.now()
            artifact.save(update_fields=[*changed, "updated_at"])
            was, now = ({field: values[field] for field in changed} for values in (before, after))
            _record(EventType.ARTIFACT_EDITED, actor, artifact, was, now)
    except IntegrityError as error:
        raise ConflictError(
            _("The project has another artifact named '%(name)s'; choose another name.") % {"name": name}
        ) from error
    return artifact


def keep_versions(*, actor: User, artifact: Artifact, keep_last: int | None) -> Artifact:
    """Keep the newest `keep_last` versions only, and those that are aliased, linked or kept for good; None keeps all.

    The housekeeping deletes the others from then on. Member of the project, who may delete them by hand, too. Raises
    InvalidInputError below 1 and beyond MOST_KEPT.
    """
    require(actor, Action.DELETE_VERSION, artifact.project)
    if keep_last is not None and not 1 <= keep_last <= MOST_KEPT:
        raise InvalidInputError(
            _("Keep between 1 and %(most_kept)s versions, or all of them.") % {"most_kept": f"{MOST_KEPT:,}"}
        )
    with transaction.atomic():
        lock(artifact, "keep_last")
        before = artifact.keep_last
        if keep_last == before:
            return artifact
        artifact.keep_last, artifact.updated_at = keep_last, timezone.now()
        artifact.save(update_fields=["keep_last", "updated_at"])
        _record(EventType.ARTIFACT_EDITED, actor, artifact, {"keep_last": before}, {"keep_last": keep_last})
    return artifact


def change_type(*, actor: User, artifact: Artifact, type: str) -> Artifact:
    """Give the series another type (F43); refused while registries link its versions, whose collections have the old one.

    Member of the project. Raises InvalidInputError for a type that cannot be, ConflictError for a linked one.
    """
    require(actor, Action.EDIT_VERSION, artifact.project)
    names.artifact_type(type)
    with transaction.atomic():
        lock(artifact, "type")
        before = {"type": artifact.type}
        if type == artifact.type:
            return artifact
        if artifact.versions.filter(links__isnull=False, links__deleted_at=None).exists():
            raise ConflictError(
                _("A registry links versions of this artifact, in a collection of its present type; unlink them first.")
            )
        artifact.type, artifact.updated_at = type, timezone.now()
        artifact.save(update_fields=["type", "updated_at"])
        _record(EventType.ARTIFACT_EDITED, actor, artifact, before, {"type": type})
    return artifact


def tag_artifact(*, actor: User, artifact: Artifact, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Artifact:
    """Add and remove tags of the series; what is there or gone already is no error. Member of the project."""
    require(actor, Action.TAG_VERSION, artifact.project)
    wanted, unwanted = check_tags(add), list(remove)
    with transaction.atomic():
        lock(artifact)
        present = set(artifact.tags.values_list("name", flat=True))
        check_room(present, wanted, unwanted)
        artifact.tags.remove(*artifact.tags.filter(name__in=unwanted))
        artifact.tags.add(*tag_rows(wanted))
        for tag in sorted(present & set(unwanted)):
            _record(EventType.TAG_REMOVED, actor, artifact, {"tag": tag}, None)
        for tag in sorted(set(wanted) - present):
            _record(EventType.TAG_ADDED, actor, artifact, None, {"tag": tag})
    return artifact


def delete_all(actor: User, project: Project) -> None:
    """Mark everything of a project as deleted, which is going itself. Raises ConflictError as `delete_artifact` does."""
    for artifact in Artifact.objects.filter(project=project, deleted_at=None).order_by("pk"):
        artifact.project = project
        delete_artifact(actor=actor, artifact=artifact)


def delete_artifact(*, actor: User, artifact: Artifact) -> None:
    """Mark the series and all its versions as deleted, with their links (F44, C13). A second time changes nothing.

    Member of the project. Raises ConflictError while a registry holds one by a protected alias.
    """
    require(actor, Action.DELETE_VERSION, artifact.project)
    now = timezone.now()
    with transaction.atomic():
        Artifact.objects.select_for_update().get(pk=artifact.pk)
        for settle in hooks.before_deletion:
            settle(actor, Version.objects.filter(artifact=artifact))
        if not Artifact.objects.filter(pk=artifact.pk, deleted_at=None).update(deleted_at=now, version_count=0):
            return
        VersionAlias.objects.filter(artifact=artifact).delete()
        Version.objects.filter(artifact=artifact, deleted_at=None).update(state=Version.State.DELETED, deleted_at=now)
        _record(EventType.ARTIFACT_DELETED, actor, artifact, {"name": artifact.name}, None)
    artifact.deleted_at = now


def _record(
    kind: EventType, actor: User, artifact: Artifact, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    record(actor=actor, type=kind, object=artifact, container=artifact.project, before=before, after=after)
