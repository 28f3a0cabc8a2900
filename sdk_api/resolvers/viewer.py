"""Who asks, people whom one looks up, and people as others see them."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType
from django.db.models import Q
from graphql import GraphQLResolveInfo

from access.models import ApiKey, Organization, Team, User
from sdk_api.connections import Connection, whole
from sdk_api.context import Context, context
from sdk_api.ids import encode

query = QueryType()
person = ObjectType("User")
key = ObjectType("ApiKey")
BINDABLES = [query, person, key]


@query.field("viewer")
def resolve_viewer(_: Any, info: GraphQLResolveInfo) -> User:
    """The owner of the API key."""
    return context(info).user


@query.field("users")
def resolve_users(_: Any, info: GraphQLResolveInfo, query: str | None = None) -> Connection:
    """Those of exactly that user name or address: the client takes the first one, and may give it a role."""
    request, text = context(info), (query or "").strip()
    if not text:
        return whole([])
    named = Q(username__iexact=text) | Q(email__iexact=text)
    found = list(User.objects.visible_to(request.user).filter(named, deleted_at=None).order_by("pk")[:10])
    request.told.update(user.pk for user in found if _administers(request, user))
    return whole(found)


def _administers(request: Context, user: User) -> bool:
    if user.service_team_id and request.user.team_memberships.filter(team=user.service_team_id, role="admin").exists():
        return True
    rows = user.organization_memberships.values_list("organization", flat=True)
    return any(request.administers(pk) for pk in [user.service_of_id, *rows])


def _is_told(user: User, info: GraphQLResolveInfo) -> bool:
    return _is_self(user, info) or user.pk in context(info).told


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
    """One's own, and of people whom one administers and looked up."""
    return user.email if _is_told(user, info) else None


@person.field("admin")
def resolve_admin(user: User, info: GraphQLResolveInfo) -> bool:
    """Whether this is the instance's operator."""
    return user.is_superuser


@person.field("flags")
def resolve_flags(user: User, info: GraphQLResolveInfo) -> str:
    """No switch of an account is ever set; releases before 0.19 read the text without asking whether there is one."""
    return "{}"


@person.field("entity")
def resolve_entity(user: User, info: GraphQLResolveInfo) -> str | None:
    """One's own default entity, where work goes that names none (C31)."""
    home = context(info).user.home if _is_self(user, info) else None
    return home.name if home else None


@person.field("teams")
def resolve_teams(user: User, info: GraphQLResolveInfo) -> Connection | None:
    """One's own, and those that one may see of people whom one administers and looked up."""
    request = context(info)
    if _is_self(user, info):
        return whole(request.own_teams)
    if not _is_told(user, info):
        return None
    teams = Team.objects.visible_to(request.user).filter(memberships__user=user)
    return whole([team.namespace for team in teams.select_related("namespace").order_by("pk")])


@person.field("apiKeys")
def resolve_api_keys(user: User, info: GraphQLResolveInfo) -> Connection | None:
    """One's own keys, and those of a service account that one administers and looked up; without their secrets."""
    if _is_self(user, info):
        return whole(context(info).own_keys)
    return whole(list(user.api_keys.all())) if user.is_service and _is_told(user, info) else None


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
    """The last characters of the secret; all of it when the key was just made."""
    return getattr(api_key, "secret", "") or f"…{api_key.hint}"


@key.field("description")
def resolve_key_description(api_key: ApiKey, info: GraphQLResolveInfo) -> str:
    """What its owner called it."""
    return api_key.name
