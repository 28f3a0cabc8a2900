"""The pictures of registries, in place of the drawings that their names make."""

from __future__ import annotations

from django.db import transaction

from access.models import User
from access.policy import require
from access.roles import Action
from common.locking import lock
from common.pictures import store
from events.services import record
from events.types import EventType
from registries.models import Registry


def set_icon(*, actor: User, registry: Registry, picture: bytes | None) -> None:
    """Make `picture`, as `common.pictures.render` gives it, the registry's; None goes back to the drawing, and may come again.

    Admin of the registry.
    """
    require(actor, Action.CHANGE_ICON, registry)
    storage = registry.icon.storage
    with transaction.atomic():
        lock(registry, "icon")
        old = registry.icon.name
        if not picture and not old:
            return
        new = store(storage, "icons", picture)
        Registry.objects.filter(pk=registry.pk).update(icon=new)
        record(
            actor=actor,
            type=EventType.REGISTRY_EDITED,
            object=registry,
            container=registry,
            before={"icon": _word(old)},
            after={"icon": _word(new)},
        )
        if old:
            transaction.on_commit(lambda: storage.delete(old))
    registry.icon = new


def _word(name: str | None) -> str:
    return "uploaded" if name else "drawn"
