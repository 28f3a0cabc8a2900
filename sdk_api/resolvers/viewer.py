"""Who asks, and people as others see them."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType
from graphql import GraphQLResolveInfo

from access.models import ApiKey, Organization, User
from sdk_api.connections import Connection, whole
from sdk_api.context import context
from sdk_api.ids import encode

query = QueryType()
person = ObjectType("User")
key = ObjectType("ApiKey")
BINDABLES = [query, person, key]


@query.field("viewer")
def resolve_viewer(_: Any, info: GraphQLResolveInfo) -> User:
    """The owner of the API key."""
    return context(info).user


def _is_self(user: User, info: GraphQLResolveInfo) -> bool:
    return user.pk == context(info).user.pk


@person.field("id")
def resolve_id(user: User, info: GraphQLResolveInfo) -> str:
    """`User:<number>`."""
    return encode("User", user.pk)


@person.field("name")
def resolve_name(user: User, info: GraphQLResolveInfo) -> str:
    """The name that pages show."""
    return user.display_name


@person.field("email")
def resolve_email(user: User, info: GraphQLResolveInfo) -> str | None:
    """One's own only."""
    return user.email if _is_self(user, info) else None


@person.field("admin")
def resolve_admin(user: User, info: GraphQLResolveInfo) -> bool:
    """Whether this is the instance's operator."""
    return user.is_superuser


@person.field("entity")
def resolve_entity(user: User, info: GraphQLResolveInfo) -> str | None:
    """One's own default entity, where work goes that names none (C31)."""
    home = context(info).user.home if _is_self(user, info) else None
    return home.name if home else None


@person.field("teams")
def resolve_teams(user: User, info: GraphQLResolveInfo) -> Connection | None:
    """One's own teams."""
    return whole(context(info).own_teams) if _is_self(user, info) else None


@person.field("apiKeys")
def resolve_api_keys(user: User, info: GraphQLResolveInfo) -> Connection | None:
    """One's own keys, without their secrets."""
    return whole(context(info).own_keys) if _is_self(user, info) else None


@person.field("organizations")
def resolve_organizations(user: User, info: GraphQLResolveInfo) -> list[Organization] | None:
    """Exactly those that one belongs to oneself."""
    return context(info).own_organizations if _is_self(user, info) else None


@key.field("id")
def resolve_key_id(api_key: ApiKey, info: GraphQLResolveInfo) -> str:
    """`ApiKey:<number>`."""
    return encode("ApiKey", api_key.pk)


@key.field("name")
def resolve_key_name(api_key: ApiKey, info: GraphQLResolveInfo) -> str:
    """The last characters of the secret."""
    return f"…{api_key.hint}"


@key.field("description")
def resolve_key_description(api_key: ApiKey, info: GraphQLResolveInfo) -> str:
    """What its owner called it."""
    return api_key.name
