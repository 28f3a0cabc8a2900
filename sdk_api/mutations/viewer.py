"""What people change about themselves."""

from __future__ import annotations

from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from access.models import User
from access.services import people
from common.errors import NotFoundError
from sdk_api.context import context
from sdk_api.lookup import find_namespace

mutation = MutationType()
BINDABLES = [mutation]


@mutation.field("updateUser")
def update_user(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, User]:
    """Set one's own default entity."""
    request = context(info)
    if name := input.get("default_entity"):
        namespace = find_namespace(request, name)
        if namespace is None:
            raise NotFoundError(f"There is no entity '{name}', or you may not see it.")
        people.set_default_namespace(actor=request.user, user=request.user, namespace=namespace)
    return {"user": request.user}
