"""Who the key belongs to."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from rest_api.door import KeyRequest
from rest_api.routing import Router

router = Router(tags=["Me"])
MOST = 100


class KeyFacts(BaseModel):
    """The key that the request came with."""

    name: str
    scope: str
    expires_at: datetime | None


class Belonging(BaseModel):
    """An organization one belongs to, and as what."""

    name: str
    role: str


class Me(BaseModel):
    """An account, its first 100 organizations, and where its work goes when no entity is named."""

    username: str
    full_name: str
    email: str
    is_service: bool
    default_entity: str | None
    organizations: list[Belonging]
    key: KeyFacts


@router.read("/me", shows=Me)
def get_me(request: KeyRequest) -> Me:
    """The account and the key that are asking."""
    user, key = request.user, request.api_key
    memberships = user.organization_memberships.filter(organization__deleted_at=None).select_related("organization")
    return Me(
        username=user.username,
        full_name=user.full_name,
        email=user.email,
        is_service=user.is_service,
        default_entity=user.home.name if user.home else None,
        organizations=[
            Belonging(name=row.organization.name, role=row.role)
            for row in memberships.order_by("organization__name_key")[:MOST]
        ],
        key=KeyFacts(name=key.name, scope=key.scope, expires_at=key.expires_at),
    )
