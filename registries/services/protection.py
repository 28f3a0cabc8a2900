"""Protected aliases (F57): defined by admins of the registry; a link that carries one is theirs to move, unlink and delete."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import User
from access.policy import require
from access.roles import Action
from artifacts.models import Version
from artifacts.services.aliases import LATEST
from common import names
from common.errors import ConflictError, InvalidInputError
from events.services import record
from events.types import EventType
from registries.models import Link, ProtectedAlias, Registry

MOST = 100


def protect_alias(*, actor: User, registry: Registry, name: str) -> ProtectedAlias:
    """From now on only admins of the registry give, move and take away the alias `name`. Again changes nothing.

    Raises NotFoundError and ForbiddenError for all but those admins, InvalidInputError for a name that is no alias and
    for `latest`, which moves by itself.
    """
    require(actor, Action.DEFINE_PROTECTED_ALIAS, registry)
    if names.alias(name) == LATEST:
        raise InvalidInputError(
            _("'%(latest)s' moves by itself with each link, so it cannot be protected.") % {"latest": LATEST}
        )
    with transaction.atomic():
        if registry.protected_aliases.count() >= MOST:
            raise ConflictError(_("A registry has at most %(most)s protected aliases.") % {"most": MOST})
        row, made = ProtectedAlias.objects.get_or_create(registry=registry, name=name, defaults={"created_by": actor})
        if made:
            _record(EventType.ALIAS_PROTECTED, actor, registry, name)
    return row


def unprotect_alias(*, actor: User, registry: Registry, name: str) -> None:
    """Let every member move the alias again. Again changes nothing; raises as `protect_alias` does."""
    require(actor, Action.DEFINE_PROTECTED_ALIAS, registry)
    with transaction.atomic():
        if registry.protected_aliases.filter(name=name).delete()[0]:
            _record(EventType.ALIAS_UNPROTECTED, actor, registry, name)


def require_aliases(actor: User, registry: Registry, wanted: Iterable[str]) -> None:
    """Refuse whoever may not move aliases, and all but admins where one of them is protected. Raises ForbiddenError."""
    require(actor, Action.MOVE_ALIAS, registry)
    if registry.protected_aliases.filter(name__in=list(wanted)).exists():
        require(actor, Action.MOVE_PROTECTED_ALIAS, registry)


def require_links(actor: User, registry: Registry, action: Action, **links: object) -> None:
    """Refuse whoever may not do `action` in the registry, and all but admins where one of `links` carries a protected alias."""
    require(actor, action, registry)
    if Link.objects.protected().filter(**links).exists():
        require(actor, Action.MOVE_PROTECTED_ALIAS, registry)


def require_unprotected(actor: User | None, versions: Iterable[Version]) -> None:
    """Refuse everybody to delete a source that a registry holds by a protected alias (C13). Raises ConflictError."""
    held = Link.objects.protected().filter(version__in=versions)
    if not held.exists():
        return
    seen = held.visible_to(actor).select_related("collection__registry").first() if actor else None
    where = f"'{seen.collection.registry.name}/{seen}'" if seen else _("A link of it in a registry")
    told = _(
        "%(link)s carries a protected alias; an admin of that registry must take the alias away before the source can go."
    )
    raise ConflictError(told % {"link": where})


def _record(kind: EventType, actor: User, registry: Registry, name: str) -> None:
    record(actor=actor, type=kind, object=registry, container=registry, after={"alias": name})
