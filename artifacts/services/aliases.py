"""Aliases of the source: a name points at one version, and moving it is one change and one event."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.models import Artifact, Version, VersionAlias
from artifacts.services.values import check_aliases, check_room
from common.errors import NotFoundError
from events.services import record
from events.types import EventType

LATEST = "latest"  # the server's own: always on the newest


def point(*, actor: User, version: Version, names: Iterable[str]) -> None:
    """Make each alias point at `version`, within the caller's transaction; one that does already stays untouched."""
    artifact, names = version.artifact, list(names)
    known = VersionAlias.objects.select_related("version").filter(
        Q(artifact=artifact, name__in=names) | Q(version=version)  # two indexes, whatever else the artifact has
    )
    present = {alias.name: alias for alias in known}
    held = {alias.name for alias in known if alias.version_id == version.pk}
    check_room(held - {LATEST}, {*names} - {LATEST}, what="aliases")
    for name in names:
        alias = present.get(name)
        if alias is not None and alias.version_id == version.pk:
            continue
        before = {"alias": name, "version": alias.version.label} if alias else None
        VersionAlias.objects.update_or_create(
            artifact=artifact, name=name, defaults={"version": version, "updated_at": timezone.now()}
        )
        record(
            actor=actor,
            type=EventType.ALIAS_MOVED if alias else EventType.ALIAS_ADDED,
            object=version,
            container=artifact.project,
            parent=artifact,
            before=before,
            after={"alias": name, "version": version.label},
        )


def add_aliases(*, actor: User, version: Version, names: Iterable[str]) -> None:
    """Give `version` those aliases, taking them from other versions of the artifact (F6). Member of the project."""
    require(actor, Action.MOVE_ALIAS, version.artifact.project)
    wanted = check_aliases(names)
    with transaction.atomic():
        Artifact.objects.select_for_update().get(pk=version.artifact_id)
        if not Version.objects.committed().filter(pk=version.pk).exists():
            raise NotFoundError(_("There is no such version, or you may not see it."))
        point(actor=actor, version=version, names=wanted)


def remove_aliases(*, actor: User, artifact: Artifact, names: Iterable[str]) -> None:
    """Take those aliases away; ones that are not there are no error. Member of the project."""
    require(actor, Action.MOVE_ALIAS, artifact.project)
    with transaction.atomic():
        Artifact.objects.select_for_update().get(pk=artifact.pk)
        for alias in artifact.aliases.select_related("version").filter(name__in=list(names)):
            record(
                actor=actor,
                type=EventType.ALIAS_REMOVED,
                object=alias.version,
                container=artifact.project,
                parent=artifact,
                before={"alias": alias.name, "version": alias.version.label},
            )
            alias.delete()
