"""Finding versions and the way by which their bytes may be read."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from access.models import Container
from access.roles import MINIMUM, Action
from artifacts.models import Artifact, ManifestEntry, Version
from common.errors import NotFoundError

LABEL = re.compile(r"v(\d{1,9})\Z")
NAMESAKES = 100


def with_alias(name: str, home: str) -> Q:
    """The row of a series, its `artifact` or `collection`, that has the alias.

    The series is said of the alias too: a database then begins with the alias, of which it has one, and not with all rows.
    """
    return Q(**{"aliases__name": name, f"aliases__{home}": F(home)})


def named_by(reference: str, home: str) -> Q:
    """The row of a series, its `artifact` or `collection`, that `reference` names: a number, as `v3`, or an alias."""
    label = LABEL.match(reference)
    return Q(index=int(label[1])) if label else with_alias(reference, home)


def find_version(artifact: Artifact, reference: str) -> Version | None:
    """The committed version that `reference` (`v3`, or an alias) names in its artifact."""
    return Version.objects.committed().filter(named_by(reference, "artifact"), artifact=artifact).first()


def get_version(user: Any, pk: int) -> Version:
    """The visible version of that id; an identical log that was folded into another answers as that other (C30).

    Raises NotFoundError.
    """
    return _get(user, [pk])


def get_version_by_client(user: Any, client_id: str) -> Version:
    """The visible version that a client named by itself before it was logged, whoever else took the same name.

    Raises NotFoundError.
    """
    named = Version.objects.filter(client_id=client_id).exclude(client_id="")
    return _get(user, list(named.values_list("pk", flat=True)[:NAMESAKES]))


def _get(user: Any, keys: list[int]) -> Version:
    folded = Version.objects.filter(duplicates__in=keys).values_list("pk", flat=True)
    visible = Version.objects.visible_to(user).select_related("artifact__project__namespace")
    version = visible.filter(pk__in=[*folded, *keys]).first()
    if version is None:
        raise NotFoundError(_("There is no such version, or you may not see it."))
    return version


def find_entry(version: Version, path: str) -> ManifestEntry:
    """The file at that exact path, which is a key and never a place on a disk. Raises NotFoundError."""
    entry = None if "\0" in path else version.entries.select_related("blob").filter(path=path).first()
    if entry is None:
        raise NotFoundError(_("This version has no such file."))
    return entry


def containers_of(version: Version) -> Any:
    """The containers by which `version` may be reached: its project, and the registries that link it."""
    linked = Q(registry__collections__links__version=version, registry__collections__links__deleted_at=None)
    alive = linked & Q(registry__collections__deleted_at=None)
    return Container.objects.filter(
        Q(pk=version.artifact.project_id) | Q(pk__in=Container.objects.filter(alive).values("pk"))
    )


def readable_through(user: Any, version: Version) -> Container | None:
    """The container in which `user` has the highest role that allows downloading `version`; None when none does (F30)."""
    level = MINIMUM[Action.DOWNLOAD_FILE]
    containers = containers_of(version).visible_to(user, level).with_role(user)
    found: Container | None = containers.order_by("-role_level", "pk").first()
    return found
