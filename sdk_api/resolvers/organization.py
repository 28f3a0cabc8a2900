"""Organizations."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType
from django.db.models import Q
from graphql import GraphQLResolveInfo

from access.models import Namespace, Organization
from common.names import fold
from sdk_api.context import context
from sdk_api.ids import encode

query = QueryType()
organization = ObjectType("Organization")
BINDABLES = [query, organization]


@query.field("organization")
def resolve_organization(_: Any, info: GraphQLResolveInfo, name: str | None = None) -> Organization | None:
    """By its name, or by the name of its entity."""
    key = fold(name or "")
    mine = Organization.objects.visible_to(context(info).user).select_related("namespace")
    return mine.filter(Q(name_key=key) | Q(namespace__name_key=key)).order_by("pk").first()


@organization.field("id")
def resolve_id(row: Organization, info: GraphQLResolveInfo) -> str:
    """`Organization:<number>`."""
    return encode("Organization", row.pk)


@organization.field("orgEntity")
def resolve_entity(row: Organization, info: GraphQLResolveInfo) -> Namespace:
    """The entity that owns its registries."""
    return row.namespace


@organization.field("advancedRegistryFeatures")
def resolve_features(row: Organization, info: GraphQLResolveInfo) -> dict[str, bool]:
    """Versions of registries are filtered and ordered by all that the newest client knows (F65)."""
    return {"advanced_search": True}


@organization.field("featureFlags")
def resolve_flags(row: Organization, info: GraphQLResolveInfo, ramp_idtype: str | None = None) -> list[dict[str, Any]]:
    """No flag is ever switched: what the client asks about is on when absent, or not served."""
    return []
