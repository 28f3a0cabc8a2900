"""Pictures of people."""

from __future__ import annotations

from access.models import User
from access.services.people import edit_user
from common.pictures import store


def set_avatar(*, actor: User, user: User, picture: bytes | None) -> None:
    """Make `picture`, as `render` gives it, the user's; None goes back to initials. Raises NotFoundError for another's."""
    storage, old = user.avatar.storage, user.avatar.name
    new = store(storage, "avatars", picture)
    edit_user(actor=actor, user=user, avatar=new)
    if old:
        storage.delete(old)
