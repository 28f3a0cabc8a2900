"""Pictures of people."""

from __future__ import annotations

from django.db import transaction

from access.models import User
from access.services.people import edit_user
from common.locking import lock
from common.pictures import store


def set_avatar(*, actor: User, user: User, picture: bytes | None) -> None:
    """Make `picture`, as `render` gives it, the user's; None goes back to initials. Raises NotFoundError for another's."""
    storage = user.avatar.storage
    with transaction.atomic():
        lock(user, "avatar")
        old = user.avatar.name
        edit_user(actor=actor, user=user, avatar=store(storage, "avatars", picture))
        if old:
            transaction.on_commit(lambda: storage.delete(old))
