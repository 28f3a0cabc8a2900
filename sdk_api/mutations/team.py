"""Teams and service accounts that admins make."""

from __future__ import annotations

from typing import Any

from ariadne import MutationType
from django.db import transaction
from graphql import GraphQLResolveInfo

from access.models import Namespace, Team, User
from access.policy import require_team_admin
from access.services import teams
from access.services.service_accounts import create_service_account
from common.errors import NotFoundError
from common.locking import lock
from common.names import fold
from sdk_api.again import find_or_make
from sdk_api.context import Context, context
from sdk_api.first_keys import first_keys, make_first_key
from sdk_api.owners import get_administered, get_owner, organization_of, require_admin

mutation = MutationType()
BINDABLES = [mutation]
MOST_AT_ONCE = 100


@mutation.field("createTeam")
def create_team(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Namespace]:
    """A team of the asker, or of the admin named, that has its projects from then on; one that is there is answered."""
    request, name = context(info), input["team_name"]

    def make() -> Team:
        admin = _admin(request, input.get("team_admin_user_name"))
        return teams.create_team(actor=request.user, organization=get_administered(request), name=name, admin=admin)

    return {"entity": find_or_make(lambda: _find_team(request, name), make).namespace}


def _find_team(request: Context, name: str) -> Team | None:
    """The team of that name, if the asker sees it. Raises ForbiddenError where they do not administer it."""
    rows = Team.objects.visible_to(request.user).select_related("namespace", "organization")
    team = rows.filter(namespace__name_key=fold(name)).first()
    if team is not None:
        require_team_admin(request.user, team)
    return team


def _admin(request: Context, username: str | None) -> User:
    if not username:
        return request.user
    found = User.objects.visible_to(request.user).filter(username__iexact=username, deleted_at=None).first()
    if found is None:
        raise NotFoundError(f"There is no user '{username}', or you may not see them.")
    return found


@mutation.field("createServiceAccount")
def create_account(_: Any, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, User]:
    """One with its first key; asked for again within minutes, the same one is answered."""
    request, name = context(info), input["description"].strip()
    owner = get_owner(request, input["entity_name"])
    require_admin(request, owner)
    team = owner if isinstance(owner, Team) else None
    with transaction.atomic():
        lock(organization_of(owner))
        accounts = owner.service_accounts.filter(service_team=team, deleted_at=None).order_by("-pk")[:MOST_AT_ONCE]
        newest = User.objects.filter(pk__in=list(first_keys(request, accounts))[-1:], full_name=name).first()
        if newest is not None:
            return {"user": newest}
        account = create_service_account(
            actor=request.user,
            organization=organization_of(owner),
            name=name,
            team=team,
        )
        make_first_key(request, account)
    return {"user": account}
