"""Bringing deleted versions back, as long as their files are kept (F131)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.lifetimes import FOR_GOOD
from artifacts.models import Artifact, Version, VersionAlias
from artifacts.services.aliases import LATEST, point
from common.errors import ConflictError, NotFoundError
from events.models import Event
from events.services import record
from events.types import EventType


def kept_since() -> datetime:
    """What was deleted later than that can be restored."""
    return timezone.now() - timedelta(days=settings.RESTORE_DAYS)


def restore_version(*, actor: User, version: Version) -> Version:
    """Bring a deleted version back with its number, files and those of its aliases that are free; its links do not come.

    From then on it is kept for good, or the same rule would take it again. Its artifact comes back with it. Member of the
    project. A second time changes nothing. Raises NotFoundError when its files are gone, ConflictError when the
    artifact was deleted and another one has its name.
    """
    require(actor, Action.DELETE_VERSION, version.artifact.project)
    project = version.artifact.project
    try:
        with transaction.atomic():
            artifact = Artifact.objects.select_for_update().get(pk=version.artifact_id)
            if Version.objects.committed().filter(pk=version.pk).exists():
                return version
            locked = Version.objects.select_for_update(of=("self",)).restorable(kept_since()).filter(pk=version.pk)
            if locked.only("pk").first() is None:
                raise NotFoundError(_("There is no such deleted version, or its files are gone."))
            now = timezone.now()
            Version.objects.filter(pk=version.pk).update(
                state=Version.State.COMMITTED, deleted_at=None, ttl_seconds=FOR_GOOD, updated_at=now
            )
            Artifact.objects.filter(pk=artifact.pk).update(
                deleted_at=None, version_count=F("version_count") + 1, updated_at=now
            )
            version.refresh_from_db()
            version.artifact.project = project
            aliases = _free_aliases(version)
            record(
                actor=actor,
                type=EventType.VERSION_RESTORED,
                object=version,
                container=project,
                parent=artifact,
                after={"version": version.label, "artifact": artifact.name, "aliases": aliases},
            )
            point(actor=actor, version=version, names=aliases)
    except IntegrityError as error:
        raise ConflictError(
            _("The project has another artifact named '%(artifact)s' now; rename that one first.")
            % {"artifact": version.artifact.name}
        ) from error
    return version


def _free_aliases(version: Version) -> list[str]:
    """Those it had when it was deleted that nothing bears now; and `latest` where nothing does and it is the newest."""
    deletion = Event.objects.filter(object_type="version", object_id=version.pk, type=EventType.VERSION_DELETED).first()
    had = [name for name in ((deletion and deletion.before) or {}).get("aliases") or [] if isinstance(name, str)]
    newest = Version.objects.committed().filter(artifact=version.artifact_id).order_by("-index").first()
    if newest == version and LATEST not in had:
        had.append(LATEST)
    taken = VersionAlias.objects.filter(artifact=version.artifact_id, name__in=had).values_list("name", flat=True)
    return [name for name in had if name not in set(taken) and (name != LATEST or newest == version)]
