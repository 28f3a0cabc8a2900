"""API keys that a script makes and revokes."""

from __future__ import annotations

from typing import Any

from ariadne import MutationType
from graphql import GraphQLResolveInfo

from access.models import ApiKey
from access.services.keys import create_key, revoke_key
from common.errors import NotFoundError
from events.models import Event
from events.types import EventType
from sdk_api import ids
from sdk_api.context import context

mutation = MutationType()
BINDABLES = [mutation]


@mutation.field("generateApiKey")
def generate_key(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, ApiKey]:
    """A key that may do no more, and lives no longer, than the one that asks; each request makes one."""
    request = context(info)
    asking = request.key
    key, secret = create_key(
        actor=request.user,
        user=request.user,
        name=(input.get("description") or "").strip() or "made by a script",
        scope=asking.scope if asking else ApiKey.Scope.READ,
        expires_at=asking.expires_at if asking else None,
    )
    key.secret = secret  # type: ignore[attr-defined]  # told in this answer alone
    return {"api_key": key}


@mutation.field("deleteApiKey")
def delete_key(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, bool]:
    """One's own, or a service account's; once the asker has revoked it, that is so."""
    request, pk = context(info), ids.number(input["id"], "ApiKey")
    key = ApiKey.objects.select_related("user__service_of", "user__service_team__organization").filter(pk=pk).first()
    if key is not None:
        revoke_key(actor=request.user, key=key)
    elif not Event.objects.filter(
        object_type="apikey", object_id=pk, type=EventType.KEY_REVOKED, actor=request.user
    ).exists():
        raise NotFoundError("There is no such account or key, or you may not see it.")
    return {"success": True}
