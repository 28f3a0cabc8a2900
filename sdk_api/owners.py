"""Teams and organizations, as the SDK administers them: by the name of their entity."""

from __future__ import annotations

from access.models import Namespace, Organization, Team, User
from access.policy import require_organization_admin, require_team_admin
from access.services import organizations, teams
from common.errors import ForbiddenError, InvalidInputError, NotFoundError
from sdk_api.context import Context
from sdk_api.lookup import find_namespace

Owner = Team | Organization


def get_owner(request: Context, name: str | None) -> Owner:
    """The visible team or organization of that entity. Raises NotFoundError, and InvalidInputError for a person's."""
    namespace = find_namespace(request, name)
    if namespace is not None and namespace.kind == Namespace.Kind.PERSONAL:
        raise InvalidInputError(f"'{namespace.name}' is a person; name a team, or the entity of an organization.")
    owner: Owner | None = getattr(namespace, namespace.kind) if namespace is not None else None
    if owner is None or owner.deleted_at:
        raise NotFoundError(f"There is no entity '{name or ''}', or you may not see it.")
    return owner


def get_administered(request: Context) -> Organization:
    """The one organization that the asker administers; of several, that of the default entity.

    Raises ForbiddenError where there is none, InvalidInputError where the choice is open.
    """
    rows = Organization.objects.visible_to(request.user).select_related("namespace").order_by("pk")
    if not request.user.is_superuser:
        rows = rows.filter(memberships__user=request.user, memberships__role="admin")
    home = rows.filter(teams__namespace=request.user.home).first() if request.user.home else None
    found = [home] if home else list(rows[:5])
    if not found:
        raise ForbiddenError("Only admins of an organization may do this; ask one of them.")
    if len(found) > 1:
        raise InvalidInputError(
            f"You administer {', '.join(row.name for row in found)}: make a team of the one that you mean your default "
            "entity, or do this in the browser."
        )
    return found[0]


def organization_of(owner: Owner) -> Organization:
    """The organization itself, or the team's."""
    return owner.organization if isinstance(owner, Team) else owner


def require_admin(request: Context, owner: Owner) -> None:
    """Refuse all but its admins. Raises NotFoundError and ForbiddenError."""
    if isinstance(owner, Team):
        require_team_admin(request.user, owner)
    else:
        require_organization_admin(request.user, owner)


def put_member(request: Context, owner: Owner, user: User, role: str) -> None:
    """Make `role` that of `user` there."""
    if isinstance(owner, Team):
        teams.set_member(actor=request.user, team=owner, user=user, role=role)
    else:
        organizations.set_member(actor=request.user, organization=owner, user=user, role=role)


def take_member(request: Context, owner: Owner, user: User) -> None:
    """End the membership of `user` there."""
    if isinstance(owner, Team):
        teams.remove_member(actor=request.user, team=owner, user=user)
    else:
        organizations.remove_member(actor=request.user, organization=owner, user=user)
