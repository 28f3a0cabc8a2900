"""Service accounts of an organization, and their keys."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import models, transaction
from django.utils import timezone
from ninja import Query
from pydantic import AwareDatetime, BaseModel, Field

from access.models import ApiKey, Organization, TeamMembership, User
from access.policy import organization_role
from access.services import keys, service_accounts
from common.errors import ConflictError, InvalidInputError, NotFoundError
from common.locking import lock
from projects.queries import find_organization
from rest_api.door import KeyRequest, Scope
from rest_api.finding import find_team
from rest_api.routing import Router
from rest_api.schemas import Body, Id, Page, Paging, page_of

router = Router(tags=["Service accounts"])
ACCOUNTS = "/organizations/{organization}/service-accounts"
ACCOUNT = f"{ACCOUNTS}/{{username}}"


class AccountOut(BaseModel):
    """A program that signs in by key alone; `team` is where its work goes, if it is a team's."""

    username: str
    name: str
    team: str | None
    created_at: datetime


class AccountIn(Body):
    """A new service account, of the organization or of one of its teams."""

    name: str = Field(max_length=128)
    team: str | None = Field(None, max_length=128)


class KeyOut(BaseModel):
    """A key; `hint` is how its secret ends."""

    id: int
    name: str
    hint: str
    scope: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class NewKey(KeyOut):
    """With the secret, which is not shown again."""

    secret: str


class KeyIn(Body):
    """A new key; without `expires_at` it lives until it is revoked."""

    name: str = Field(max_length=128)
    scope: Literal["read", "write", "admin"] = "write"
    expires_at: AwareDatetime | None = None


def _shown(row: User) -> AccountOut:
    team = row.service_team.name if row.service_team else None
    return AccountOut(username=row.username, name=row.full_name, team=team, created_at=row.created_at)


def _key(row: ApiKey) -> KeyOut:
    return KeyOut.model_validate(
        {"id": row.pk} | {name: getattr(row, name) for name in KeyOut.model_fields if name != "id"}
    )


@router.read(ACCOUNTS, shows=Page[AccountOut])
def list_service_accounts(request: KeyRequest, organization: str, paging: Query[Paging]) -> Page[AccountOut]:
    """The service accounts that one administers: all of the organization's, or those of one's teams."""
    rows = _administered(request.user, find_organization(request.user, organization))
    return page_of(rows, paging, ("-pk",), _shown)


@router.create(ACCOUNTS, shows=AccountOut, scope=Scope.ADMIN)
def create_service_account(request: KeyRequest, organization: str, body: AccountIn) -> AccountOut:
    """Make a service account. Admins of the organization, or of the team for the team's."""
    found = find_organization(request.user, organization)
    team = find_team(request.user, found, body.team) if body.team else None
    with transaction.atomic():
        lock(found)
        twin = _administered(request.user, found).filter(full_name=body.name.strip(), service_team=team).first()
        if twin is not None:
            raise ConflictError(f"There is a service account '{body.name}' there already: {twin.username}.")
        account = service_accounts.create_service_account(
            actor=request.user, organization=found, name=body.name, team=team
        )
    return _shown(account)


@router.remove(ACCOUNT, scope=Scope.ADMIN)
def delete_service_account(request: KeyRequest, organization: str, username: str) -> None:
    """End a service account with its keys and roles. Those who administer it."""
    service_accounts.delete_service_account(actor=request.user, account=_find(request, organization, username))


@router.read(f"{ACCOUNT}/keys", shows=Page[KeyOut])
def list_keys(request: KeyRequest, organization: str, username: str, paging: Query[Paging]) -> Page[KeyOut]:
    """The keys of a service account, newest first. Those who administer it."""
    account = _find(request, organization, username)
    service_accounts.require_administration(request.user, account)
    return page_of(account.api_keys.all(), paging, ("-pk",), _key)


@router.create(f"{ACCOUNT}/keys", shows=NewKey, scope=Scope.ADMIN)
def create_key(request: KeyRequest, organization: str, username: str, body: KeyIn) -> NewKey:
    """Make a key of a service account. Those who administer it."""
    account = _find(request, organization, username)
    service_accounts.require_administration(request.user, account)
    if body.expires_at and body.expires_at <= timezone.now():
        raise InvalidInputError("The key would have expired already; give a time to come as expires_at.")
    with transaction.atomic():
        lock(account)
        if account.api_keys.filter(name=body.name.strip()).exists():
            raise ConflictError(f"The account has a key named '{body.name}' already; revoke it or choose another name.")
        row, secret = keys.create_key(
            actor=request.user, user=account, name=body.name, scope=body.scope, expires_at=body.expires_at
        )
    return NewKey(**_key(row).model_dump(), secret=secret)


@router.remove(f"{ACCOUNT}/keys/{{id}}", scope=Scope.ADMIN)
def revoke_key(request: KeyRequest, organization: str, username: str, id: Id) -> None:
    """Revoke a key. Those who administer the account."""
    account = _find(request, organization, username)
    service_accounts.require_administration(request.user, account)
    row = account.api_keys.select_related("user").filter(pk=id).first()
    if row is None:
        raise NotFoundError("There is no such key; it may be revoked already.")
    keys.revoke_key(actor=request.user, key=row)


def _administered(user: User, organization: Organization) -> models.QuerySet[User]:
    rows = User.objects.filter(service_of=organization, deleted_at=None).select_related("service_team__namespace")
    if organization_role(user, organization) == "admin":
        return rows
    return rows.filter(service_team__memberships__user=user, service_team__memberships__role=TeamMembership.Role.ADMIN)


def _find(request: KeyRequest, organization: str, username: str) -> User:
    """The service account; members of the organization see that it is there. Raises NotFoundError."""
    found = find_organization(request.user, organization)
    accounts = User.objects.select_related("service_of", "service_team__namespace", "service_team__organization")
    account = accounts.filter(service_of=found, deleted_at=None, username=username).first()
    if account is None:
        raise NotFoundError("There is no such service account, or you may not see it.")
    return account
