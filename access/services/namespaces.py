"""Taking and freeing the names by which owners are addressed."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Namespace
from access.reserved import is_reserved
from common.errors import ConflictError, InvalidInputError, NotFoundError
from common.names import entity_name, fold

TAKEN = gettext_lazy("The name '%(name)s' is taken by a user, a team or an organization; choose another.")


def claim(name: str, kind: Namespace.Kind, what: str) -> Namespace:
    """The new namespace `name` of a `what` (user, team, organization).

    Raises InvalidInputError for a name that cannot stand in an address or is kept for the server, and ConflictError for
    one that is taken, in whatever case it is written.
    """
    _check(name, what)
    try:
        with transaction.atomic():
            return Namespace.objects.create(name=name, name_key=fold(name), kind=kind)
    except IntegrityError as error:
        raise ConflictError(TAKEN % {"name": name}) from error


def rename(namespace: Namespace, name: str, what: str) -> None:
    """Give the namespace of a `what` another name; raises as `claim` does."""
    _check(name, what)
    namespace.name, namespace.name_key = name, fold(name)
    try:
        with transaction.atomic():
            namespace.save(update_fields=["name", "name_key"])
    except IntegrityError as error:
        raise ConflictError(TAKEN % {"name": name}) from error


def _check(name: str, what: str) -> None:
    if is_reserved(entity_name(name, what)):
        raise InvalidInputError(
            _("The name '%(name)s' is kept for the server itself; choose another.") % {"name": name}
        )


def release(namespace: Namespace) -> str:
    """Make the name free again for others; the pseudonym that the row carries from now on."""
    namespace.name = namespace.name_key = f"deleted-{namespace.pk}"
    namespace.save(update_fields=["name", "name_key"])
    return namespace.name


def find(name: str) -> Namespace:
    """The namespace of that name, in whatever case. Raises NotFoundError."""
    found = Namespace.objects.select_related("organization", "team__organization").filter(name_key=fold(name)).first()
    if found is None:
        raise NotFoundError(_("There is no user, team or organization '%(name)s'.") % {"name": name})
    return found
