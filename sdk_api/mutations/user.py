"""Accounts that admins and the operator make."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from ariadne import MutationType
from django.db import transaction
from graphql import GraphQLResolveInfo

from access.models import Namespace, Organization, User
from access.policy import require_operator
from access.reserved import is_reserved
from access.services import people
from common.errors import ConflictError
from common.names import email_address, fold
from sdk_api.again import find_or_make
from sdk_api.context import context
from sdk_api.owners import get_administered

mutation = MutationType()
BINDABLES = [mutation]


@mutation.field("createUser")
def create_user(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, User]:
    """A member of the organization that the asker administers; the operator's belong to none, and may be operators."""
    request, as_operator = context(info), bool(input.get("admin"))
    if as_operator:
        require_operator(request.user)
    organization = None if request.user.is_superuser else get_administered(request)
    email = email_address(input["email"])
    user = find_or_make(
        lambda: _find(email, organization, as_operator=as_operator),
        lambda: _make(request.user, email, organization, as_operator=as_operator),
    )
    request.told.add(user.pk)
    return {"user": user}


def _find(email: str, organization: Organization | None, *, as_operator: bool) -> User | None:
    """The account that an earlier request made. Raises ConflictError where the address is another's."""
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and not _is_what_was_asked_for(user, organization, as_operator=as_operator):
        raise ConflictError(f"The address {email} belongs to another account; invite it instead of making one.")
    return user


def _make(actor: User, email: str, organization: Organization | None, *, as_operator: bool) -> User:
    with transaction.atomic():
        given: dict[str, Any] = {"actor": actor, "username": _free_username(email), "email": email}
        if organization is None:
            return people.create_user(**given, is_operator=as_operator)
        return people.create_member(**given, organization=organization)


def _is_what_was_asked_for(user: User, organization: Organization | None, *, as_operator: bool) -> bool:
    """Whether an account that is there is the one that an earlier request made."""
    if organization is None:
        return user.is_superuser == as_operator
    return user.organization_memberships.filter(organization=organization).exists()


def _free_username(email: str) -> str:
    """What stands before the @, with a number where that is taken."""
    base = re.sub(r"[^-_.A-Za-z0-9]+", "-", email.partition("@")[0].lower())[:100].strip("-_.") or "user"
    taken = set(Namespace.objects.filter(name_key__startswith=fold(base)).values_list("name_key", flat=True))
    candidates = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(name for name in candidates if fold(name) not in taken and not is_reserved(name))
